/**
 * The state of the connection to the server. Every request reports its result. During an outage the console polls
 * `/health/ready`, shows one banner, and loads its data again when the server is back.
 */
import { useEffect, useSyncExternalStore } from "react"
import { now } from "../environment/Now.ts"

export interface Outage {
  /** Epoch milliseconds of the first request that was not answered. */
  readonly since: number
  /** `database`: the server answers, and cannot reach its database. */
  readonly of: "server" | "database"
}

let outage: Outage | undefined
const listeners = new Set<() => void>()

const change = (next: Outage | undefined): void => {
  outage = next
  for (const listener of listeners) listener()
}

/** Reports that a request was not answered, or that the database is away. */
export const lost = (of: Outage["of"]): void => {
  if (outage?.of !== of) change({ since: outage?.since ?? now(), of })
}

/** Reports that a request was answered. */
export const found = (): void => {
  if (outage !== undefined) change(undefined)
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useOutage = (): Outage | undefined => useSyncExternalStore(subscribe, () => outage)

/** While there is an outage, in milliseconds. */
const askEveryMs = 1500

const ask = async (): Promise<void> => {
  try {
    const { ok, status } = await self.fetch("/health/ready")
    if (ok) found()
    else if (status === 503) lost("database")
  } catch {
    lost("server")
  }
}

/** Polls the server during an outage, and calls `onFound` once it is ready; used once, by the shell. */
export const useRecovery = (onFound: () => void): Outage | undefined => {
  const current = useOutage()
  const isAway = current !== undefined
  useEffect(() => {
    if (!isAway) return
    const timer = setInterval(() => void ask(), askEveryMs)
    return () => {
      clearInterval(timer)
      onFound()
    }
  }, [isAway, onFound])
  return current
}
