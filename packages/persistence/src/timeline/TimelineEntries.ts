/**
 * Derives an order's timeline from what is stored. The causes of versions, runs and messages are stored as ids with them;
 * what an earlier release stored without one is matched by the times of one commit. Pure. Contract: section 7, `timeline`.
 *
 * | entry | follows from |
 * | --- | --- |
 * | version 1 | the submission |
 * | version of a step | the last callout of its commit, else the run; the act of an operator who answered for the partner |
 * | version of a run's end or compensation | the run |
 * | version of a PATCH or a retry | the operator's act |
 * | run | the submission, or the act that asked for it |
 * | step, compensation | its run |
 * | callout | its step; a probe or a callback: the call that it is about |
 * | delivery | the version, run or step that its message tells of |
 * | attempt | its delivery, or the act that asked for it |
 */
import {
  auditId,
  calloutId,
  deliveryId,
  eventId,
  operatorEntryId,
  processEventId,
  stepEntryId,
  versionEntryId
} from "@sluice/domain/identity/Ids"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { TimelineEntry, TimelineKind } from "@sluice/domain/internal/order/Timeline"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import type {
  ActFact,
  AttemptFact,
  CalloutFact,
  DeliveryFact,
  RunFact,
  StepFact,
  TimelineFacts,
  VersionFact
} from "./TimelineFacts.ts"

/** An entry with the keys that it is sorted by: a cause is never below what follows from it. */
export interface PlacedEntry {
  readonly entry: TimelineEntry
  /** Epoch milliseconds; not before the cause's. */
  readonly at: number
  /** The number of entries between it and an entry without a cause. */
  readonly depth: number
}

type Draft = TimelineEntry & { readonly time: number }

const draft = (
  id: string,
  kind: TimelineKind,
  time: number,
  cause: string | undefined,
  summary: string,
  members: Partial<TimelineEntry> = {}
): Draft => ({ id, at: isoOf(time), kind, ...(cause !== undefined && { cause }), summary, ...members, time })

/** The time that an entry took, where it has an end. */
const lasted = (from: number | undefined, to: number | undefined): Pick<TimelineEntry, "durationMs"> =>
  from === undefined || to === undefined || to < from ? {} : { durationMs: to - from }

const because = (reason: string | undefined): string => reason === undefined || reason === "" ? "" : `: ${reason}`

const stepKey = (runId: string, index: number): string => `${runId} ${index}`

/** The look-ups that the causes are found by. */
interface Index {
  readonly facts: TimelineFacts
  readonly submitted: string
  readonly calloutsOf: ReadonlyMap<string, ReadonlyArray<CalloutFact>>
  /** The act that asked for a run. */
  readonly actOfRun: ReadonlyMap<string, string>
  /** The entries that a version can follow from, by the UUID of the resource that they describe. */
  readonly causes: ReadonlyMap<string, string>
  readonly synthesized: ReadonlyArray<Draft>
}

const grouped = <A>(items: ReadonlyArray<A>, keyOf: (item: A) => string): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

const actEntryId = ({ id, jobId }: ActFact): string => jobId === undefined ? auditId(id) : operatorEntryId(id)

/** True if the act is likely to have asked for the run, of an earlier release: no id leads from one to the other. */
const asksFor = ({ action, after, at }: ActFact, run: RunFact): boolean =>
  action === "run.retry"
    ? after?.["processEventId"] === processEventId(run.id)
    : action === "order.process" && run.retryOf === undefined && Math.abs(at - run.createdAt) < 60_000

/**
 * The act behind a run that was not made by the submission. A retry by a job, or of an earlier release, has no record of
 * its own: the run's row says who asked for it.
 */
const actsOfRuns = (facts: TimelineFacts) => {
  const actOfRun = new Map<string, string>()
  const synthesized: Array<Draft> = []
  const acts = new Map(facts.acts.map((act) => [actEntryId(act), act]))
  const known = new Set(facts.runs.flatMap(({ cause }) => cause ?? []))
  const unused = facts.acts.filter((act) =>
    act.jobId === undefined && !known.has(actEntryId(act))
    && (act.action === "run.retry" || act.action === "order.process")
  )
  const [first, ...later] = facts.runs.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  for (const run of first?.retryOf === undefined ? later : [first, ...later]) {
    const at = run.cause === undefined ? unused.findIndex((act) => asksFor(act, run)) : -1
    const act = run.cause === undefined ? at < 0 ? undefined : unused.splice(at, 1)[0] : acts.get(run.cause)
    const id = act === undefined ? operatorEntryId(run.id) : actEntryId(act)
    actOfRun.set(run.id, id)
    if (act !== undefined) continue
    const action = run.retryOf === undefined ? "order.process" : "run.retry"
    const actor = run.requestedBy ?? "anonymous"
    synthesized.push(
      draft(id, "operator", run.createdAt, undefined, `${action} by ${actor}${because(run.retryReason)}`, {
        action,
        actor,
        ...(run.retryReason !== undefined && { reason: run.retryReason })
      })
    )
  }
  return { actOfRun, synthesized }
}

