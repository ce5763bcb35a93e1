/**
 * Stores events that are reported through `POST /v1/events`, with their deliveries: what comes while a commit is under
 * way is stored with the next one, as runs are. Contract: sections 7 and 9.
 */
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { EventType } from "@sluice/domain/webhook/WebhookType"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { type Cause, Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { columns, type ColumnTypes, parameterCount, unnest } from "../sql/ArrayParameters.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import * as WriteProgress from "../sql/WriteProgress.ts"
import { DeliverySignal, type Offer } from "./DeliverySignal.ts"
import { endpointLane, newId, wants } from "./FanOut.ts"
import { claimedAtOnce, endpointsWithRoom, localClaimColumns, localClaimParameters } from "./LocalClaims.ts"

const row = { id: "uuid", type: "text", created_at: "timestamptz", body: "bytea" } as const satisfies ColumnTypes

/** Events that one statement stores. */
const maxEvents = 256

const offerColumn = 1 + parameterCount(row)

/**
 * Events are kept whether anybody listens or not. They belong to no order, so to no sequence. Answer: what is this
 * process's to send, and a row without an id where there is more to send.
 */
const statement = `with ${endpointsWithRoom(offerColumn)},
r as materialized (select * from ${unnest(row, "r", 1)}),
mw as (
  insert into messages (id, type, created_at, body)
  select id, type, created_at, body from r order by n
  returning id, seq, type, created_at
),
dw as (
  insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at, finished_at, claim,
    claimed_until)
  select ${newId("mw.id")}, mw.id, mw.seq, t.id, ${endpointLane("t.id")}, mw.type,
    case when t.held then 'held' else 'pending' end, case when not t.held then statement_timestamp() end, mw.created_at,
    case when t.held then mw.created_at end, ${localClaimColumns("r.n", offerColumn)}
  from mw join r using (id) join t on ${wants("mw.type")}
  returning id, message_id, seq, endpoint_id, state, claim
)
select id, message_id, seq, endpoint_id from dw where claim is not null
union all (select null, null, null, null from dw where claim is null and state = 'pending' limit 1)`

interface Row {
  readonly id: string | null
  readonly message_id: string
  readonly seq: bigint
  readonly endpoint_id: string
}

/** `id`: a UUIDv7; `createdAt` in epoch milliseconds. */
export interface Event {
  readonly id: string
  readonly type: EventType
  readonly createdAt: number
  readonly body: string
}

interface Waiting {
  readonly event: Event
  readonly body: Uint8Array
  readonly stored: Deferred.Deferred<void, SqlError>
  /** The progress of the write, for the answer to its request. */
  readonly progress: WriteProgress.WriteProgress | undefined
  /** True if the caller was told that the event is not stored; it is then not stored if that is still possible. */
  abandoned: boolean
}

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* DeliverySignal
  const queue = yield* Queue.unbounded<Waiting>()

  const insert = (waiting: ReadonlyArray<Waiting>, offer: Offer) =>
    sql.unsafe<Row>(statement, [
      ...columns(
        row,
        waiting.map(({ body, event: { createdAt, id, type } }) => ({ id, type, created_at: createdAt, body }))
      ),
      ...localClaimParameters(offer)
    ]).pipe(Effect.provideService(
      WriteProgress.CurrentWriteProgress,
      WriteProgress.together(waiting.flatMap(({ progress }) => progress ?? []))
    ))

  const start = (waiting: ReadonlyArray<Waiting>, rows: ReadonlyArray<Row>, offer: Offer) => {
    const byId = new Map(waiting.map((one) => [one.event.id, one]))
    offer.taken(rows.flatMap(({ endpoint_id, id, message_id, seq }) => {
      const made = byId.get(message_id)
      if (id === null || made === undefined) return []
      const { body, event: { createdAt, type } } = made
      const handed = { id, messageId: message_id, sequence: Number(seq), endpointId: endpoint_id }
      return [claimedAtOnce(handed, { type, createdAt, body })]
    }))
    if (rows.some(({ id }) => id === null)) signal.publish()
  }

  const storeTogether = (waiting: ReadonlyArray<Waiting>) =>
    Effect.suspend(() => {
      const offer = signal.offer()
      return insert(waiting, offer).pipe(
        Effect.tap((rows) => Effect.sync(() => start(waiting, rows, offer))),
        // What was stored all the same is sent when its claims run out.
        Effect.onError(() => Effect.sync(() => offer.taken([]))),
        Effect.andThen(Effect.sync(() => {
          for (const { stored } of waiting) Deferred.doneUnsafe(stored, Exit.void)
        }))
      )
    })

  const refused = ({ stored }: Waiting, cause: Cause.Cause<SqlError>) =>
    Effect.sync(() => Deferred.doneUnsafe(stored, Exit.failCause(cause)))

  const store = (waiting: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.catchCause(writeIsolated(waiting, storeTogether, refused), (cause) =>
      Effect.sync(() => {
        for (const { stored } of waiting) Deferred.doneUnsafe(stored, Exit.failCause(cause))
      }))

  const storeNext = Effect.flatMap(
    Queue.takeBetween(queue, 1, maxEvents),
    (waiting) => store(waiting.filter(({ abandoned }) => !abandoned))
  )
  yield* BackgroundLoop.fork("events", Effect.forever(storeNext))

  return {
    store: (event: Event) =>
      orUnavailable(Effect.withFiber((fiber) => {
        const waiting: Waiting = {
          event,
          progress: fiber.getRef(WriteProgress.CurrentWriteProgress),
          body: Utf8.encode(event.body),
          stored: Deferred.makeUnsafe(),
          abandoned: false
        }
        Queue.offerUnsafe(queue, waiting)
        return Effect.onInterrupt(Deferred.await(waiting.stored), () =>
          Effect.sync(() => {
            waiting.abandoned = true
          }))
      }))
  }
})

export class Events extends Context.Service<Events, {
  /** Answers after the commit, which many share. */
  readonly store: (event: Event) => Effect.Effect<void, JournalUnavailable>
}>()("@sluice/persistence/Events") {
  static readonly layer: Layer.Layer<Events, never, SqlClient.SqlClient | DeliverySignal> = Layer.effect(Events, make)
}
