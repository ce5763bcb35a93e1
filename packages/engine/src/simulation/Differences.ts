/** Compares a rerun with the run on record, step by step. Pure. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { equalSteps } from "@sluice/domain/internal/json/SteppedCanonical"
import { parseSteps } from "@sluice/domain/internal/json/SteppedJson"
import { makePace, type Steps } from "@sluice/domain/internal/json/Steps"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { bodyText } from "../callouts/AttemptRequest.ts"
import type { Document, RunSoFar } from "../journal/Journal.ts"

/**
 * - `added`, `removed`: the step is in one of the pipelines only
 * - `request`: it asks for something else; `before` and `after` hold what differs
 * - `outcome`: it ends otherwise
 */
export interface StepDifference {
  readonly stepId: string
  readonly kind: "added" | "removed" | "request" | "outcome"
  readonly before?: JsonObject
  readonly after?: JsonObject
}

/** One of the two runs that are compared: the recorded one, or the simulated one. */
export interface Side {
  readonly run: Pick<RunSoFar, "steps" | "callouts">
  readonly pipeline: Pipeline | undefined
  readonly document: (version: number) => Document | undefined
}

/** Headers that differ between any two runs and are not compared. */
const incidental = new Set([
  "traceparent",
  "idempotency-key",
  "authorization",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature"
])

const stamps = (member: string): boolean => /^(updatedAt|version)$/i.test(member)

const unstamped = (value: Json): Json =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !stamps(name))) : value

function* read(text: string): Steps<Json> {
  try {
    return yield* parseSteps(text)
  } catch {
    return text
  }
}

/** The body without the moments at which the order was written: they are those of the run. */
function* bodyOf(record: CalloutRecord, side: Side): Steps<Json> {
  const { body } = record
  if (body.form === "text") return yield* read(body.text)
  const document = side.document(record.orderVersion)
  if (document === undefined) return body.form
  const sent = yield* read(bodyText(body, document))
  if (body.form === "order") return unstamped(sent)
  return isObject(sent) && sent.Value !== undefined ? { ...sent, Value: unstamped(sent.Value) } : sent
}

/** The members of two objects that differ, two levels deep: of a body, those that changed. */
function* differing(
  before: JsonObject,
  after: JsonObject,
  deeper = true,
  pace = makePace()
): Steps<{ before: JsonObject; after: JsonObject }> {
  // Without a prototype: a member may be called `__proto__`.
  const changed = {
    before: Object.create(null) as Record<string, Json>,
    after: Object.create(null) as Record<string, Json>
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const left = Object.hasOwn(before, name) ? before[name] : undefined
    const right = Object.hasOwn(after, name) ? after[name] : undefined
    if (pace.isDue()) yield
    if (left !== undefined && right !== undefined && (yield* equalSteps(left, right, pace))) continue
    const inner = deeper && isObject(left) && isObject(right) ? yield* differing(left, right, false, pace) : undefined
    if (left !== undefined) changed.before[name] = inner?.before ?? left
    if (right !== undefined) changed.after[name] = inner?.after ?? right
  }
  return changed
}

const tail = ({ body }: CalloutRecord) => body.form === "workflow" ? body.tail : undefined

/** Compares two bodies without reading them, which suffices for nearly all. */
const plainlySame = (before: CalloutRecord, was: Side, after: CalloutRecord, is: Side): boolean => {
  if (before.body.form === "text" || after.body.form === "text") {
    return before.body.form === "text" && after.body.form === "text" && before.body.text === after.body.text
  }
  const document = was.document(before.orderVersion)
  return document !== undefined && before.body.form === after.body.form && tail(before) === tail(after)
    && document.text === is.document(after.orderVersion)?.text
}

const headOf = ({ endpoint, headers, method }: CalloutRecord): JsonObject => ({
  method,
  endpoint,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !incidental.has(name.toLowerCase())))
})

/** The difference between two requests. */
function* changeOf(before: CalloutRecord, was: Side, after: CalloutRecord, is: Side) {
  if (plainlySame(before, was, after, is)) return yield* differing(headOf(before), headOf(after))
  const [sent, now] = [yield* bodyOf(before, was), yield* bodyOf(after, is)]
  return yield* differing({ ...headOf(before), body: sent }, { ...headOf(after), body: now })
}

/** The first attempt of each of a step's requests: later ones say the same. */
const requestsOf = ({ run }: Side, index: number | undefined): ReadonlyArray<CalloutRecord> => {
  const first = new Map<number, CalloutRecord>()
  for (const { index: step, record } of run.callouts) {
    const known = first.get(record.request)
    if (
      step === index && record.probe !== true && record.callback !== true &&
      (known === undefined || record.attempt < known.attempt)
    ) {
      first.set(record.request, record)
    }
  }
  return [...first].toSorted(([a], [b]) => a - b).map(([, record]) => record)
}

const attemptsOf = ({ run }: Side, index: number | undefined): ReadonlyArray<string> =>
  run.callouts.filter((one) => one.index === index && one.record.outcome !== "interrupted")
    .map(({ record }) => record.outcome)

const idsOf = ({ pipeline, run }: Side): ReadonlyArray<string> =>
  pipeline === undefined
    ? run.steps.filter(({ phase }) => phase !== "compensation").map(({ stepId }) => stepId)
    : [...pipeline.steps, ...pipeline.postProcessing].map(({ id }) => id)

const rowOf = ({ run }: Side, id: string) =>
  run.steps.find((step) => step.stepId === id && step.phase !== "compensation")

/** A step that the run did not come to counts as skipped, as the API shows it. */
const outcomeOf = (side: Side, id: string): JsonObject => {
  const row = rowOf(side, id)
  return {
    state: row?.state ?? "skipped",
    attempts: attemptsOf(side, row?.index),
    ...(row?.error !== undefined && { error: row.error.message }),
    ...(row?.output !== undefined && { output: row.output })
  }
}

/** The differences, found in steps: bodies that differ are read. */
export function* differenceSteps(before: Side, after: Side): Steps<ReadonlyArray<StepDifference>> {
  const earlier = new Set(idsOf(before))
  const later = new Set(idsOf(after))
  const found: Array<StepDifference> = []
  for (const stepId of earlier) {
    if (!later.has(stepId)) found.push({ stepId, kind: "removed", before: outcomeOf(before, stepId) })
  }
  for (const stepId of later) {
    if (!earlier.has(stepId)) {
      found.push({ stepId, kind: "added", after: outcomeOf(after, stepId) })
      continue
    }
    const asked = requestsOf(before, rowOf(before, stepId)?.index)
    const asks = requestsOf(after, rowOf(after, stepId)?.index)
    for (let i = 0; i < Math.min(asked.length, asks.length); i++) {
      const changed = yield* changeOf(asked[i]!, before, asks[i]!, after)
      if (Object.keys(changed.before).length + Object.keys(changed.after).length === 0) continue
      found.push({ stepId, kind: "request", ...changed })
    }
    const ended = [outcomeOf(before, stepId), outcomeOf(after, stepId)] as const
    if (yield* equalSteps(ended[0], ended[1])) continue
    found.push({ stepId, kind: "outcome", ...(yield* differing(...ended, false)) })
  }
  return found
}
