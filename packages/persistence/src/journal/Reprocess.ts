/**
 * Another run over a stored order. Runs over one order are serial: the order's row is locked in a transaction, and only
 * then, with a fresh snapshot, it is asked whether a run is open. Contract: section 3, "An order and its runs".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { processEventId } from "@sluice/domain/identity/Ids"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { retryConflict, sameFingerprint } from "@sluice/engine/internal/journal/JournalRules"
import {
  type Intake,
  IntakeConflict,
  JournalUnavailable,
  OrderMoved,
  OrderNotFound,
  type Reprocess,
  type RunSoFar
} from "@sluice/engine/journal/Journal"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { type ActReference, actReference, recordAct } from "../audit/ActRecord.ts"
import type { Subscribed } from "../outbox/Subscribed.ts"
import { decodeCallout, encodeStep, prepareCallouts } from "../records/CalloutCodec.ts"
import { reusedCallouts } from "../records/ReusedCallouts.ts"
import { transaction } from "../sql/Transaction.ts"
import { edit } from "./Documents.ts"

interface Locked {
  readonly version: number
  readonly event_id: string
}

interface Known {
  readonly run_id: string
  readonly fingerprint: Uint8Array | null
  readonly state: RunState
}

interface OpenRun {
  readonly runId: string
  readonly retryOf: string
  readonly state: RunState
}

const at = (millis: number) => PgTypes.timestamptz(millis)

/** A NUL is no text to PostgreSQL; in what a person wrote it is not worth failing for. */
const printable = (text: string | undefined): string | null => text?.replaceAll("\0", "\ufffd") ?? null

/** A request without a fingerprint is the same as another without one. */
const same = (a: Uint8Array | undefined, b: Uint8Array | null): boolean =>
  a === undefined && b === null || sameFingerprint(a, b)

/**
 * The run that the request's key has made before; a new key is stored with the request's run. A key of another request
 * is a conflict.
 */
const repeatedRun = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, request: Reprocess) {
  const { fingerprint, idempotencyKey, orderId, run } = request
  if (idempotencyKey === undefined) return undefined
  const [known] = yield* sql<Known>`select k.run_id, k.fingerprint, r.state from process_keys k
    join runs r on r.id = k.run_id where k.order_id = ${orderId}
      and k.key in (${idempotencyKey}, erased_key(${idempotencyKey}))`
  if (known === undefined) {
    yield* sql`insert into process_keys (order_id, key, run_id, fingerprint)
      values (${orderId}, ${idempotencyKey}, ${run.runId}, ${fingerprint ?? null})`
    return undefined
  }
  if (same(fingerprint, known.fingerprint)) return known
  return yield* new IntakeConflict({
    message: `Idempotency-Key ${JSON.stringify(idempotencyKey)} was used for another request to process `
      + `order ${orderId}`
  })
})

/** Fails where the run retries one that another open run retries already. */
const refuseSecondRetry = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, { orderId, run }: Reprocess) {
  if (run.retryOf === undefined) return
  const [other] = yield* sql<OpenRun>`select id as "runId", retry_of as "retryOf", state from runs
    where order_id = ${orderId} and (id = ${run.retryOf} or retry_of = ${run.retryOf})
      and state in ('queued', 'running', 'waiting', 'compensating') order by id limit 1`
  if (other !== undefined) return yield* retryConflict(run, other)
})

/** Stores the change of the order that comes with the run, and returns the order's version after it. */
const writtenVersion = Effect.fnUntraced(function*(
  request: Reprocess,
  version: number,
  context: { readonly subscribed: Subscribed; readonly act: ActReference | undefined }
) {
  if (request.write === undefined) return version
  const written = version === request.write.seen
    ? yield* edit(request.orderId, request.write, request.history ?? [], context)
    : { _tag: "Stale" }
  return written._tag === "Stale" ? yield* new OrderMoved() : version + 1
})

