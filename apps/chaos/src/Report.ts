/** The report of a run of chaos, as text. */
import type { Outcome } from "./Chaos.ts"
import type { Memory } from "./Memory.ts"
import { judge, type Reading, slopeOf, trendOf, warm } from "./Trend.ts"

const counted = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...Map.groupBy(names, (name) => name)].toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, all]) => `  ${String(all.length).padStart(5)}  ${name}`)

const shown = 5

const signed = (slope: number) => `${slope < 0 ? "" : "+"}${slope.toFixed(2)}`

const span = (readings: ReadonlyArray<Reading>): string => {
  const sizes = readings.map(({ mebibytes }) => mebibytes)
  return `${(sizes[0] ?? 0).toFixed(1)} to ${(sizes.at(-1) ?? 0).toFixed(1)} MiB, at most ${
    Math.max(0, ...sizes).toFixed(1)
  }`
}

/** Slopes are of what came after the warm-up, in MiB a minute. */
const told = (readings: ReadonlyArray<Reading>): string => {
  const trend = trendOf(warm(readings))
  const [least, most] = trend.between.map(signed)
  return `${span(readings)}, ${signed(trend.slope)} a minute (median of pairs ${
    signed(trend.median)
  }, 95 %: ${least} to ${most}, ${trend.readings} readings): ${judge(trend)}`
}

const remembered = ({ heap, name, outside, resident }: Memory): ReadonlyArray<string> => [
  `${name}: after a full collection`,
  `  heap     ${told(heap)}`,
  `  outside  ${told(outside)}`,
  `  resident ${span(resident)}, ${signed(slopeOf(warm(resident)))} a minute`
]

export const report = (outcome: Outcome, seed: number): string => {
  const { collapses, evidence, exitCodes, injected, kills, memories, minutes, verdicts } = outcome
  const { asked, cancels, patches, pauses, retries, rows, submissions } = evidence
  const accepted = new Set(submissions.filter(({ status }) => status === 202).map(({ orderId }) => orderId))
  const interrupted = rows.callouts.filter(({ outcome }) => outcome === "interrupted").length
  const lost = rows.runs.filter(({ reason }) => reason === "worker-lost").length
  const red = verdicts.filter(({ violations }) => violations.length > 0)
  const violated = (name: string) => verdicts.find(({ invariant }) => invariant.name === name)?.violations.length ?? 0
  return [
    `seed ${seed}, ${minutes.toFixed(1)} minutes, ${kills.length} kills (${
      (kills.length / minutes / 60).toFixed(2)
    }/s)`,
    "",
    "killed at",
    ...counted(kills.map(({ point }) => point)),
    "and beside it",
    ...counted(injected),
    "",
    `${submissions.length} submissions, ${accepted.size} orders accepted, ${rows.runs.length} runs, ${patches.length} patches, `
    + `${cancels.length} cancels, ${retries.length} retries by hand`,
    `${asked.length} requests at partners, ${rows.callouts.length} attempts on record, ${interrupted} of them interrupted, `
    + `${pauses.length} pauses past the lease`,
    `${rows.deliveries.length} deliveries, of which ${
      rows.deliveries.filter(({ state }) => state === "delivered").length
    } delivered`,
    `${evidence.records.length} orders recomputed from their explanations: ${
      evidence.records.reduce((sum, { explanations }) => sum + explanations.length, 0)
    } explanations, ${evidence.records.reduce((sum, one) => sum + one.deliveries.length, 0)} bodies`,
    "runs ended",
    ...counted(rows.runs.map(({ state }) => state)),
    `  of them ${lost} because no process lived long enough for them (worker-lost)`,
    "",
    ...memories.flatMap(remembered),
    ...(outcome.refusals === 0 ? [] : [`${outcome.refusals} starts failed because the database was away`]),
    `survivors left with ${exitCodes.join(", ")}`,
    ...collapses.map((words) => `ended by itself: ${words}`),
    "",
    ...verdicts.map(({ invariant, violations }) =>
      `${violations.length === 0 ? "  ok " : "BROKEN"} ${invariant.name.padEnd(14)} ${invariant.promise}`
    ),
    ...red.flatMap(({ invariant, violations }) => [
      "",
      `${invariant.name}: ${violations.length}`,
      ...violations.slice(0, shown).map((violation) => `  ${violation}`)
    ]),
    "",
    `${kills.length} kills, ${violated("stored") + violated("ended")} lost, ${
      violated("finished-once")
    } finished steps repeated`,
    red.length === 0 && collapses.length === 0
      ? "Everything holds."
      : `${red.length} of ${verdicts.length} do not hold, ${collapses.length} processes ended by themselves.`
  ].join("\n")
}
