/**
 * Explains the value of an order's member: the version that brought it, and the entries from there back to the
 * submission or the operator. Pure. Contract: section 7, `why`.
 */
import type { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { versionEntryId } from "@sluice/domain/identity/Ids"
import { equalSteps } from "@sluice/domain/internal/json/SteppedCanonical"
import { makePace, type Pace, type Steps } from "@sluice/domain/internal/json/Steps"
import type { TimelineEntry, WhyLink } from "@sluice/domain/internal/order/Timeline"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { readPointer, valueAt } from "./Pointer.ts"
import type { PlacedEntry } from "./TimelineEntries.ts"

/** The member's value at one version; absent where the member is absent. */
export interface ValueAt {
  readonly version: number
  readonly value?: Json
}

/** The version that brought a value, and the value on both sides of it. */
export interface Brought {
  readonly version: number
  readonly before?: Json
  readonly after?: Json
  /** The version in which the member changed again; absent if it has not. */
  readonly until?: number
}

/**
 * The version that brought the value that the member has at `version`; `undefined` where the order never had the member
 * by then. `values`: the member at each version from 1 on.
 */
export function* broughtBySteps(values: ReadonlyArray<ValueAt>, version: number): Steps<Brought | undefined> {
  const pace = makePace()
  const same = function*(a: ValueAt | undefined, b: ValueAt | undefined): Steps<boolean> {
    return a !== undefined && b !== undefined && ("value" in a) === ("value" in b)
      && (!("value" in a) || (yield* equalSteps(a.value, b.value, pace)))
  }
  let from = version
  while (from > 1 && (yield* same(values[from - 2], values[from - 1]))) from--
  const [before, after] = [values[from - 2], values[from - 1]]
  if (after === undefined || (from === 1 && !("value" in after))) return undefined
  let until = version
  while (until < values.length && (yield* same(values[until - 1], values[until]))) until++
  return {
    version: from,
    ...(before !== undefined && "value" in before && { before: before.value as Json }),
    ...("value" in after && { after: after.value as Json }),
    ...(until < values.length && { until: until + 1 })
  }
}

/** The setting behind a run: the version of its pipeline. */
export interface PipelineSaved {
  readonly name: string
  readonly version: number
  /** ISO 8601. */
  readonly at: string
  readonly savedBy?: string
  readonly document: JsonObject | undefined
}

export interface ChainFacts {
  readonly orderId: string
  readonly eventId: string
  readonly path: string
  readonly entries: ReadonlyArray<PlacedEntry>
  /** By the process event's id. */
  readonly pipelineOf: (processEventId: string) => PipelineSaved | undefined
  /** The patch of the callout that the version follows from; absent where it follows from no callout, or had no patch. */
  readonly patch?: ReadonlyArray<PatchedMember>
}

interface Sides {
  readonly before?: Json
  readonly after?: Json
}

/** True if the pointer names the other's member, or one below it. */
const isAtOrBelow = (pointer: string, other: string): boolean => pointer === other || pointer.startsWith(`${other}/`)

/**
 * The value before and after a partner's answer changed the member. It may differ from the version's: the end of a run
 * may set another status in the same commit. `undefined` if the answer did not change the member.
 */
export const patchedSides = (path: string, patch: ReadonlyArray<PatchedMember>, version: Sides): Sides | undefined => {
  const whole = patch.find((member) => isAtOrBelow(path, member.path))
  if (whole === undefined) return patch.some((member) => isAtOrBelow(member.path, path)) ? version : undefined
  const names = readPointer(path.slice(whole.path.length)) ?? []
  const before = whole.before === undefined ? undefined : valueAt(whole.before, names)
  const after = whole.after === undefined ? undefined : valueAt(whole.after, names)
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
}

const hrefOf = (entry: TimelineEntry, orderId: string): string => {
  const { calloutId, deliveryId, id, jobId, kind, processEventId, version } = entry
  const order = `/v1/orders/${encodeURIComponent(orderId)}`
  if (jobId !== undefined) return `/v1/jobs/${jobId}`
  if (kind === "submitted") return `${order}/versions/1`
  if (version !== undefined) return `${order}/versions/${version}`
  if (calloutId !== undefined) return `/v1/process-events/${processEventId}/callouts/${calloutId}`
  if (deliveryId !== undefined) return `/v1/deliveries/${deliveryId}`
  if (processEventId !== undefined) return `/v1/process-events/${processEventId}`
  return id.startsWith("audit-") ? `/v1/audit/${id}` : `${order}/timeline`
}

const expression = /\{%[\s\S]*?%\}/g

/** The step of a pipeline's document that has this id: its own, or its name with a number. */
const stepOf = (document: JsonObject | undefined, stepId: string | undefined): Json | undefined => {
  const steps = ["steps", "postProcessing"].flatMap((name) => {
    const list = document?.[name]
    return Array.isArray(list) ? list as ReadonlyArray<JsonObject> : []
  })
  const used = new Map<string, number>()
  return steps.find((step) => {
    const name = String(step["name"])
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return (step["id"] ?? (count === 1 ? name : `${name}_${count}`)) === stepId
  })
}

/** The part of the pipeline that the value comes from: a status that it sets, or the expressions of the step. */
const expressionOf = (
  { path }: ChainFacts,
  { document }: PipelineSaved,
  stepId: string | undefined,
  value: Json | undefined
): string | undefined => {
  if (path === "/status") {
    for (const name of ["completedStatus", "failedStatus"]) {
      if (document?.[name] === value && value !== undefined) return `${name}: ${JSON.stringify(value)}`
    }
    if (document?.["failedStatus"] === undefined && value === "Failed") return "failedStatus: \"Failed\""
  }
  const step = stepOf(document, stepId)
  const found = step === undefined ? null : JSON.stringify(step).match(expression)
  return found === null ? undefined : [...new Set(found.map((one) => JSON.parse(`"${one}"`) as string))].join(", ")
}

const settingLink = (
  facts: ChainFacts,
  processEventId: string,
  stepId: string | undefined,
  value: Json | undefined
): ReadonlyArray<WhyLink> => {
  const saved = facts.pipelineOf(processEventId)
  if (saved === undefined) return []
  const from = expressionOf(facts, saved, stepId, value)
  const { at, name, savedBy, version } = saved
  return [{
    id: `setting-pipeline-${name}-${version}`,
    kind: "setting",
    at,
    summary: `pipeline ${name} v${version}${savedBy === undefined ? "" : ` saved by ${savedBy}`}`,
    href: `/v1/pipelines/${encodeURIComponent(name)}/versions/${version}`,
    name,
    version,
    ...(from !== undefined && { expression: from }),
    ...(savedBy !== undefined && { savedBy })
  }]
}

/** The chain of causes from the version that brought the value to an entry without a cause. */
export const chainOf = (facts: ChainFacts, { after, before, version }: Brought): ReadonlyArray<WhyLink> => {
  const byId = new Map(facts.entries.map(({ entry }) => [entry.id, entry]))
  const sides = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
  const sidesAt = (kind: TimelineEntry["kind"], place: number): Sides | undefined => {
    if (kind === "version") return sides
    if (place !== 1 || kind === "run" || kind === "submitted") return undefined
    return facts.patch === undefined ? sides : patchedSides(facts.path, facts.patch, sides)
  }
  const chain: Array<WhyLink> = []
  let stepId: string | undefined
  let entry = byId.get(versionEntryId(facts.eventId, version))
  while (entry !== undefined) {
    const { at, cause, id, jobId, kind, summary } = entry
    const href = hrefOf(entry, facts.orderId)
    chain.push({ id, kind, at, summary, ...sidesAt(kind, chain.length), href, ...(jobId !== undefined && { jobId }) })
    stepId ??= entry.stepId
    if (kind === "run" && entry.processEventId !== undefined) {
      chain.push(...settingLink(facts, entry.processEventId, stepId, after))
    }
    entry = cause === undefined ? undefined : byId.get(cause)
  }
  return chain
}

/** A body that was sent, and the version of the order that it was made from. */
export interface SentBody {
  readonly type: string
  readonly body: Json
  /** True if an endpoint's `payload` made the body: the value may occur anywhere in it. */
  readonly shaped: boolean
  readonly version: number
}

function* holdsAnywhere(body: Json, value: Json, pace: Pace): Steps<boolean> {
  const open: Array<Json> = [body]
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    if (pace.isDue()) yield
    if (yield* equalSteps(here, value, pace)) return true
    if (typeof here === "object" && here !== null) { for (const one of Object.values(here)) open.push(one as Json) }
  }
  return false
}

const nested: ReadonlySet<string> = new Set(["order.updated", "order.status_changed"])

/** True if the body contained the value, and was made from a version in which the member had it. */
export function* toldInSteps(
  { body, shaped, type, version }: SentBody,
  at: (document: Json) => Json | undefined,
  { after, until = Infinity, version: from }: Brought
): Steps<boolean> {
  const pace = makePace()
  if (after === undefined || version < from || version >= until) return false
  if (shaped) return yield* holdsAnywhere(body, after, pace)
  const order = nested.has(type) ? (body as JsonObject | null)?.["order"] : body
  return order !== undefined && (yield* equalSteps(at(order), after, pace))
}
