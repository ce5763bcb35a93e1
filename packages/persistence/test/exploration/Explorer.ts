/**
 * All that may happen, depth first: at each state every action, unless the state was met before. A path is replayed from
 * the start to come back to a state, because fibers cannot be copied.
 */
import type { Fault } from "./Faults.ts"
import type { Scenario } from "./Scenario.ts"
import * as World from "./World.ts"

/** A path to a state in which something is wrong. */
export interface Finding {
  readonly trace: ReadonlyArray<string>
  readonly violations: ReadonlyArray<string>
}

export interface Exploration {
  /** States that differ in more than the names of things. */
  readonly states: number
  /** Ways from one state to another. */
  readonly transitions: number
  /** Different ends. */
  readonly ends: number
  /** Ends that differ for the run or the partner. */
  readonly outcomes: ReadonlySet<number>
  /** Different sequences of actions from the start to an end: what had to be tried, were no state known again. */
  readonly interleavings: bigint
  /** Times that the processes were started anew. */
  readonly replays: number
  readonly deepest: number
  readonly finding: Finding | undefined
}

export interface Options {
  readonly fault?: Fault
  /** Stops with an error above. */
  readonly maxStates?: number
}

/** Of a trace whose last state was met on the way: a replay of it finds nothing wrong yet. */
export const endless = "the run does not end: the same comes again and again"

/** The world at the end of the trace. Fails where the trace cannot be followed. */
export const replay = (scenario: Scenario, trace: ReadonlyArray<string>, fault?: Fault): World.World => {
  const world = World.make(scenario, fault)
  for (const label of trace) {
    const action = world.actions().get(label)
    if (action === undefined) throw new Error(`nothing like this can happen here: ${label}`)
    world.act(action)
  }
  return world
}

export const explore = (scenario: Scenario, options: Options = {}): Exploration => {
  const { fault, maxStates = Infinity } = options
  /** The number of ways from each state to an end; undefined while the state is on the path. */
  const ways = new Map<number, bigint | undefined>()
  const ends = new Set<number>()
  const outcomes = new Set<number>()
  const trace: Array<string> = []
  let transitions = 0
  let replays = 1
  let deepest = 0
  let finding: Finding | undefined

  /** Goes on from `world`, which is where the trace leads; uses it up. */
  const visit = (world: World.World): bigint => {
    const violations = world.isOver() ? world.verdict() : world.violations()
    if (violations.length > 0) {
      finding = { trace: [...trace], violations }
      return 0n
    }
    const state = world.state()
    if (ways.has(state)) {
      const known = ways.get(state)
      if (known !== undefined || world.isStill()) return known ?? 0n
      finding = { trace: [...trace], violations: [endless] }
      return 0n
    }
    if (ways.size >= maxStates) throw new Error(`more than ${maxStates} states, at\n${trace.join("\n")}`)
    ways.set(state, undefined)
    deepest = Math.max(deepest, trace.length)
    if (world.isOver()) {
      ends.add(state)
      outcomes.add(world.outcome())
    }
    let sum = 0n
    let here: World.World | undefined = world
    const labels = [...world.actions().keys()]
    for (const label of labels) {
      const at = here ?? replay(scenario, trace, fault)
      if (here === undefined) replays++
      here = undefined
      const action = at.actions().get(label)
      if (action === undefined) throw new Error(`not the same twice: ${label} after\n${trace.join("\n")}`)
      transitions++
      at.act(action)
      trace.push(label)
      sum += visit(at)
      if (finding !== undefined) return sum
      trace.pop()
    }
    const all = labels.length === 0 ? 1n : sum
    ways.set(state, all)
    return all
  }

  const interleavings = visit(World.make(scenario, fault))
  return { states: ways.size, transitions, ends: ends.size, outcomes, interleavings, replays, deepest, finding }
}
