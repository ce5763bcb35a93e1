/** Groups simulated runs that differ in the same way; the most frequent difference comes first. */
import type { Answer } from "../api/Api.ts"

export type SimulatedRun = Answer<"pipelines", "simulate">["items"][number]

export interface SimulatedGroup {
  /** The key of the group. */
  readonly key: string
  readonly before: string | undefined
  readonly after: string
  /** The steps that differ and how, as `billing: another outcome`. */
  readonly steps: ReadonlyArray<string>
  readonly runs: ReadonlyArray<SimulatedRun>
}

const words: Readonly<Record<SimulatedRun["differences"][number]["kind"], string>> = {
  added: "a step more",
  removed: "a step less",
  request: "another request",
  outcome: "another outcome"
}

export const groupsOf = (items: ReadonlyArray<SimulatedRun>): ReadonlyArray<SimulatedGroup> => {
  const groups = new Map<string, SimulatedGroup & { readonly runs: Array<SimulatedRun> }>()
  for (const item of items) {
    if (item.same) continue
    const steps = item.differences.map(({ kind, stepId }) => `${stepId}: ${words[kind]}`)
    const [before, after] = [item.before?.state, item.after.state]
    const key = JSON.stringify([before, after, steps])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { key, before, after, steps, runs: [item] })
    else group.runs.push(item)
  }
  return [...groups.values()].toSorted((one, other) => other.runs.length - one.runs.length)
}
