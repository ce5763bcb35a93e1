/**
 * Another run over a stored order. Runs over one order are serial: the order's row is locked in a transaction, and only
 * then, with a fresh snapshot, it is asked whether a run is open. Contract: section 3, "An order and its runs".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { processEventId } from "@sluice/domain/identity/Ids"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
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

/** The state of the order's runs under the lock of its row. */
interface Found {
  /** True unless this process was fenced, or its epoch was lost: then it may hold nothing. */
  readonly standing: boolean
  /** True if a run over the order is open. */
  readonly ahead: boolean
  /** The run that an earlier request with the same key has made. */
  readonly key_run: string | null
  readonly key_fingerprint: Uint8Array | null
  readonly key_state: RunState | null
  /** The open run because of which this one cannot be retried: the run itself, or another retry of it. */
  readonly open_id: string | null
  readonly open_state: RunState | null
}

const at = (millis: number) => PgTypes.timestamptz(millis)

/** A request without a fingerprint is the same as another without one. */
const same = (a: Uint8Array | undefined, b: Uint8Array | null): boolean =>
  a === undefined && b === null || sameFingerprint(a, b)

/** Reads all that decides about the request, in one statement: its snapshot is younger than the lock. */
const find = (
  sql: SqlClient.SqlClient,
  { idempotencyKey, orderId, run }: Reprocess,
  { epoch, worker }: { readonly worker: string; readonly epoch: number }
) =>
  sql<Found>`with me as materialized (select id from workers
      where id = ${worker} and epoch = ${epoch} and not fenced for key share),
    all_runs as materialized (select id, state, retry_of from runs where order_id = ${orderId})
    select exists (select from me) as standing,
      exists (select from all_runs where state in ('queued', 'running', 'waiting', 'compensating')) as ahead,
      k.run_id as key_run, k.fingerprint as key_fingerprint, k.state as key_state,
      o.id as open_id, o.state as open_state
    from (values (1)) one
    left join lateral (select k.run_id, k.fingerprint, r.state from process_keys k join runs r on r.id = k.run_id
      where k.order_id = ${orderId} and k.key in (${idempotencyKey ?? null}, erased_key(${idempotencyKey ?? null}))
      limit 1) k on true
    left join lateral (select id, state from all_runs
      where (id = ${run.retryOf ?? null}::uuid or retry_of = ${run.retryOf ?? null}::uuid)
      and state in ('queued', 'running', 'waiting', 'compensating') order by id limit 1) o on true`

/** The run that the request's key has made before. A key of another request is a conflict. */
const repeatedRun = ({ fingerprint, idempotencyKey, orderId }: Reprocess, found: Found) => {
  const { key_fingerprint, key_run, key_state } = found
  if (key_run === null || key_state === null) return Effect.undefined
  return same(fingerprint, key_fingerprint)
    ? Effect.succeed({ runId: key_run, state: key_state })
    : Effect.fail(
      new IntakeConflict({
        message: `Idempotency-Key ${JSON.stringify(idempotencyKey)} was used for another request to process `
          + `order ${orderId}`
      })
    )
}

/** Fails where the run retries one that is open, or that another open run retries already. */
const refuseSecondRetry = ({ run }: Reprocess, { open_id, open_state }: Found) =>
  run.retryOf === undefined || open_id === null || open_state === null
    ? Effect.void
    : retryConflict(run, { runId: open_id, state: open_state })

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
      const [found] = yield* find(sql, request, identity)
      if (found === undefined) return yield* Effect.die("a statement of one row returned none")
      const known = yield* repeatedRun(request, found)
      if (known !== undefined) return { _tag: "Repeated", orderId, eventId: order.event_id, ...known } as const
      yield* refuseSecondRetry(request, found)
      const act = yield* actReference
      const version = yield* writtenVersion(request, order.version, { subscribed, act })
      if (!found.standing) {
        return yield* new JournalUnavailable({ message: "This process is registering with the database again" })
      }
      const starts = executes && !found.ahead
      if (request.idempotencyKey !== undefined) {
        yield* sql`insert into process_keys (order_id, key, run_id, fingerprint)
          values (${orderId}, ${request.idempotencyKey}, ${run.runId}, ${request.fingerprint ?? null})`
      }
      yield* sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, shipment_id, state, owner,
        start_version, created_at, started_at, retry_of, from_step, retry_reason, requested_by, inherited_keys, cause)
      values (${run.runId}, ${orderId}, ${order.event_id}, ${run.pipeline.name}, ${run.pipeline.version},
        ${run.shipmentId ?? null}, ${starts ? "running" : "queued"}, ${starts ? identity.worker : null},
        ${starts ? version : null}, ${at(run.createdAt)}, ${starts ? at(now) : null}, ${run.retryOf ?? null},
        ${run.fromStep ?? null}, ${withoutNul(run.retryReason)}, ${withoutNul(run.requestedBy)},
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
