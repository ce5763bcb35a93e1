/** Light, dark, or as the system has it. Remembered by the browser. */
import { useSyncExternalStore } from "react"

export type Theme = "system" | "light" | "dark"

const slot = "sluice.theme"
const listeners = new Set<() => void>()

const stored = (): Theme => {
  const value = document.documentElement.dataset["theme"]
  return value === "light" || value === "dark" ? value : "system"
}

export const setTheme = (theme: Theme): void => {
  if (theme === "system") {
    delete document.documentElement.dataset["theme"]
    localStorage.removeItem(slot)
  } else {
    document.documentElement.dataset["theme"] = theme
    localStorage.setItem(slot, theme)
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  const dark = matchMedia("(prefers-color-scheme: dark)")
  listeners.add(listener)
  dark.addEventListener("change", listener)
  return () => {
    listeners.delete(listener)
    dark.removeEventListener("change", listener)
  }
}

const resolved = (): "light" | "dark" => {
  const theme = stored()
  if (theme !== "system") return theme
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, stored)

/** The theme in use. */
export const useShownTheme = (): "light" | "dark" => useSyncExternalStore(subscribe, resolved)

const order: ReadonlyArray<Theme> = ["system", "light", "dark"]

export const nextTheme = (): void => setTheme(order[(order.indexOf(stored()) + 1) % order.length] ?? "system")
