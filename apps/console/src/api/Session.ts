/**
 * The API key that this tab works with. Kept in the tab's own storage, gone when the tab is closed, and never in an
 * address.
 */
import { useSyncExternalStore } from "react"

const slot = "sluice.key"
const listeners = new Set<() => void>()

/** The server asked for a key that this tab does not have, or refused the one that it has. */
let locked = false

const tell = () => {
  for (const listener of listeners) listener()
}

export const key = (): string | undefined => sessionStorage.getItem(slot) ?? undefined

export const signIn = (value: string): void => {
  sessionStorage.setItem(slot, value)
  locked = false
  tell()
}

/** Drops the key: it is not wanted any more, or was not accepted. */
export const signOut = (): void => {
  sessionStorage.removeItem(slot)
  locked = true
  tell()
}

/** Keeps a key that is still to be tried. */
export const hold = (value: string): void => sessionStorage.setItem(slot, value)

/** Called when the server has answered 401. */
export const lock = (): void => {
  if (locked) return
  locked = true
  tell()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Tells if a key is required, and if one is held. */
export const useSession = (): { readonly locked: boolean; readonly signedIn: boolean } => ({
  locked: useSyncExternalStore(subscribe, () => locked),
  signedIn: useSyncExternalStore(subscribe, () => key() !== undefined)
})
