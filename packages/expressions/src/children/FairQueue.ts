/**
 * A queue in which origins take turns by the time that they have used (start-time fair queueing). A new or returning
 * origin starts level with the one that is being served: it waits for the requests that are running, not for those that
 * others have queued. An origin that has used more than its share waits until the others have caught up, even if it makes
 * one request at a time.
 *
 * It knows neither clock nor processes.
 */

interface Origin<A> {
  readonly waiting: Array<A>
  /** Milliseconds used, on the common scale. */
  used: number
}

export interface FairQueue<A> {
  readonly add: (origin: string, item: A) => void
  /** The first eligible item of the origin that has used least; of equals, the one that came first. */
  readonly take: (isEligible: (item: A) => boolean) => A | undefined
  /** Removes an item that no longer waits for its turn. */
  readonly remove: (origin: string, item: A) => void
  /** Adds to what an origin has used, in milliseconds; negative to correct an estimate. */
  readonly charge: (origin: string, ms: number) => void
  readonly isEmpty: () => boolean
}

/** The number of an origin's items that are searched for an eligible one; those behind wait for the ones before them. */
const maxSearched = 200
/** Origins above this number are forgotten as soon as they have nothing waiting and owe nothing. */
const maxRemembered = 1_000

export const make = <A>(): FairQueue<A> => {
  const origins = new Map<string, Origin<A>>()
  /** The time used by the origin that was served last, when it was served: the current position on the common scale. */
  let level = 0
  let waiting = 0

  const originOf = (name: string): Origin<A> => {
    let origin = origins.get(name)
    if (origin === undefined) origins.set(name, origin = { waiting: [], used: level })
    return origin
  }

  const forget = (): void => {
    if (origins.size <= maxRemembered) return
    for (const [name, origin] of origins) {
      if (origin.waiting.length === 0 && origin.used <= level) origins.delete(name)
    }
  }

  return {
    add: (name, item) => {
      const origin = originOf(name)
      if (origin.waiting.length === 0) origin.used = Math.max(origin.used, level)
      origin.waiting.push(item)
      waiting++
      forget()
    },
    take: (isEligible) => {
      let found: { readonly origin: Origin<A>; readonly index: number } | undefined
      for (const origin of origins.values()) {
        if (found !== undefined && origin.used >= found.origin.used) continue
        const index = firstIndex(origin.waiting, isEligible)
        if (index >= 0) found = { origin, index }
      }
      if (found === undefined) return undefined
      const [item] = found.origin.waiting.splice(found.index, 1)
      level = Math.max(level, found.origin.used)
      waiting--
      return item
    },
    remove: (name, item) => {
      const list = origins.get(name)?.waiting ?? []
      const index = list.indexOf(item)
      if (index < 0) return
      list.splice(index, 1)
      waiting--
    },
    charge: (name, ms) => {
      originOf(name).used += ms
    },
    isEmpty: () => waiting === 0
  }
}

const firstIndex = <A>(items: ReadonlyArray<A>, isEligible: (item: A) => boolean): number => {
  for (let index = 0; index < items.length && index < maxSearched; index++) if (isEligible(items[index]!)) return index
  return -1
}
