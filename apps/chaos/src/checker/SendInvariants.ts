/** The promises to partners: who sends, when, and under which key. Contract: sections 5, 10.2 and 10.3. */
import type { CalloutRow, StepRow } from "../evidence/Evidence.ts"
import { type Call, type Case, type Invariant, wasPaused } from "./Invariant.ts"

/** Outcomes of attempts that were given up: their request may still be on its way. */
const unanswered: ReadonlySet<string | null> = new Set(["timed-out", "unreachable", "cancelled"])

/** The same, and those of a process that is dead. */
const abandoned: ReadonlySet<string | null> = new Set([...unanswered, "interrupted"])

/** Of the requests of a step after an end, those that are no repeats: each is an attempt that was given up before. */
const late = (
  calls: ReadonlyArray<Call>,
  after: ReadonlyArray<Call>,
  records: ReadonlyArray<CalloutRow>,
  givenUp: ReadonlySet<string | null>
) => {
  const given = records.filter(({ outcome }) => givenUp.has(outcome))
  const missing = Math.min(given.length, records.length - (calls.length - after.length))
  return after.filter(({ deliveryCount }) =>
    deliveryCount === undefined || given.some(({ attempt }) => attempt === deliveryCount)
  ).slice(0, Math.max(0, missing))
}

export const finishedOnce: Invariant = {
  name: "finished-once",
  promise: "a finished step is never sent again within its run (10.2)",
  violations: (evidence) => {
    const storedAt = new Map(evidence.rows.steps.map((step) => [`${step.runId} ${step.index}`, step.storedAt]))
    const attempts = Map.groupBy(evidence.rows.callouts, ({ runId, step }) => `${runId} ${step}`)
    return [...Map.groupBy(evidence.calls, ({ runId, step }) => `${runId} ${step}`)].flatMap(([step, calls]) => {
      const at = storedAt.get(step)
      if (at === undefined) return []
      const after = calls.filter((call) => call.arrivedAt > at && !wasPaused(evidence, call))
      const forgiven = late(calls, after, attempts.get(step) ?? [], unanswered)
      return after.filter((call) => !forgiven.includes(call)).map((call) =>
        `step ${call.step} of run ${call.runId} was stored, and sent ${Math.round(call.arrivedAt - at)} ms later`
      )
    })
  }
}

/** The steps and callout records that another transaction than the end's wrote later. */
const storedAfter = ({ rows, runs }: Case): ReadonlyArray<string> => {
  const after = <Row extends StepRow | CalloutRow>(found: ReadonlyArray<Row>, describe: (row: Row) => string) =>
    found.flatMap((row) => {
      const { endedAt = null, endedIn = null } = runs.get(row.runId) ?? {}
      return endedAt === null || row.storedAt <= endedAt || row.storedIn === endedIn
        ? []
        : [`run ${row.runId} had ended, and ${describe(row)} was stored ${Math.round(row.storedAt - endedAt)} ms later`]
    })
  return [
    ...after(rows.steps, ({ index }) => `step ${index}`),
    ...after(rows.callouts, ({ attempt, step }) => `the record of attempt ${attempt} of step ${step}`)
  ]
}

const sentAfter = (evidence: Case): ReadonlyArray<string> => {
  const records = Map.groupBy(evidence.rows.callouts, ({ runId, step }) => `${runId} ${step}`)
  return [...Map.groupBy(evidence.calls, ({ runId, step }) => `${runId} ${step}`)].flatMap(([step, calls]) => {
    const at = evidence.runs.get(calls[0]?.runId ?? "")?.endedAt ?? Infinity
    const after = calls.filter((call) => call.arrivedAt > at && !wasPaused(evidence, call))
    const forgiven = late(calls, after, records.get(step) ?? [], abandoned)
    return after.filter((call) => !forgiven.includes(call)).map((call) =>
      `run ${call.runId} had ended, and step ${call.step} was sent ${Math.round(call.arrivedAt - at)} ms later`
    )
  })
}

