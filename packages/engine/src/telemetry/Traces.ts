/**
 * Traces of intake, runs, steps and callouts, as a layer around the journal: leave it out for no traces, at no cost.
 *
 * A span is told of when the journal has stored what it shows, so a trace holds exactly what happened, and what is
 * recorded in it is redacted already. Ids: `TraceSpan`.
 *
 * `sluice.entry.id` is the id of the order's timeline entry that a span shows, `sluice.cause.id` that of the entry that it
 * follows from.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { calloutId, eventId, processEventId, stepEntryId } from "@sluice/domain/identity/Ids"
import { ofOrder, partIdOf, spanIdOf, type TraceParent, type TraceSpan } from "@sluice/domain/identity/TraceSpan"
import { Clock, Context, Effect, Layer, Option, Stream, Tracer } from "effect"
import {
  type ClaimedRun,
  type ClaimToken,
  type Committed,
  type Entry,
  type Intake,
  Journal,
  type Stale,
  type StepRow
} from "../journal/Journal.ts"

export type Tell = (span: TraceSpan) => void

/** The facts about a run that are kept while this process holds it. */
type Known = Pick<ClaimedRun, "pipeline" | "createdAt" | "eventId" | "cause">

/** The time inside a UUIDv7, in epoch milliseconds. */
const madeAt = (runId: string): number => Number.parseInt(runId.replaceAll("-", "").slice(0, 12), 16)

const stepSpan = ({ orderId, runId }: Entry, row: StepRow): TraceSpan => ({
  traceId: ofOrder(orderId).traceId,
  spanId: partIdOf(runId, row.index + 1),
  parentSpanId: spanIdOf(runId),
  name: `step ${row.stepId}`,
  kind: "internal",
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
  attributes: {
    "sluice.order.id": orderId,
    "sluice.process_event.id": processEventId(runId),
    "sluice.entry.id": stepEntryId(runId, row.index),
    "sluice.cause.id": processEventId(runId),
    "sluice.step.id": row.stepId,
    "sluice.step.plugin": row.name,
    "sluice.step.state": row.state,
    "sluice.step.critical": row.critical,
    "sluice.step.reason": row.reason
  },
  ...(row.state === "failed" && { error: row.error?.message ?? row.reason ?? "failed" })
})

