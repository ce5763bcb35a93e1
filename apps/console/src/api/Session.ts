/**
 * The API key of this browser session. Each tab keeps it in its own storage, which is gone when the tab is closed, and
 * tabs of one browser hand it to each other: it is asked for once, and forgotten with the last tab. It is never in an
 * address, and never in storage that outlives the tabs.
 */
import { useSyncExternalStore } from "react"

const slot = "sluice.key"
const listeners = new Set<() => void>()

/** Between tabs of this origin in this browser. */
type Message =
  /** A tab without a key asks those that have one. */
  | { readonly type: "asked" }
  | { readonly type: "answered"; readonly key: string }
  | { readonly type: "signed-in"; readonly key: string }
  | { readonly type: "signed-out" }

let channel: BroadcastChannel | undefined
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
const tellOthers = (message: Message): void => channel?.postMessage(message)

/** The time in which other tabs, on the same machine, may answer, in milliseconds. */
const patience = 250

/** The server asked for a key that this tab does not have, or refused the one that it has. */
let locked = false

/** Grows with every other key, so that answers to the one before are dropped. */
let generation = 0

const tell = () => {
  for (const listener of listeners) listener()
}

const stored = (): string | undefined => sessionStorage.getItem(slot) ?? undefined

/** A key that was not refused; only such a one is handed on. */
let accepted: string | undefined

export const key = stored

const adopt = (value: string): void => {
  sessionStorage.setItem(slot, value)
  accepted = value
  locked = false
  generation++
  tell()
}

const forget = (): void => {
  sessionStorage.removeItem(slot)
  accepted = undefined
  locked = true
  generation++
  tell()
}

/** Ends the wait for an answer of another tab. */
let answered: (() => void) | undefined
/** One question at a time, for all requests that were refused together. */
let asking: Promise<void> | undefined

const heard = ({ data }: MessageEvent<Message>): void => {
  switch (data.type) {
    case "asked":
      if (accepted !== undefined && !locked) tellOthers({ type: "answered", key: accepted })
      return
    case "answered":
      // While it is asked for, this tab has none that is taken.
      if (answered !== undefined && data.key !== accepted) adopt(data.key)
      answered?.()
      return
    case "signed-in":
      return adopt(data.key)
    case "signed-out":
      return forget()
  }
}

/** Restores the key that the tab has kept over a reload, and listens to the other tabs; called once. */
export const start = (): void => {
  accepted = stored()
  channel = new BroadcastChannel("sluice.session")
  channel.addEventListener("message", heard)
}

const ask = (): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      answered = asking = undefined
      resolve()
    }
    // oxlint-disable-next-line eslint/no-restricted-globals -- a browser has no other timer
    const timer = setTimeout(done, patience)
    answered = done
    tellOthers({ type: "asked" })
  })

/** Gets a key from another tab, other than the one that was `tried`; `undefined` if no tab has one. */
export const shared = async (tried: string | undefined): Promise<string | undefined> => {
  if (accepted !== undefined && accepted !== tried) return accepted
  await (asking ??= ask())
  return accepted === tried ? undefined : accepted
}

export const signIn = (value: string): void => {
  adopt(value)
  tellOthers({ type: "signed-in", key: value })
}

/** Drops the key in all tabs. */
export const signOut = (): void => {
  forget()
  tellOthers({ type: "signed-out" })
}

/** Stores a key that has not been tried yet. */
export const hold = (value: string): void => sessionStorage.setItem(slot, value)

/** Drops a key that was tried and refused. */
export const drop = (): void => {
  sessionStorage.removeItem(slot)
  locked = true
  tell()
}

/** Locks the console. Called when the server has answered 401 and no other tab has a valid key. */
export const lock = (): void => {
  if (locked) return
  locked = true
  accepted = undefined
  tell()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export interface SessionState {
  /** True if a key is required. */
  readonly locked: boolean
  /** True if there is a key. */
  readonly signedIn: boolean
  readonly generation: number
}

export const useSession = (): SessionState => ({
  locked: useSyncExternalStore(subscribe, () => locked),
  signedIn: useSyncExternalStore(subscribe, () => key() !== undefined),
  generation: useSyncExternalStore(subscribe, () => generation)
})
