/**
 * Limits the open calls to one host in this process, so that a slow partner takes no more than its share of sockets and
 * memory. First come, first served for each host; hosts do not wait for each other.
 *
 * Waiting for a slot is no part of the call: its timer has not begun, nothing of it is marked as open.
 */
import { Effect } from "effect"

/**
 * The number of calls to one host at a time. It equals the number of connections to one origin, so that a call with a
 * slot does not wait for a connection.
 */
export const slotsPerHost = 256

interface Host {
  used: number
  readonly waiting: Set<() => void>
}

export interface PartnerConcurrency {
  /** Runs `use` once it has a slot; `wait` wraps the time spent waiting for one, if there is any. */
  readonly withSlot: <A, E, E2>(
    host: string,
    wait: (turn: Effect.Effect<void>) => Effect.Effect<void, E2>,
    use: Effect.Effect<A, E>
  ) => Effect.Effect<A, E | E2>
  /** Calls that are open or wait. */
  readonly load: (host: string) => number
}

export const make = (slots = slotsPerHost): PartnerConcurrency => {
  const hosts = new Map<string, Host>()

  const give = (name: string, host: Host) => {
    for (const next of host.waiting) {
      host.waiting.delete(next)
      return next()
    }
    host.used--
    if (host.used === 0) hosts.delete(name)
  }

  const hostNamed = (name: string): Host => {
    const known = hosts.get(name)
    if (known !== undefined) return known
    const host: Host = { used: 0, waiting: new Set() }
    hosts.set(name, host)
    return host
  }

  return {
    withSlot: (name, wait, use) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          const host = hostNamed(name)
          if (host.used < slots) {
            host.used++
            return Effect.ensuring(restore(use), Effect.sync(() => give(name, host)))
          }
          let mine = false
          // A slot is handed from one to the next, so `used` stays as it is.
          const turn = Effect.callback<void>((resume) => {
            const taken = () => {
              mine = true
              resume(Effect.void)
            }
            host.waiting.add(taken)
            return Effect.sync(() => {
              host.waiting.delete(taken)
            })
          })
          const used = Effect.andThen(restore(wait(turn)), restore(use))
          return Effect.ensuring(used, Effect.sync(() => mine && give(name, host)))
        })
      ),
    load: (name) => {
      const host = hosts.get(name)
      return host === undefined ? 0 : host.used + host.waiting.size
    }
  }
}
