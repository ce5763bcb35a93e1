/**
 * All that may happen to a run within small bounds. Contract: section 10; the method: docs/exploration.md.
 */
import { assert, describe, it } from "@effect/vitest"
import { endless, explore, replay } from "../exploration/Explorer.ts"
import { faults } from "../exploration/Faults.ts"
import { type Scenario, smallest } from "../exploration/Scenario.ts"

/** Milliseconds: half a minute of computing, on a machine that is busy with other things. */
const atMost = 600_000

const holds = (scenario: Scenario) => {
  const { finding, ...rest } = explore(scenario)
  assert.isUndefined(finding, `${finding?.violations.join("\n")}\nafter\n${finding?.trace.join("\n")}`)
  return rest
}

/** Scenarios with up to eight times the states of the others: explored by `pnpm test:volume`. */
const large: ReadonlyArray<readonly [string, Partial<Scenario>]> = process.env["SLUICE_VOLUME"] === "full"
  ? [
    ["a crash", { crashes: 1, callbacks: 1 }],
    ["a cancel", { cancels: 1, callbacks: 1, transactions: "whole" }],
    ["a second answer, the same or another one", { callbacks: 2, transactions: "whole" }]
  ]
  : []

describe("the promises hold whatever happens, and whenever", () => {
  it("with a crash and a cancel of a run of three steps, in any order", () => {
    const { ends, states } = holds(smallest)
    assert.isAbove(states, 1000)
    assert.isAbove(ends, 100)
  }, atMost)

  it("with a crash and a first attempt that was refused", () => {
    assert.isAbove(holds({ ...smallest, cancels: 0, refusals: 1 }).ends, 10)
  }, atMost)

  it("with a process that is suspended for longer than its lease", () => {
    assert.isAbove(holds({ ...smallest, steps: 1, crashes: 0, cancels: 0, pauses: 1 }).ends, 10)
  }, atMost)

  it("with a lost reply of the database and a released run", () => {
    const scenario = { ...smallest, steps: 1, crashes: 0, cancels: 0, refusals: 1, putsOff: true, losses: 1 }
    assert.isAbove(holds(scenario).ends, 10)
  }, atMost)

  it("with a step that makes two calls at once, both of which are refused and release the run", () => {
    const scenario = { ...smallest, steps: 1, atOnce: 2, crashes: 0, cancels: 0, refusals: 1 }
    assert.isAbove(holds(scenario).ends, 10)
  }, atMost)

  it("with a crash of a process that has a step with two calls at once", () => {
    assert.isAbove(holds({ ...smallest, steps: 1, atOnce: 2, cancels: 0 }).ends, 5)
  }, atMost)

  it("with an answer to a callback URL, at any point", () => {
    assert.isAbove(holds({ ...smallest, steps: 1, crashes: 0, cancels: 0, callbacks: 1 }).ends, 100)
  }, atMost)

  it.each(large)("with an answer to a callback URL and %s", (_, bounds) => {
    assert.isAbove(holds({ ...smallest, steps: 1, crashes: 0, cancels: 0, ...bounds }).ends, 100)
  }, atMost)

  it("with a repeated submission whose flush is refused, so that its writes are stored one by one", () => {
    const scenario = { ...smallest, steps: 1, crashes: 0, cancels: 0, pauses: 1, repeats: 1, conflicts: 2 }
    assert.isAbove(holds(scenario).ends, 10)
  }, atMost)

  it("with a lost reply of the database and a cancel", () => {
    assert.isAbove(holds({ ...smallest, steps: 2, crashes: 0, losses: 1 }).ends, 10)
  }, atMost)
})

describe("a transaction that is explored as one action ends as one whose statements others come between:", () => {
  it.each<readonly [string, Partial<Scenario>]>([
    ["a cancel", { steps: 2, cancels: 1 }],
    ["a cancel beside a crash", { steps: 1, cancels: 1, crashes: 1 }],
    ["an answer to a callback URL", { steps: 1, callbacks: 1 }]
  ])("%s", (_, bounds) => {
    const scenario = { ...smallest, crashes: 0, cancels: 0, ...bounds }
    const statementwise = holds({ ...scenario, transactions: "statementwise" })
    for (const transactions of ["whole", "answered"] as const) {
      const { outcomes } = holds({ ...scenario, transactions })
      assert.deepStrictEqual([...outcomes].toSorted(), [...statementwise.outcomes].toSorted(), transactions)
    }
  }, atMost)
})

describe("the exploration finds a planted fault, and its trace reproduces it:", () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))("%s", (_, fault) => {
    const { finding } = explore(fault.scenario, { fault })
    assert.isDefined(finding)
    const world = replay(fault.scenario, finding?.trace ?? [], fault)
    const wrong = world.isOver() ? world.verdict() : world.violations()
    assert.deepStrictEqual(wrong.length === 0 ? [endless] : wrong, finding?.violations)
  }, atMost)
})
