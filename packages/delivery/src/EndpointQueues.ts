/**
 * Bounds the deliveries in flight of each endpoint. An endpoint that answers gains room, one that hangs or is
 * unreachable loses half each time, so that dead endpoints never take the room of healthy ones. Pure but for its state.
 */
import type { ClaimRequest } from "./DeliveryStore.ts"

/** The room of an unknown endpoint, the largest room, and the smallest, which lets it recover. */
export const bounds = { initial: 32, most: 512, least: 2 }

/** The largest number of deliveries in flight in this process. */
export const total = 4096

/**
 * The number of queues without a delivery in flight that are remembered; the least recently used one is forgotten
 * first.
 */
export const remembered = 1000

/** The largest number of deliveries claimed by one statement. While more are due and there is room, the next claim follows at once. */
export const batch = 192

/** The share of an endpoint's room that local claims may use while older deliveries may be waiting. */
const handedShare = 7 / 8

interface EndpointQueue {
  inFlight: number
  /** The number of deliveries in flight that were claimed locally. */
  handed: number
  allowed: number
}

export interface EndpointQueues {
  /** Adds a delivery in flight. `handed`: it was claimed locally. */
  readonly enter: (lane: string, handed?: boolean) => void
  /** Removes a delivery in flight. `answered`: true for a response of any status. */
  readonly leave: (lane: string, answered: boolean, handed?: boolean) => void
  /** The room of the lanes in use; 0 for a lane that is full. */
  readonly room: () => ReadonlyMap<string, number>
  /**
   * The room for local claims; `waits` tells whether older deliveries may be waiting for an endpoint, or for one that
   * is not named. Called with every commit, so idle endpoints with full room are not listed.
   */
  readonly localClaims: (waits: (lane?: string) => boolean) => ClaimRequest
  /** The free room in total. */
  readonly free: () => number
  readonly inFlight: () => number
}

const fresh = (): EndpointQueue => ({ inFlight: 0, handed: 0, allowed: bounds.initial })

const roomOf = ({ allowed, inFlight }: EndpointQueue): number => Math.max(0, allowed - inFlight)

const localShareOf = (lane: EndpointQueue, waits: boolean): number =>
  waits ? Math.min(roomOf(lane), Math.max(0, Math.floor(lane.allowed * handedShare) - lane.handed)) : roomOf(lane)

export const make = (): EndpointQueues => {
  const busy = new Map<string, EndpointQueue>()
  const idle = new Map<string, EndpointQueue>()
  const all = { ...fresh(), allowed: total }

  const enter = (name: string): EndpointQueue => {
    const lane = busy.get(name) ?? idle.get(name) ?? fresh()
    busy.set(name, lane)
    idle.delete(name)
    return lane
  }

  const rest = (name: string, lane: EndpointQueue) => {
    busy.delete(name)
    // Back where everybody begins: nothing to remember.
    if (lane.allowed === bounds.initial) return
    idle.set(name, lane)
    const [oldest] = idle.keys()
    if (idle.size > remembered && oldest !== undefined) idle.delete(oldest)
  }

  return {
    enter: (name, handed = false) => {
      for (const lane of [enter(name), all]) {
        lane.inFlight++
        if (handed) lane.handed++
      }
    },
    leave: (name, answered, handed = false) => {
      const lane = busy.get(name)
      if (lane === undefined) return
      for (const one of [lane, all]) {
        one.inFlight--
        if (handed) one.handed--
      }
      lane.allowed = answered
        ? Math.min(bounds.most, lane.allowed + 1)
        : Math.max(bounds.least, Math.floor(lane.allowed / 2))
      if (lane.inFlight === 0) rest(name, lane)
    },
    room: () => new Map([...idle, ...busy].map(([name, lane]) => [name, roomOf(lane)])),
    localClaims: (waits) => {
      const named = [...[...idle].filter(([, { allowed }]) => allowed < bounds.initial), ...busy]
      return {
        room: new Map(named.map(([name, lane]) => [name, localShareOf(lane, waits(name))])),
        otherwise: localShareOf(fresh(), waits()),
        total: localShareOf(all, waits())
      }
    },
    free: () => roomOf(all),
    inFlight: () => all.inFlight
  }
}
