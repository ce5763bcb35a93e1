/**
 * Keys: what each does, where it works, and the sheet that lists them. A key is one character, or two after each other
 * (`g o`). Nothing is heard while somebody types or a dialog is open.
 */
import { useEffect, useRef, useSyncExternalStore } from "react"
import { now } from "./Now.ts"

export interface Shortcut {
  readonly keys: string
  readonly label: string
  readonly run: () => void
}

let registered: ReadonlyArray<Shortcut> = []
const listeners = new Set<() => void>()

const change = (next: ReadonlyArray<Shortcut>) => {
  registered = next
  for (const listener of listeners) listener()
}

/** Everything that can be pressed now. */
export const useRegistered = (): ReadonlyArray<Shortcut> =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, () => registered)

/** These keys work while the component is there. Later ones win over earlier ones. */
export const useShortcuts = (shortcuts: ReadonlyArray<Shortcut>): void => {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  const shape = shortcuts.map(({ keys, label }) => `${keys} ${label}`).join("\n")
  useEffect(() => {
    const mine = latest.current.map(({ keys, label }, index): Shortcut => ({
      keys,
      label,
      run: () => latest.current[index]?.run()
    }))
    change([...registered, ...mine])
    return () => change(registered.filter((one) => !mine.includes(one)))
  }, [shape])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement
  && (target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null)

/** How long the second of two keys may take, in milliseconds. */
const patience = 900

/** Hears the keys; used once, by the shell. */
export const useKeyboard = (): void => {
  const first = useRef<{ readonly key: string; readonly at: number } | undefined>(undefined)
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const before = first.current !== undefined && now() - first.current.at < patience ? `${first.current.key} ` : ""
      const found = registered.findLast(({ keys }) => keys === before + event.key)
        ?? registered.findLast(({ keys }) => keys === event.key)
      first.current = undefined
      if (found !== undefined) {
        event.preventDefault()
        found.run()
      } else if (registered.some(({ keys }) => keys.startsWith(`${event.key} `))) {
        first.current = { key: event.key, at: now() }
      }
    }
    addEventListener("keydown", heard)
    return () => removeEventListener("keydown", heard)
  }, [])
}