/** Records of probes, deliveries and callbacks, which may come later, are not among the callouts of the evidence. */
export const afterEnd: Invariant = {
  name: "after-end",
  promise: "no step, no attempt and no request of a run follows its end (8, 10.2, 10.3)",
  violations: (evidence) => [...storedAfter(evidence), ...sentAfter(evidence)]
}

/** Stretches of calls that agree in `of`; one that comes back after another is named twice. */
const comesBack = (calls: ReadonlyArray<Call>, of: (call: Call) => string): ReadonlyArray<string> => {
  const over = new Set<string>()
  const back: Array<string> = []
  let current: string | undefined
  for (const call of calls) {
    const next = of(call)
    if (next === current) continue
    if (current !== undefined) over.add(current)
    if (over.has(next)) back.push(next)
    current = next
  }
  return back
}

const judged = (evidence: Case, calls: ReadonlyArray<Call>) => calls.filter((call) => !wasPaused(evidence, call))

export const oneHolder: Invariant = {
  name: "one-holder",
  promise: "at most one process holds a run: a process that lost it sends nothing more for it (10.3)",
  violations: (evidence) =>
    [...Map.groupBy(evidence.calls.filter(({ holder }) => holder !== ""), ({ runId }) => runId)].flatMap(
      ([runId, calls]) =>
        // A run that waits for its partner has no owner, and may come back to a worker that held it before.
        runId === "" || calls.some(({ kind }) => kind === "later") ?
          [] :
          comesBack(judged(evidence, calls), ({ holder }) => holder)
            .map((holder) => `worker ${holder} sent for run ${runId} after another worker had`)
    )
}

export const serial: Invariant = {
  name: "serial",
  promise: "runs over one order are one after the other (3)",
  violations: (evidence) =>
    [...evidence.callsOfOrder].flatMap(([orderId, calls]) =>
      comesBack(judged(evidence, calls), ({ runId }) => runId)
        .map((runId) => `run ${runId} over order ${orderId} sent after another run over it had`)
    )
}

export const keys: Invariant = {
  name: "keys",
  promise: "a key belongs to one request of one step, and carries the same bytes every time (5)",
  violations: ({ calloutsOfKey, callsOfKey }) => [
    ...[...callsOfKey].flatMap(([key, calls]) => {
      if (key === "") return [`${calls.length} calls had no key`]
      // A retry by hand sends the order as it is by then, under a key that it may have inherited.
      if (calls.some(({ runId }) => runId === "")) return []
      const bodies = new Set(calls.map(({ body }) => body))
      const paths = new Set(calls.map(({ path }) => path))
      return bodies.size === 1 && paths.size === 1
        ? []
        : [`${key} was sent with ${bodies.size} different bodies to ${[...paths].join(", ")}`]
    }),
    ...[...calloutsOfKey].flatMap(([key, records]) => {
      const places = new Set(records.map(({ request, runId, step }) => `${runId} ${step} ${request}`))
      const runs = new Set(records.map(({ runId }) => runId))
      // A retry inherits the key of a call of unknown outcome.
      return places.size > runs.size ? [`${key} is on ${[...places].join(" and on ")}`] : []
    })
  ]
}

export const counts: Invariant = {
  name: "counts",
  promise: "X-Delivery-Count grows and never repeats within a step run (10.2)",
  violations: (evidence) =>
    [...evidence.callsOfKey].flatMap(([key, calls]) => {
      if (new Set(calls.map(({ runId }) => runId)).size > 1 || calls.some(({ runId }) => runId === "")) return []
      const counted = calls.flatMap(({ deliveryCount }) => deliveryCount ?? [])
      const judgedCounts = judged(evidence, calls).flatMap(({ deliveryCount }) => deliveryCount ?? [])
      const repeats = new Set(counted).size < counted.length
      const falls = judgedCounts.some((count, place) => place > 0 && count < (judgedCounts[place - 1] ?? 0))
      return repeats || falls ? [`${key} was sent with the counts ${counted.join(", ")}`] : []
    })
}
