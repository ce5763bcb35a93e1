/** Stores an event that was reported through `POST /v1/events`, with its deliveries. Contract: sections 7 and 9. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Utf8 from "@sluice/domain/Utf8"
import type { EventType } from "@sluice/domain/WebhookType"
import type { JournalUnavailable } from "@sluice/engine/Journal"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { orUnavailable } from "./Availability.ts"
import { DeliverySignal } from "./deliveries/DeliverySignal.ts"
import { endpointLane, endpoints, newId, wants } from "./deliveries/FanOut.ts"

/** The event is kept whether anybody listens or not. It belongs to no order, so to no sequence. */
const statement = `with ${endpoints},
mw as (
  insert into messages (id, type, created_at, body) values ($1, $2, $3, $4) returning id, seq, type, created_at
)
insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at, finished_at)
select ${newId("mw.id")}, mw.id, mw.seq, t.id, ${endpointLane("t.id")}, mw.type,
  case when t.held then 'held' else 'pending' end, case when not t.held then statement_timestamp() end, mw.created_at,
  case when t.held then mw.created_at end
from mw join t on ${wants("mw.type")}`

export class Events extends Context.Service<Events, {
  /** `id`: a UUIDv7; `createdAt` in epoch milliseconds. Answers after the commit. */
  readonly store: (event: {
    readonly id: string
    readonly type: EventType
    readonly createdAt: number
    readonly body: string
  }) => Effect.Effect<void, JournalUnavailable>
}>()("@sluice/persistence/Events") {
  static readonly layer: Layer.Layer<Events, never, SqlClient.SqlClient | DeliverySignal> = Layer.effect(
    Events,
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const signal = yield* DeliverySignal
      return {
        store: ({ id, type, createdAt, body }) =>
          orUnavailable(sql.unsafe(statement, [
            PgTypes.uuid(id),
            PgTypes.text(type),
            PgTypes.timestamptz(createdAt),
            PgTypes.bytea(Utf8.encode(body))
          ])).pipe(Effect.andThen(Effect.sync(signal.publish)))
      }
    })
  )
}
