/**
 * Keyboard shortcuts: the action and scope of each, and the sheet that lists them. A shortcut is one character, or two
 * in sequence (`g o`). None fires while the user types or a dialog is open.
 */
import { useLayoutEffect, useRef, useSyncExternalStore } from "react"

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

/** All shortcuts that work at the moment. */
export const useRegistered = (): ReadonlyArray<Shortcut> =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, () => registered)

/** Registers shortcuts for as long as the component is on the screen. Later ones win over earlier ones. */
export const useShortcuts = (shortcuts: ReadonlyArray<Shortcut>): void => {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  const shape = shortcuts.map(({ keys, label }) => `${keys} ${label}`).join("\n")
  useLayoutEffect(() => {
    const mine = latest.current.map(({ keys, label }, index): Shortcut => ({
      keys,
      label,
      run: () => latest.current[index]?.run()
    }))
    change([...registered, ...mine])
    return () => change(registered.filter((one) => !mine.includes(one)))
  }, [shape])
}

/** A dialog may be open without having the focus yet; keys typed then are meant for it. */
const isTyping = (target: EventTarget | null): boolean =>
  document.querySelector("[role=dialog]") !== null
  || (target instanceof HTMLElement
    && (target.isContentEditable || target.closest("input, textarea, select, [role=menu]") !== null))

/** The time between the first and the second key of a sequence, in milliseconds, before the first is discarded. */
const patience = 900

/** Listens to the keyboard; used once, by the shell. */
export const useKeyboard = (): void => {
  const first = useRef<{ readonly key: string; readonly at: number } | undefined>(undefined)
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      // A list has taken it.
      if (event.defaultPrevented) return
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const isSecond = first.current !== undefined && event.timeStamp - first.current.at < patience
      const before = isSecond ? `${first.current?.key} ` : ""
      const found = registered.findLast(({ keys }) => keys === before + event.key)
        ?? registered.findLast(({ keys }) => keys === event.key)
      first.current = undefined
      if (found !== undefined) {
        event.preventDefault()
        found.run()
      } else if (registered.some(({ keys }) => keys.startsWith(`${event.key} `))) {
        first.current = { key: event.key, at: event.timeStamp }
      }
    }
    addEventListener("keydown", heard)
    return () => removeEventListener("keydown", heard)
  }, [])
}
