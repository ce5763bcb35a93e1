/**
 * Replays: an endpoint's deliveries of some time, sent again. A replay goes through them in batches, each committed with
 * the place that it has come to, so that it goes on after a crash, can be watched, and can be stopped.
 * Contract: sections 7 and 9.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { replayId, uuidOf } from "@sluice/domain/identity/Ids"
import { sharedUuid, smallestAt } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { isStorable } from "@sluice/domain/order/Order"
import type { DeliveryState } from "@sluice/domain/webhook/Delivery"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, DateTime, Effect, Latch, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { DeliverySignal } from "../outbox/DeliverySignal.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { again } from "./Deliveries.ts"

export class ReplayUnknown extends Schema.TaggedError<ReplayUnknown>()("ReplayUnknown", { id: Schema.String }) {}

export interface Replay {
  readonly id: string
  readonly endpointId: string
  readonly since: string
  readonly until: string
  readonly states: ReadonlyArray<DeliveryState>
  readonly types?: ReadonlyArray<string>
  readonly state: "running" | "completed" | "cancelled"
  readonly replayed: number
  readonly remaining: number
  readonly createdAt: string
  readonly finishedAt?: string
}

/**
 * The states that can be replayed. A pending delivery is sent anyway, and a filtered one was never meant to be sent.
 */
export const replayable: ReadonlyArray<DeliveryState> = ["delivered", "exhausted", "held", "cancelled"]

/** The scope of a replay; times are inclusive, in epoch milliseconds. */
export interface ReplayRequest {
  readonly since: number
  readonly until: number
  readonly states: ReadonlyArray<DeliveryState>
  readonly types?: ReadonlyArray<string> | undefined
  readonly requestedBy?: string | undefined
}

/** Deliveries that one statement turns over. */
const batch = 200

/** A delivery's id may be older than the delivery by as much as the clocks of two processes differ, in milliseconds. */
const slackMs = 3_600_000

interface Row {
  readonly id: string
  readonly endpoint_id: string
  readonly since: Date
  readonly until: Date
  readonly states: ReadonlyArray<DeliveryState>
  readonly types: ReadonlyArray<string> | null
  readonly state: Replay["state"]
  readonly replayed: number
  readonly remaining: number
  readonly created_at: Date
  readonly finished_at: Date | null
}

const shown = (row: Row): Replay => ({
  id: replayId(row.id),
  endpointId: row.endpoint_id,
  since: row.since.toISOString(),
  until: row.until.toISOString(),
  states: row.states,
  ...(row.types !== null && { types: row.types }),
  state: row.state,
  replayed: row.replayed,
  remaining: row.remaining,
  createdAt: row.created_at.toISOString(),
  ...(row.finished_at !== null && { finishedAt: row.finished_at.toISOString() })
})

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* DeliverySignal
  const wake = Latch.makeUnsafe(true)
  // Of all indexes only deliveries_of_endpoint serves such a comparison, whatever the table's statistics are.
  const covered = sql.literal(`(d.endpoint_id, d.id) > (p.endpoint_id, p.after) and d.endpoint_id <= p.endpoint_id
    and d.created_at >= p.since and d.created_at <= p.until and d.state = any(p.states) and (p.types is null or d.type = any(p.types))
    and d.type <> 'test'`)
  return { covered, signal, sql, wake }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

/** One batch; true where the replay goes on. */
const step = Effect.fnUntraced(function*({ covered, sql }: Services, id: string) {
  const [replay] =
    yield* sql`select id from replays where id = ${id}::uuid and state = 'running' for update skip locked`
  if (replay === undefined) return false
  const rows = yield* sql<{ readonly id: string }>`select d.id from replays p
    join webhook_endpoints w on w.id = p.endpoint_id and w.disabled_at is null
    cross join lateral (select d.id from deliveries d where ${covered} order by d.endpoint_id, d.id limit ${batch}) d
    where p.id = ${id}::uuid`
  const ids = rows.map((row) => row.id)
  let refused = 0
  yield* writeIsolated(ids, (some) => transaction(sql, again(sql, some)), (deliveryId, cause) =>
    Effect.andThen(
      Effect.logError("a replay cannot send a delivery again", { deliveryId }, cause),
      Effect.sync(() => refused++)
    ))
  const last = ids.at(-1)
  yield* sql`update replays set replayed = replayed + ${ids.length - refused}, after = coalesce(${
    last ?? null
  }::uuid, after),
    state = case when ${ids.length < batch} then 'completed' else state end,
    finished_at = case when ${ids.length < batch} then clock_timestamp() end where id = ${id}::uuid`
  return ids.length === batch
})

