/**
 * How many deliveries of each lane may be in flight here. A lane that answers earns more, one that hangs or cannot be
 * reached is cut by half each time, so that a few dead endpoints never hold what the living need. Pure but for its state.
 */

/** At once, for a lane that nothing is known of; at most; and at least, so that it can recover. */
export const bounds = { initial: 32, most: 256, least: 2 }

/** In flight at once in this process. */
export const total = 2048

/** Lanes in which nothing is in flight that are remembered; the one that was used longest ago goes first. */
export const remembered = 1000

/** In one claim: the next follows at once, and a claim stays a matter of milliseconds. */
export const batch = 192

interface Lane {
  inFlight: number
  allowed: number
}

export interface Lanes {
  readonly enter: (lane: string) => void
  /** `answered`: something came back, whatever it said. */
  readonly leave: (lane: string, answered: boolean) => void
  /** Room by lane, for those of which something is known; 0 where there is none. */
  readonly room: () => ReadonlyMap<string, number>
  /** In all. */
  readonly free: () => number
  readonly inFlight: () => number
}

export const make = (): Lanes => {
  const busy = new Map<string, Lane>()
  const idle = new Map<string, Lane>()
  let inFlight = 0

  const enter = (name: string): Lane => {
    const lane = busy.get(name) ?? idle.get(name) ?? { inFlight: 0, allowed: bounds.initial }
    busy.set(name, lane)
    idle.delete(name)
    return lane
  }

  const rest = (name: string, lane: Lane) => {
    busy.delete(name)
    // Back where everybody begins: nothing to remember.
    if (lane.allowed === bounds.initial) return
    idle.set(name, lane)
    const [oldest] = idle.keys()
    if (idle.size > remembered && oldest !== undefined) idle.delete(oldest)
  }

  return {
    enter: (name) => {
      enter(name).inFlight++
      inFlight++
    },
    leave: (name, answered) => {
      const lane = busy.get(name)
      if (lane === undefined) return
      lane.inFlight--
      inFlight--
      lane.allowed = answered
        ? Math.min(bounds.most, lane.allowed + 1)
        : Math.max(bounds.least, Math.floor(lane.allowed / 2))
      if (lane.inFlight === 0) rest(name, lane)
    },
    room: () => new Map([...idle, ...busy].map(([name, lane]) => [name, Math.max(0, lane.allowed - lane.inFlight)])),
    free: () => total - inFlight,
    inFlight: () => inFlight
  }
}
