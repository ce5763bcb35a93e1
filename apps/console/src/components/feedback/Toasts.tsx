/** Short messages about what was just done; read out by screen readers, gone after a while. */
import { X } from "lucide-react"
import { Toast } from "radix-ui"
import { useSyncExternalStore } from "react"
import type { Tone } from "../../api/StateTone.ts"

interface Message {
  readonly id: number
  readonly tone: Tone
  readonly title: string
  readonly text?: string | undefined
}

let messages: ReadonlyArray<Message> = []
let last = 0
const listeners = new Set<() => void>()

const change = (next: ReadonlyArray<Message>) => {
  messages = next
  for (const listener of listeners) listener()
}

export const toast = (tone: Tone, title: string, text?: string): void => {
  last += 1
  change([...messages, { id: last, tone, title, text }])
}

export const Toasts = () => {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => messages
  )
  return (
    <Toast.Provider duration={6000} swipeDirection="right">
      {shown.map(({ id, tone, title, text }) => (
        <Toast.Root
          key={id}
          className={`toast tone-${tone}`}
          duration={tone === "bad" ? 12_000 : 6000}
          onOpenChange={(open) => open || change(messages.filter((one) => one.id !== id))}
        >
          <Toast.Title>{title}</Toast.Title>
          <Toast.Close className="button quiet icon-only" aria-label="Close">
            <X className="icon" aria-hidden="true" />
          </Toast.Close>
          {text !== undefined && <Toast.Description className="text break">{text}</Toast.Description>}
        </Toast.Root>
      ))}
      <Toast.Viewport className="toasts" />
    </Toast.Provider>
  )
}