const indexOf = (facts: TimelineFacts): Index => ({
  facts,
  submitted: eventId(facts.eventId),
  calloutsOf: grouped(facts.callouts, ({ runId, step }) => stepKey(runId, step)),
  causes: new Map([
    ...facts.runs.map(({ id }) => [id, processEventId(id)] as const),
    ...facts.callouts.map(({ id }) => [id, calloutId(id)] as const),
    ...facts.acts.map((act) => [act.id, actEntryId(act)] as const)
  ]),
  ...actsOfRuns(facts)
})

/** The step that wrote the version: it ended at the version's time, and goes on from it. */
const stepOfVersion = ({ facts }: Index, version: number, at: number): StepFact | undefined =>
  facts.steps.filter((step) => step.finishedAt === at && step.nextVersion >= version && step.state !== "skipped")
    .toSorted((a, b) => a.nextVersion - b.nextVersion || a.index - b.index)[0]

/** The id of the entry that a version follows from. */
const causeOfVersion = (index: Index, { at, cause, version }: VersionFact): string => {
  if (version === 1) return index.submitted
  const stored = cause === undefined ? undefined : index.causes.get(cause)
  return stored ?? likelyCauseOfVersion(index, version, at)
}

/** The likely cause of a version, by times: an earlier release stored no cause, or the callout's record is gone. */
const likelyCauseOfVersion = (index: Index, version: number, at: number): string => {
  const { actOfRun, calloutsOf, facts, submitted } = index
  const edit = facts.acts.find(({ action, after }) => action === "order.update" && after?.["version"] === version)
  if (edit !== undefined) return actEntryId(edit)
  const step = stepOfVersion(index, version, at)
  if (step !== undefined) {
    const last = calloutsOf.get(stepKey(step.runId, step.index))?.at(-1)
    return last === undefined ? processEventId(step.runId) : calloutId(last.id)
  }
  const ended = facts.runs.find(({ finishedAt }) => finishedAt === at)
  if (ended !== undefined) return processEventId(ended.id)
  const asked = facts.runs.find(({ createdAt, id }) => createdAt === at && actOfRun.has(id))
  if (asked !== undefined) return actOfRun.get(asked.id) ?? submitted
  const around = facts.runs.find(({ finishedAt = Infinity, startedAt = Infinity }) =>
    startedAt <= at && at <= finishedAt
  )
  return around === undefined ? submitted : processEventId(around.id)
}

const versionEntries = (index: Index): ReadonlyArray<Draft> =>
  index.facts.versions.map((fact) => {
    const { at, changed, version } = fact
    return draft(
      versionEntryId(index.facts.eventId, version),
      "version",
      at,
      causeOfVersion(index, fact),
      version === 1 ? "version 1: as submitted" : `version ${version}: ${changed.join(", ")} changed`,
      { version }
    )
  })

const runEntries = ({ actOfRun, facts, submitted }: Index): ReadonlyArray<Draft> =>
  facts.runs.map((run) =>
    draft(
      processEventId(run.id),
      "run",
      run.startedAt ?? run.createdAt,
      actOfRun.get(run.id) ?? submitted,
      `pipeline ${run.pipeline.name} v${run.pipeline.version} ${run.state}${because(run.reason)}`,
      { processEventId: processEventId(run.id), ...lasted(run.startedAt, run.finishedAt) }
    )
  )

const stepEntries = ({ facts }: Index): ReadonlyArray<Draft> =>
  facts.steps.filter(({ state }) => state !== "skipped").map((step) =>
    draft(
      stepEntryId(step.runId, step.index),
      step.phase === "compensation" ? "compensation" : "step",
      step.startedAt,
      processEventId(step.runId),
      `${step.phase === "compensation" ? "compensation" : "step"} ${step.stepId} ${step.state}${because(step.reason)}`,
      {
        processEventId: processEventId(step.runId),
        stepId: step.stepId,
        ...lasted(step.startedAt, step.finishedAt)
      }
    )
  )

/** The call that a probe or a callback is about: the last one before it of the same request. */
const aboutCall = (callout: CalloutFact, others: ReadonlyArray<CalloutFact>): CalloutFact | undefined =>
  others.slice(0, others.indexOf(callout)).findLast(({ kind, request }) =>
    kind === "callout" && request === callout.request
  )

const calloutEntries = ({ calloutsOf, facts }: Index): ReadonlyArray<Draft> => {
  const stepIds = new Map(facts.steps.map((step) => [stepKey(step.runId, step.index), step.stepId]))
  return facts.callouts.map((callout) => {
    const { endpoint, id, kind, method, outcome, runId, startedAt, status, step } = callout
    const about = kind === "callout" ? undefined : aboutCall(callout, calloutsOf.get(stepKey(runId, step)) ?? [])
    const stepId = stepIds.get(stepKey(runId, step))
    const answer = status === undefined ? outcome : `${status} ${outcome}`
    return draft(
      calloutId(id),
      kind,
      startedAt,
      about === undefined ? stepEntryId(runId, step) : calloutId(about.id),
      kind === "callback" ? `callback ${outcome}` : `${method} ${urlHost(endpoint) ?? endpoint}: ${answer}`,
      {
        processEventId: processEventId(runId),
        ...(stepId !== undefined && { stepId }),
        calloutId: calloutId(id),
        ...(callout.durationMs !== undefined && { durationMs: callout.durationMs })
      }
    )
  })
}