/** The run as this process holds it, with the steps and records that it reuses. */
const heldRun = (
  { orderId, reused = [], run }: Reprocess,
  begun: {
    readonly eventId: string
    readonly startedAt: number
    readonly version: number
    readonly cause: string | undefined
  },
  records: Effect.Success<ReturnType<typeof reusedCallouts>>
): RunSoFar => ({
  runId: run.runId,
  eventId: begun.eventId,
  orderId,
  pipeline: run.pipeline,
  ...(run.shipmentId === undefined ? {} : { shipmentId: run.shipmentId }),
  createdAt: run.createdAt,
  startedAt: begun.startedAt,
  startVersion: begun.version,
  ...(begun.cause === undefined ? {} : { cause: begun.cause }),
  takeovers: 0,
  compensating: false,
  ...(run.inheritedKeys === undefined ? {} : { inheritedKeys: run.inheritedKeys }),
  steps: reused.map((step) => ({ ...step, nextVersion: begun.version })),
  callouts: records.map((row) => ({ index: row.step, record: decodeCallout(row) })),
  takenOver: false
})

/** The result of the request; the claim token of a run to be executed here begins with it. */
export type Reprocessed =
  | Exclude<Intake, { readonly _tag: "Accepted" }>
  | { readonly _tag: "Accepted"; readonly run: RunSoFar }

/**
 * Stores a run of an order that exists: claimed under `identity`, or queued if another run is open or this process
 * does not start it.
 */
export const reprocess = Effect.fnUntraced(function*(
  request: Reprocess,
  identity: { readonly worker: string; readonly epoch: number },
  executes: boolean,
  subscribed: Subscribed
): Effect.fn.Return<
  Reprocessed,
  IntakeConflict | OrderNotFound | OrderMoved | JournalUnavailable | SqlError,
  SqlClient.SqlClient
> {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  const { orderId, run } = request
  return yield* transaction(
    sql,
    Effect.gen(function*() {
      const [order] = yield* sql<Locked>`select version, event_id from orders where id = ${orderId} for no key update`
      if (order === undefined) return yield* new OrderNotFound({ orderId })
      const known = yield* repeatedRun(sql, request)
      if (known !== undefined) {
        const { run_id: runId, state } = known
        return { _tag: "Repeated", orderId, eventId: order.event_id, runId, state } as const
      }
      yield* refuseSecondRetry(sql, request)
      const act = yield* actReference
      const version = yield* writtenVersion(request, order.version, { subscribed, act })
      // Fenced in between, or of a lost epoch: then nothing may be held here.
      const [standing] = yield* sql`select id from workers
      where id = ${identity.worker} and epoch = ${identity.epoch} and not fenced for key share`
      if (standing === undefined) {
        return yield* new JournalUnavailable({ message: "This process is registering with the database again" })
      }
      const [ahead] = yield* sql`select id from runs where order_id = ${orderId}
      and state in ('queued', 'running', 'waiting', 'compensating') limit 1`
      const starts = executes && ahead === undefined
      yield* sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, shipment_id, state, owner,
        start_version, created_at, started_at, retry_of, from_step, retry_reason, requested_by, inherited_keys, cause)
      values (${run.runId}, ${orderId}, ${order.event_id}, ${run.pipeline.name}, ${run.pipeline.version},
        ${run.shipmentId ?? null}, ${starts ? "running" : "queued"}, ${starts ? identity.worker : null},
        ${starts ? version : null}, ${at(run.createdAt)}, ${starts ? at(now) : null}, ${run.retryOf ?? null},
        ${run.fromStep ?? null}, ${printable(run.retryReason)}, ${printable(run.requestedBy)},
        ${run.inheritedKeys === undefined ? null : JSON.stringify(run.inheritedKeys)},
        ${act?.entry ?? null})`
      const reused = request.reused ?? []
      for (const step of reused) {
        yield* sql`insert into steps (run_id, index, state, next_version, record)
        values (${run.runId}, ${step.index}, ${step.state}, ${version}, ${encodeStep(step)})`
      }
      yield* recordAct(
        sql,
        run.retryOf === undefined
          ? { id: act?.id, before: { version: order.version }, after: { version }, orderId, runId: run.runId }
          : {
            id: act?.id,
            after: { processEventId: processEventId(run.runId), state: starts ? "running" : "queued" },
            reason: run.retryReason,
            orderId,
            runId: run.retryOf
          }
      )
      if (!starts) return { _tag: "Queued", orderId, eventId: order.event_id, runId: run.runId } as const
      const records = yield* reusedCallouts(reused.map((step) => ({ runId: run.runId, step })))
      yield* prepareCallouts(records)
      const held = heldRun(request, { eventId: order.event_id, startedAt: now, version, cause: act?.entry }, records)
      return { _tag: "Accepted", run: held } as const
    })
  )
})
