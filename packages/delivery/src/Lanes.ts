/**
 * How many deliveries of each lane may be in flight here. A lane that answers earns more, one that hangs or cannot be
 * reached is cut by half each time, so that a few dead endpoints never hold what the living need. Pure but for its state.
 */

/** At once, for a lane that nothing is known of; at most; and at least, so that it can recover. */
export const bounds = { initial: 32, most: 256, least: 2 }

/** In flight at once in this process. */
export const total = 2048

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
  const lanes = new Map<string, Lane>()
  let inFlight = 0

  const laneOf = (name: string): Lane => {
    let lane = lanes.get(name)
    if (lane === undefined) {
      lane = { inFlight: 0, allowed: bounds.initial }
      lanes.set(name, lane)
    }
    return lane
  }

  return {
    enter: (name) => {
      laneOf(name).inFlight++
      inFlight++
    },
    leave: (name, answered) => {
      const lane = laneOf(name)
      lane.inFlight--
      inFlight--
      lane.allowed = answered
        ? Math.min(bounds.most, lane.allowed + 1)
        : Math.max(bounds.least, Math.floor(lane.allowed / 2))
      // Back where everybody begins: nothing to remember.
      if (lane.inFlight === 0 && lane.allowed === bounds.initial) lanes.delete(name)
    },
    room: () => new Map([...lanes].map(([name, lane]) => [name, Math.max(0, lane.allowed - lane.inFlight)])),
    free: () => total - inFlight,
    inFlight: () => inFlight
  }
}
