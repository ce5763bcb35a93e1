/**
 * The columns derived from an endpoint's document for the fan-out, kept in the transaction that changes it; and the
 * disabling of an endpoint: its pending deliveries become held, and nothing more is sent. Contract: section 9.
 */
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import { type JsonObject, stringify } from "@sluice/domain/json/Json"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { tellOperational } from "../outbox/OperationalEvents.ts"
import { announce } from "./Announcement.ts"
import { documentOf, type SettingRow } from "./SettingsReads.ts"

/** Ends the pending deliveries of the endpoint at once; a delivery in flight may still arrive. */
export const endPending = (sql: SqlClient.SqlClient, id: string, state: "held" | "cancelled", reason: string) =>
  sql`update deliveries set state = ${state}, reason = ${reason}, due_at = null, finished_at = clock_timestamp()
    where endpoint_id = ${id} and state = 'pending' and type <> 'test'`

/**
 * Updates the row of an endpoint after its document was written, in the same transaction, and returns the new row.
 * Enabling an endpoint again sends nothing by itself.
 */
export const endpointWritten = Effect.fnUntraced(
  function*(sql: SqlClient.SqlClient, id: string, document: JsonObject, reason = "disabled in the settings") {
    const decoded = decodeWebhookEndpoint(id, document)
    if ("faults" in decoded) return yield* Effect.die(decoded.faults)
    const { disabled, ordering, rateLimitPerSecond, types } = decoded.endpoint
    const list = sql`array(select jsonb_array_elements_text(${JSON.stringify(types)}::jsonb))`
    const [before] = yield* sql<{ readonly is_new: boolean; readonly disabled: boolean }>`select
      types = '{}' as is_new, disabled_at is not null as disabled from webhook_endpoints where id = ${id}`
    const [row] = yield* sql<SettingRow>`update webhook_endpoints set types = ${list}, per_order = ${
      ordering === "perOrder"
    },
      rate = ${rateLimitPerSecond ?? null},
      disabled_at = case when ${disabled} then coalesce(disabled_at, clock_timestamp()) end,
      disabled_reason = case when ${disabled} then coalesce(disabled_reason, ${reason}) end,
      failing_since = case when ${disabled} or disabled_at is null then failing_since end where id = ${id}
      returning *`
    yield* sql`insert into webhook_endpoint_history (endpoint_id, types) select ${id}, ${list}
      where not exists (select from (select h.types from webhook_endpoint_history h where h.endpoint_id = ${id}
        order by h.at desc limit 1) h where h.types = ${list})`
    if (disabled) yield* endPending(sql, id, "held", "the endpoint is disabled")
    if (disabled && before?.is_new === false && !before.disabled) yield* tellDisabled(sql, id, document, reason)
    return row
  }
)

/** Ends the deliveries of an endpoint that was deleted, in the same transaction. */
export const endpointDeleted = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, id: string) {
  yield* sql`insert into webhook_endpoint_history (endpoint_id, types) values (${id}, null)`
  yield* endPending(sql, id, "cancelled", "its endpoint was deleted")
})

const tellDisabled = (sql: SqlClient.SqlClient, id: string, { url }: JsonObject, reason: string) =>
  tellOperational(sql, "endpoint.disabled", { reason, endpointId: id, url: redactUrl(String(url)) })

/**
 * Disables the endpoint as if its document had been written with `enabled: false`; does nothing if it is disabled or
 * unknown. `tells`: false if the delivery of an operational event is the reason, so that no further event follows.
 */
export const disable = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, id: string, reason: string, tells = true) {
  yield* sql`select revision from settings_revision for update`
  const [row] = yield* sql<SettingRow>`select * from webhook_endpoints where id = ${id} and disabled_at is null`
  if (row === undefined) return false
  const document = { ...documentOf(row), disabled: true }
  yield* sql`update webhook_endpoints set document = ${stringify(document)}, version = version + 1,
    updated_at = clock_timestamp(), disabled_at = clock_timestamp(), disabled_reason = ${reason} where id = ${id}`
  yield* endPending(sql, id, "held", reason)
  if (tells) yield* tellDisabled(sql, id, document, reason)
  yield* announce(sql)
  return true
})
