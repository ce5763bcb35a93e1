/**
 * Stores events that are reported through `POST /v1/events`, with their deliveries: events that arrive during a commit
 * are stored together with the next one, as in the journal. Contract: sections 7 and 9.
 */
import { writeCanonical } from "@sluice/domain/internal/json/JsonInTurns"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { Json } from "@sluice/domain/json/Json"
import type { EventType } from "@sluice/domain/webhook/WebhookType"
import { IntakeConflict, type JournalUnavailable } from "@sluice/engine/journal/Journal"
import { type Cause, Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { columns, type ColumnTypes, parameterCount, unnest } from "../sql/ArrayParameters.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { newId } from "../sql/CellText.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import * as WriteProgress from "../sql/WriteProgress.ts"
import { DeliverySignal, type Offer } from "./DeliverySignal.ts"
import { endpointLane, wants } from "./FanOut.ts"
import { claimedAtOnce, endpointsWithRoom, localClaimColumns, localClaimParameters } from "./LocalClaims.ts"

const row = { id: "uuid", type: "text", created_at: "timestamptz", body: "bytea" } as const satisfies ColumnTypes

/** Events that one statement stores. */
const maxEvents = 256

/** The same with a key, and what it was used for: canonical JSON, whose digest is kept. */
const keyedRow = { ...row, key: "text", asked: "bytea" } as const satisfies ColumnTypes

/**
 * Of events with the same key the first is stored, over all processes: the others wait for its commit at the unique
 * index, and are left out.
 */
const unrepeated = `k as (
  insert into event_keys (key, event_id, fingerprint, created_at)
  select key, id, sha256(asked), created_at from given where key is not null order by key
  on conflict do nothing returning event_id
),
r as materialized (select * from given where key is null or id in (select event_id from k)),`

/**
 * Events are kept whether anybody listens or not. They belong to no order, so to no sequence. Answer: what is this
 * process's to send, a row without any value where there is more to send, and one with its message alone for each event
 * that is left out because its key was used before.
 */
const statementFor = (types: ColumnTypes, isKeyed: boolean): string => {
  const offerColumn = 1 + parameterCount(types)
  return `with ${endpointsWithRoom(offerColumn)},
${isKeyed ? "given" : "r"} as materialized (select * from ${unnest(types, "r", 1)}),
${isKeyed ? unrepeated : ""}
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
union all (select null, null, null, null from dw where claim is null and state = 'pending' limit 1)${
    isKeyed ? "\nunion all select null, id, null, null from given where id not in (select id from r)" : ""
  }`
}

const statement = statementFor(row, false)
const keyedStatement = statementFor(keyedRow, true)

const usedRow = { key: "text", asked: "bytea" } as const satisfies ColumnTypes

/** A statement of its own, whose snapshot holds what took the keys. */
const usedStatement = `select u.n::int, k.event_id, k.fingerprint = sha256(u.asked) as same
  from ${unnest(usedRow, "u", 1)} join event_keys k on erased_key(k.key) = erased_key(u.key)`

interface Used {
  readonly n: number
  readonly event_id: string
  readonly same: boolean
}

interface Row {
  readonly id: string | null
  readonly message_id: string | null
  readonly seq: bigint
  readonly endpoint_id: string
}

/** An event to store; `id` is a UUIDv7, `createdAt` in epoch milliseconds. */
export interface Event {
  readonly id: string
  readonly type: EventType
  readonly createdAt: number
  readonly body: string
  readonly repeatable?: Repeatable | undefined
}

/** The key of a request, and its content, by which a repeated request is recognised. */
export interface Repeatable {
  readonly idempotencyKey: string
  /** The content of the request, which is equal in a repeated one. */
  readonly asked: Json
}

interface Waiting {
  readonly event: Event
  readonly body: Uint8Array
  /** The id of the event, or of the event that an earlier request stored under the same key. */
  readonly stored: Deferred.Deferred<string, SqlError | IntakeConflict>
  readonly asked: Uint8Array | undefined
  /** The progress of the write, for the response to its request. */
  readonly progress: WriteProgress.WriteProgress | undefined
  /** True once the caller was told that the event is not stored; it is then not sent to the database any more. */
  abandoned: boolean
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* DeliverySignal
  const queue = yield* Queue.unbounded<Waiting>()
  return { queue, signal, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const insert = ({ sql }: Services, waiting: ReadonlyArray<Waiting>, offer: Offer) => {
  const isKeyed = waiting.some(({ asked }) => asked !== undefined)
  const rows = waiting.map(({ asked = null, body, event: { createdAt, id, repeatable, type } }) => ({
    id,
    type,
    created_at: createdAt,
    body,
    key: repeatable?.idempotencyKey ?? null,
    asked
  }))
  return sql.unsafe<Row>(isKeyed ? keyedStatement : statement, [
    ...columns(isKeyed ? keyedRow : row, rows),
    ...localClaimParameters(offer)
  ]).pipe(Effect.provideService(
    WriteProgress.CurrentWriteProgress,
    WriteProgress.together(waiting.flatMap(({ progress }) => progress ?? []))
  ))
}

/** Answers those whose key was used before. */
const answerRepeats = Effect.fnUntraced(function*({ sql }: Services, waiting: ReadonlyArray<Waiting>) {
  if (waiting.length === 0) return
  const rows = yield* sql.unsafe<Used>(
    usedStatement,
    columns(
      usedRow,
      waiting.map(({ asked = null, event }) => ({ key: event.repeatable?.idempotencyKey ?? null, asked }))
    )
  )
  const used = new Map(rows.map((row) => [row.n, row]))
  waiting.forEach(({ event, stored }, i) => {
    const first = used.get(i + 1)
    const message = `Idempotency-Key ${JSON.stringify(event.repeatable?.idempotencyKey)} was used for another event`
    Deferred.doneUnsafe(
      stored,
      first?.same === true ? Exit.succeed(first.event_id) : Exit.fail(new IntakeConflict({ message }))
    )
  })
})

const start = ({ signal }: Services, waiting: ReadonlyArray<Waiting>, rows: ReadonlyArray<Row>, offer: Offer) => {
  const byId = new Map(waiting.map((one) => [one.event.id, one]))
  offer.taken(rows.flatMap(({ endpoint_id, id, message_id, seq }) => {
    const made = byId.get(message_id ?? "")
    if (id === null || message_id === null || made === undefined) return []
    const { body, event: { createdAt, type } } = made
    const handed = { id, messageId: message_id, sequence: Number(seq), endpointId: endpoint_id }
    return [claimedAtOnce(handed, { type, createdAt, body })]
  }))
  if (rows.some(({ message_id }) => message_id === null)) signal.publish()
}

const storeTogether = (services: Services, waiting: ReadonlyArray<Waiting>) =>
  Effect.suspend(() => {
    const offer = services.signal.offer()
    return insert(services, waiting, offer).pipe(
      Effect.tap((rows) => Effect.sync(() => start(services, waiting, rows, offer))),
      // Deliveries that were stored all the same are sent once their claims have expired.
      Effect.onError(() => Effect.sync(() => offer.taken([]))),
      Effect.flatMap((rows) => {
        const leftOut = new Set(rows.map(({ id, message_id }) => id === null ? message_id : null))
        const repeats = waiting.filter(({ event }) => leftOut.has(event.id))
        for (const { event, stored } of waiting) {
          if (!leftOut.has(event.id)) Deferred.doneUnsafe(stored, Exit.succeed(event.id))
        }
        return answerRepeats(services, repeats)
      })
    )
  })

const refused = ({ stored }: Waiting, cause: Cause.Cause<SqlError>) =>
  Effect.sync(() => Deferred.doneUnsafe(stored, Exit.failCause(cause)))

const store = (services: Services, waiting: ReadonlyArray<Waiting>): Effect.Effect<void> =>
  Effect.catchCause(
    writeIsolated(waiting, (waiting) => storeTogether(services, waiting), refused),
    (cause) =>
      Effect.sync(() => {
        for (const { stored } of waiting) Deferred.doneUnsafe(stored, Exit.failCause(cause))
      })
  )

/** The bytes by which a repeat is compared with the event that was stored under its key. */
const askedBytes = ({ repeatable }: Event): Effect.Effect<Uint8Array | undefined> =>
  repeatable === undefined ? Effect.undefined : Effect.map(writeCanonical(repeatable.asked), Utf8.encode)

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { queue } = services
  const storeNext = Effect.flatMap(
    Queue.takeBetween(queue, 1, maxEvents),
    (waiting) => store(services, waiting.filter(({ abandoned }) => !abandoned))
  )
  yield* BackgroundLoop.fork("events", Effect.forever(storeNext))
  return {
    store: (event: Event) =>
      Effect.flatMap(askedBytes(event), (asked) =>
        orUnavailable(Effect.withFiber((fiber) => {
          const waiting: Waiting = {
            event,
            progress: fiber.getRef(WriteProgress.CurrentWriteProgress),
            body: Utf8.encode(event.body),
            asked,
            stored: Deferred.makeUnsafe(),
            abandoned: false
          }
          Queue.offerUnsafe(queue, waiting)
          return Effect.onInterrupt(Deferred.await(waiting.stored), () =>
            Effect.sync(() => {
              waiting.abandoned = true
            }))
        })))
  }
})

export class Events extends Context.Service<Events, {
  /**
   * Answers after the commit, which many share, with the event's id: that of the first one where the key was used for the
   * same event before. `IntakeConflict`: it was used for another.
   */
  readonly store: (event: Event) => Effect.Effect<string, IntakeConflict | JournalUnavailable>
}>()("@sluice/persistence/Events") {
  static readonly layer: Layer.Layer<Events, never, SqlClient.SqlClient | DeliverySignal> = Layer.effect(Events, make)
}
