/**
 * Stores events that are reported through `POST /v1/events`, with their deliveries: what comes while a commit is under
 * way is stored with the next one, as runs are. Contract: sections 7 and 9.
 */
import * as Utf8 from "@sluice/domain/Utf8"
import type { EventType } from "@sluice/domain/WebhookType"
import type { JournalUnavailable } from "@sluice/engine/Journal"
import { Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { orUnavailable } from "./Availability.ts"
import { DeliverySignal } from "./deliveries/DeliverySignal.ts"
import { endpointLane, endpoints, newId, wants } from "./deliveries/FanOut.ts"
import { columns, type ColumnTypes, unnest } from "./journal/Columns.ts"

const row = { id: "uuid", type: "text", created_at: "timestamptz", body: "bytea" } as const satisfies ColumnTypes

/** Events that one statement stores. */
const maxEvents = 256

/** Events are kept whether anybody listens or not. They belong to no order, so to no sequence. */
const statement = `with ${endpoints},
mw as (
  insert into messages (id, type, created_at, body)
  select id, type, created_at, body from ${unnest(row, "r", 1)} order by n
  returning id, seq, type, created_at
)
insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at, finished_at)
select ${newId("mw.id")}, mw.id, mw.seq, t.id, ${endpointLane("t.id")}, mw.type,
  case when t.held then 'held' else 'pending' end, case when not t.held then statement_timestamp() end, mw.created_at,
  case when t.held then mw.created_at end
from mw join t on ${wants("mw.type")}`

/** `id`: a UUIDv7; `createdAt` in epoch milliseconds. */
export interface Event {
  readonly id: string
  readonly type: EventType
  readonly createdAt: number
  readonly body: string
}

interface Waiting {
  readonly event: Event
  readonly stored: Deferred.Deferred<void, SqlError>
  /** Whoever reported it was told that it is not stored: it is not, where that can still be had. */
  abandoned: boolean
}

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* DeliverySignal
  const queue = yield* Queue.unbounded<Waiting>()

  const insert = (waiting: ReadonlyArray<Waiting>) =>
    sql.unsafe(
      statement,
      columns(
        row,
        waiting.map(({ event }) => ({
          id: event.id,
          type: event.type,
          created_at: event.createdAt,
          body: Utf8.encode(event.body)
        }))
      )
    )

  /** Together; where the database objects, one by one, so that a bad one fails alone. */
  const store = (waiting: ReadonlyArray<Waiting>): Effect.Effect<void> => {
    if (waiting.length === 0) return Effect.void
    return Effect.flatMap(Effect.exit(insert(waiting)), (exit) => {
      if (Exit.isFailure(exit) && waiting.length > 1) {
        return Effect.forEach(waiting, (one) => store([one]), { discard: true })
      }
      for (const { stored } of waiting) Deferred.doneUnsafe(stored, Exit.asVoid(exit))
      if (Exit.isSuccess(exit)) signal.publish()
      return Effect.void
    })
  }

  yield* Queue.takeBetween(queue, 1, maxEvents).pipe(
    Effect.flatMap((waiting) => store(waiting.filter(({ abandoned }) => !abandoned))),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    store: (event: Event) =>
      orUnavailable(Effect.suspend(() => {
        const waiting: Waiting = { event, stored: Deferred.makeUnsafe(), abandoned: false }
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
