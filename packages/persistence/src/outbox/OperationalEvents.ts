/**
 * Operational events of partners, endpoints and deliveries: messages that belong to no order and to no sequence, made in
 * the transaction of what they tell of. Those of runs are in `StateEvents`. Contract: section 9.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { type Json, stringify } from "@sluice/domain/json/Json"
import { type OperationalType, operationalTypes } from "@sluice/domain/webhook/WebhookType"
import { DateTime, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { newId } from "../sql/CellText.ts"
import { endpointLane, endpoints, wants } from "./FanOut.ts"

/** The channel on which processes that send are notified of deliveries that were made elsewhere. */
export const deliveriesChannel = "sluice_deliveries"

/** SQL: the parts that store the events `ev` (id, type, at, body), and make deliveries `dw` to their subscribers. */
export const operationalParts = `${endpoints},
mw as (
  insert into messages (id, type, created_at, body)
  select ev.id, ev.type, ev.at, ev.body from ev where exists (select from t where ${wants("ev.type")})
  returning id, seq, type, created_at
),
dw as (
  insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at, finished_at)
  select ${newId("mw.id")}, mw.id, mw.seq, t.id, ${endpointLane("t.id")}, mw.type,
    case when t.held then 'held' else 'pending' end, case when not t.held then statement_timestamp() end, mw.created_at,
    case when t.held then mw.created_at end
  from mw join t on ${wants("mw.type")} returning state
)`

const statement = `with ev as (select $1::uuid as id, $2::text as type, $3::timestamptz as at, $4::bytea as body),
${operationalParts}
select pg_notify('${deliveriesChannel}', '') from dw where state = 'pending' limit 1`

export const isOperational = (type: string): boolean => operationalTypes.some((one) => one === type)

/** Members of an operational event besides `at`. */
export interface OperationalMembers extends Readonly<Record<string, Json | undefined>> {
  /** The reason for the event; never empty. */
  readonly reason: string
}

/** The text of an operational event. `at` is epoch milliseconds. */
export const operationalBody = (at: number, { reason, ...members }: OperationalMembers): string =>
  stringify({
    at: DateTime.formatIso(DateTime.makeUnsafe(at)),
    reason: reason.trim() === "" ? "no reason is known" : reason,
    ...Object.fromEntries(
      Object.entries(members).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
    )
  })

/** Tells subscribers of an operational event, in the transaction that the caller is in. */
export const tellOperational = (
  sql: SqlClient.SqlClient,
  type: OperationalType,
  members: OperationalMembers
): Effect.Effect<void, SqlError> =>
  Effect.flatMap(Effect.zip(newUuid, DateTime.now), ([id, now]) => {
    const at = DateTime.toEpochMillis(now)
    return Effect.asVoid(sql.unsafe(statement, [
      PgTypes.uuid(id),
      PgTypes.text(type),
      PgTypes.timestamptz(at),
      PgTypes.bytea(Utf8.encode(operationalBody(at, members)))
    ]))
  })