/** Without the query: it may name people. */
const bare = (endpoint: string): string => endpoint.replace(/[?#].*$/s, "")

const calloutSpan = ({ orderId, runId }: Entry, index: number, record: CalloutRecord): TraceSpan => {
  const url = bare(record.endpoint)
  const host = /^https?:\/\/([^/]*)/i.exec(url)?.[1]
  return {
    traceId: ofOrder(orderId).traceId,
    spanId: spanIdOf(record.id),
    parentSpanId: partIdOf(runId, index + 1),
    name: `${record.method} ${host ?? ""}`.trimEnd(),
    kind: "client",
    startedAt: record.startedAt,
    finishedAt: record.startedAt + record.durationMs,
    attributes: {
      "sluice.order.id": orderId,
      "sluice.process_event.id": processEventId(runId),
      "sluice.entry.id": calloutId(record.id),
      // A probe and a callback follow from a call that was recorded before.
      "sluice.cause.id": record.probe === true || record.callback === true ? undefined : stepEntryId(runId, index),
      "http.request.method": record.method,
      "url.full": url,
      "server.address": host?.replace(/:\d+$/, ""),
      "http.response.status_code": record.response?.status,
      "http.request.resend_count": record.attempt - 1,
      "error.type": record.outcome === "succeeded" ? undefined : record.error?.code ?? record.outcome,
      "sluice.callout.outcome": record.outcome,
      "sluice.callout.id": calloutId(record.id)
    },
    ...(record.outcome !== "succeeded" && { error: record.error?.message ?? record.outcome })
  }
}

const runSpan = (
  runId: string,
  orderId: string,
  known: Known | undefined,
  ended: { readonly state: string; readonly reason: string | undefined; readonly at: number }
): TraceSpan => {
  const root = ofOrder(orderId)
  return {
    traceId: root.traceId,
    spanId: spanIdOf(runId),
    parentSpanId: root.spanId,
    name: known === undefined ? "run" : `run ${known.pipeline.name}`,
    kind: "internal",
    startedAt: known?.createdAt ?? madeAt(runId),
    finishedAt: ended.at,
    attributes: {
      "sluice.order.id": orderId,
      "sluice.process_event.id": processEventId(runId),
      "sluice.entry.id": processEventId(runId),
      "sluice.cause.id": known === undefined ? undefined : known.cause ?? eventId(known.eventId),
      "sluice.pipeline.name": known?.pipeline.name,
      "sluice.pipeline.version": known?.pipeline.version,
      "sluice.run.state": ended.state,
      "sluice.run.reason": ended.reason
    },
    ...(ended.state !== "completed" && ended.state !== "cancelled" && { error: ended.reason ?? ended.state })
  }
}

const intakeSpan = (
  orderId: string,
  event: string,
  startedAt: number,
  finishedAt: number,
  caller: TraceParent | undefined
): TraceSpan => ({
  ...ofOrder(orderId),
  name: "order received",
  kind: "server",
  startedAt,
  finishedAt,
  attributes: { "sluice.order.id": orderId, "sluice.entry.id": eventId(event) },
  ...(caller !== undefined && { link: caller })
})

/** A journal that emits spans for what it stored. */
export const journal = (tell: Tell): Layer.Layer<Journal, never, Journal> =>
  Layer.effect(
    Journal,
    Effect.gen(function*() {
      const inner = yield* Journal
      const clock = yield* Clock.Clock
      // By claim token, so that the fiber of an earlier one does not take along what is known of its run.
      const held = new Map<number, Known>()
      // No more of the run than is told: its journal may hold partners' answers, each up to a mebibyte.
      const hold = ({ cause, claimToken, createdAt, eventId, pipeline }: ClaimedRun) =>
        Effect.sync(() => held.set(claimToken, { createdAt, eventId, pipeline, ...(cause !== undefined && { cause }) }))
      const stored = (entry: Entry) => (answer: Committed | Stale) =>
        Effect.sync(() => {
          if (answer._tag === "Stale") return
          for (const { index, record } of entry.callouts) tell(calloutSpan(entry, index, record))
          for (const row of entry.skipped ?? []) tell(stepSpan(entry, row))
          if (entry.step !== undefined) tell(stepSpan(entry, entry.step))
          if (answer.ended === undefined || entry.finish === undefined) return
          const { at, reason } = entry.finish
          tell(runSpan(entry.runId, entry.orderId, held.get(entry.claimToken), { state: answer.ended, reason, at }))
          held.delete(entry.claimToken)
        })
      const forget = ({ claimToken }: ClaimToken) => Effect.sync(() => held.delete(claimToken))
      const accepted = (intake: Intake) => intake._tag === "Accepted" ? hold(intake.run) : Effect.void
      return Journal.of({
        ...inner,
        accept: Effect.fnUntraced(function*(submission) {
          const startedAt = clock.currentTimeMillisUnsafe()
          const intake = yield* inner.accept(submission)
          if (intake._tag === "Repeated") return intake
          const caller = Context.getOption(yield* Effect.context<never>(), Tracer.ParentSpan)
          const { orderId } = intake._tag === "Accepted" ? intake.run : intake
          const now = clock.currentTimeMillisUnsafe()
          tell(intakeSpan(orderId, submission.run.eventId, startedAt, now, Option.getOrUndefined(caller)))
          yield* accepted(intake)
          return intake
        }),
        reprocess: (request) => Effect.tap(inner.reprocess(request), accepted),
        commit: (entry) => Effect.tapError(Effect.tap(inner.commit(entry), stored(entry)), () => forget(entry)),
        release: (entry) => Effect.ensuring(Effect.tap(inner.release(entry), stored(entry)), forget(entry)),
        abandon: (claimToken) => Effect.andThen(inner.abandon(claimToken), forget(claimToken)),
        claimed: Stream.tap(inner.claimed, hold)
      })
    })
  )