const actEntries = ({ facts }: Index): ReadonlyArray<Draft> =>
  facts.acts.map((act) => {
    const { action, actor, at, jobId, reason } = act
    const by = jobId === undefined ? actor : `${actor} with ${jobId}`
    return draft(actEntryId(act), "operator", at, undefined, `${action} by ${by}${because(reason)}`, {
      action,
      actor,
      ...(reason !== undefined && { reason }),
      ...(jobId !== undefined && { jobId })
    })
  })

/** The message of an earlier release names no cause: the run that ended then, else the submission. */
const causeOfDelivery = ({ facts, submitted }: Index, delivery: DeliveryFact): string => {
  if (delivery.cause !== undefined) return delivery.cause
  const run = facts.runs.find(({ finishedAt }) => finishedAt === delivery.createdAt)
  if (run !== undefined) return processEventId(run.id)
  return delivery.type.startsWith("order.") ? versionEntryId(facts.eventId, 1) : submitted
}

const asksAgain = ({ action, resource }: ActFact, { endpointId, id }: DeliveryFact): boolean =>
  action === "delivery.redeliver"
    ? resource.includes(deliveryId(id))
    : action === "webhook_endpoint.replay" && endpointId !== null && resource.includes(`/${endpointId}/`)

/** The act that asked for the attempt: the last one between the attempt before and this one. */
const causeOfAttempt = (
  { facts }: Index,
  delivery: DeliveryFact,
  { number, startedAt }: AttemptFact
): string => {
  const before = delivery.attempts.find((one) => one.number === number - 1)?.startedAt ?? delivery.createdAt
  const act = facts.acts.findLast((one) =>
    asksAgain(one, delivery) && one.at >= before && one.at <= startedAt && one.at > delivery.createdAt
  )
  return act === undefined ? deliveryId(delivery.id) : actEntryId(act)
}

const deliveryEntries = (index: Index): ReadonlyArray<Draft> =>
  index.facts.deliveries.flatMap((delivery) => {
    const { attempts, createdAt, endpointId, id, state, type } = delivery
    const members = { deliveryId: deliveryId(id) }
    const to = endpointId === null ? "" : ` to endpoint ${endpointId}`
    return [
      draft(deliveryId(id), "delivery", createdAt, causeOfDelivery(index, delivery), `${type}${to} ${state}`, {
        ...members,
        ...lasted(createdAt, delivery.finishedAt)
      }),
      ...attempts.map((attempt) =>
        draft(
          `attempt-${id.replaceAll("-", "")}-${attempt.number}`,
          "attempt",
          attempt.startedAt,
          causeOfAttempt(index, delivery, attempt),
          `attempt ${attempt.number}: ${attempt.result}`,
          { ...members, ...(attempt.durationMs !== undefined && { durationMs: attempt.durationMs }) }
        )
      )
    ]
  })

/** Sorts by time, a cause before what follows from it. A cause that is not there is the submission's. */
const placed = (drafts: ReadonlyArray<Draft>, submitted: string): ReadonlyArray<PlacedEntry> => {
  const byId = new Map(drafts.map((one) => [one.id, one]))
  const places = new Map<string, PlacedEntry>()
  const placeOf = (one: Draft): PlacedEntry => {
    const known = places.get(one.id)
    if (known !== undefined) return known
    const { time, ...entry } = one
    // An entry on its own way round would be a fault of the derivation: it is cut there, and never walked for ever.
    places.set(one.id, { entry, at: time, depth: 0 })
    const found = entry.cause === undefined ? undefined : byId.get(entry.cause) ?? byId.get(submitted)
    const above = found === undefined ? undefined : placeOf(found)
    const place = above === undefined
      ? { entry, at: time, depth: 0 }
      : { entry: { ...entry, cause: above.entry.id }, at: Math.max(time, above.at), depth: above.depth + 1 }
    places.set(one.id, place)
    return place
  }
  return drafts.map(placeOf).toSorted((a, b) =>
    a.at - b.at || a.depth - b.depth || (a.entry.id < b.entry.id ? -1 : a.entry.id > b.entry.id ? 1 : 0)
  )
}

/** The whole timeline, oldest first. */
export const timelineEntries = (facts: TimelineFacts): ReadonlyArray<PlacedEntry> => {
  const index = indexOf(facts)
  const submission = draft(index.submitted, "submitted", facts.createdAt, undefined, "order submitted")
  return placed([
    submission,
    ...versionEntries(index),
    ...index.synthesized,
    ...actEntries(index),
    ...runEntries(index),
    ...stepEntries(index),
    ...calloutEntries(index),
    ...deliveryEntries(index)
  ], index.submitted)
}
