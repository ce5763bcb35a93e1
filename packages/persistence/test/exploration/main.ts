/**
 * `pnpm explore`: explores larger bounds than the tests do, looks for a planted fault, or follows a trace.
 *
 * --steps 3 --at-once 1 --crashes 1 --cancels 1 --compensates --refusals 0 --puts-off --pauses 0 --losses 0 --conflicts 0 --repeats 0
 * --callbacks 0 --ticks 0
 * --transactions answered (or whole, statementwise)
 * --max-states 1000000
 * --fault "orphans are not looked for"
 * --trace "A: flush; A crashes; time passes"
 */
// oxlint-disable eslint/no-console -- it is a program
import { parseArgs } from "node:util"
import { explore, replay } from "./Explorer.ts"
import { faults } from "./Faults.ts"
import { type Scenario, smallest } from "./Scenario.ts"

const { values } = parseArgs({
  options: {
    steps: { type: "string" },
    "at-once": { type: "string" },
    crashes: { type: "string" },
    cancels: { type: "string" },
    compensates: { type: "boolean" },
    refusals: { type: "string" },
    "puts-off": { type: "boolean" },
    pauses: { type: "string" },
    losses: { type: "string" },
    conflicts: { type: "string" },
    repeats: { type: "string" },
    callbacks: { type: "string" },
    ticks: { type: "string" },
    transactions: { type: "string" },
    "max-states": { type: "string", default: "1000000" },
    fault: { type: "string" },
    trace: { type: "string" }
  }
})

const fault = faults.find(({ name }) => name === values.fault)
if (values.fault !== undefined && fault === undefined) {
  throw new Error(`the faults are:\n${faults.map(({ name }) => name).join("\n")}`)
}
const forms = ["whole", "answered", "statementwise"] as const
const base = fault?.scenario ?? smallest
const numbers = [
  "steps",
  "crashes",
  "cancels",
  "refusals",
  "pauses",
  "losses",
  "conflicts",
  "repeats",
  "callbacks",
  "ticks"
] as const
const scenario: Scenario = {
  ...base,
  ...Object.fromEntries(numbers.flatMap((name) => values[name] === undefined ? [] : [[name, Number(values[name])]])),
  atOnce: Number(values["at-once"] ?? base.atOnce),
  compensates: values.compensates ?? base.compensates,
  putsOff: values["puts-off"] ?? base.putsOff,
  transactions: forms.find((form) => form === values.transactions) ?? base.transactions
}
console.log("explored:", JSON.stringify(scenario))
if (values.trace === undefined) {
  const began = performance.now()
  const { finding, outcomes, ...rest } = explore(scenario, {
    ...(fault !== undefined && { fault }),
    maxStates: Number(values["max-states"])
  })
  console.log({ ...rest, outcomes: outcomes.size }, `${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (finding !== undefined) {
    console.log(`${finding.violations.join("\n")}\n\n--trace "${finding.trace.join("; ")}"`)
    process.exitCode = 1
  }
} else {
  const trace = values.trace.split(";").map((label) => label.trim()).filter((label) => label !== "")
  const world = replay(scenario, trace, fault)
  const wrong = world.isOver() ? world.verdict() : world.violations()
  console.log(wrong.length === 0 ? "nothing is wrong" : wrong.join("\n"))
  console.log(`what can happen next:\n${[...world.actions().keys()].map((label) => `  ${label}`).join("\n")}`)
}