const stepThrough = Effect.fnUntraced(function*(services: Services, id: string) {
  const { signal, sql } = services
  while (yield* transaction(sql, step(services, id))) signal.publish()
  signal.publish()
})

const find = Effect.fnUntraced(function*({ covered, sql }: Services, endpointId: string, id: string) {
  const uuid = id.startsWith("replay-") ? uuidOf(id) : undefined
  const [row] = uuid === undefined || !isStorable(endpointId) ? [] : yield* orUnavailable(sql<Row>`
    select p.*, case when p.state = 'running'
      then (select count(*)::int from deliveries d where ${covered}) else 0 end as remaining
    from replays p where p.id = ${uuid}::uuid and p.endpoint_id = ${endpointId}`)
  return row === undefined ? yield* new ReplayUnknown({ id }) : row
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { sql, wake } = services
  const running = Effect.gen(function*() {
    const rows = yield* sql<{ readonly id: string }>`select id from replays where state = 'running'`
    for (const { id } of rows) {
      // One that cannot go on keeps no other from going on.
      yield* writeIsolated(
        [id],
        () => stepThrough(services, id),
        (_, cause) => Effect.logError("a replay cannot go on", { replay: replayId(id) }, cause)
      )
    }
  })
  // Left by another process: found when this one starts, and every minute.
  yield* BackgroundLoop.fork(
    "replays",
    Effect.forever(Effect.gen(function*() {
      wake.closeUnsafe()
      yield* Effect.catch(running, (error) => Effect.logDebug("replays: will go on later", error))
      yield* Effect.raceFirst(wake.await, Effect.sleep("1 minute"))
    }))
  )
  return Replays.of({
    start: Effect.fnUntraced(function*(endpointId, request) {
      const id = yield* sharedUuid
      yield* orUnavailable(transaction(
        sql,
        sql`insert into replays (id, endpoint_id, after, since, until, states, types, requested_by)
        values (${id}::uuid, ${endpointId}, ${smallestAt(request.since - slackMs)}::uuid, ${
          PgTypes.timestamptz(request.since)
        }, ${PgTypes.timestamptz(request.until)}, ${texts(request.states)}, ${
          request.types === undefined ? null : texts(request.types)
        },
          ${request.requestedBy ?? null})`.pipe(
          Effect.andThen(recordAct(sql, {
            after: {
              replayId: replayId(id),
              since: iso(request.since),
              until: iso(request.until),
              states: request.states,
              ...(request.types !== undefined && { types: request.types })
            }
          }))
        )
      ))
      const row = yield* find(services, endpointId, replayId(id)).pipe(Effect.catchTag("ReplayUnknown", Effect.die))
      wake.openUnsafe()
      return shown(row)
    }),
    get: (endpointId, id) => Effect.map(find(services, endpointId, id), shown),
    cancel: Effect.fnUntraced(function*(endpointId, id) {
      const { id: uuid } = yield* find(services, endpointId, id)
      yield* orUnavailable(transaction(
        sql,
        sql`update replays set state = 'cancelled', finished_at = clock_timestamp()
        where id = ${uuid}::uuid and state = 'running' returning id`.pipe(
          Effect.tap(([row]) => row === undefined ? Effect.void : recordAct(sql, { after: { state: "cancelled" } }))
        )
      ))
      return shown(yield* find(services, endpointId, id))
    })
  })
})

export class Replays extends Context.Service<Replays, {
  /** Starts a replay and answers at once; any process carries it on in the background. */
  readonly start: (endpointId: string, request: ReplayRequest) => Effect.Effect<Replay, JournalUnavailable>
  readonly get: (endpointId: string, id: string) => Effect.Effect<Replay, ReplayUnknown | JournalUnavailable>
  /** Cancels the replay. Deliveries that it has released are sent. No change when repeated, or after its end. */
  readonly cancel: (endpointId: string, id: string) => Effect.Effect<Replay, ReplayUnknown | JournalUnavailable>
}>()("@sluice/persistence/Replays") {
  static readonly layer: Layer.Layer<Replays, never, SqlClient.SqlClient | DeliverySignal> = Layer.effect(
    Replays,
    make
  )
}
