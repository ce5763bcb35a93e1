/**
 * State events and operational events: the timeline entry that a message tells of, and endpoints of all types that go on
 * getting those that there were until now. Contract: section 9.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The types that `*` stood for before this release. */
const known = [
  "order.submitted",
  "order.address_change",
  "order.payment_method_change",
  "order.subscription_offer_change",
  "order.subscription_offer_addition",
  "order.subscription_cancellation",
  "order.customer_details_update",
  "order.subscription_update",
  "subscription.created",
  "customer.created",
  "customer.updated",
  "entitlements.updated",
  "error",
  "checkout.initiated",
  "cancel.attempted",
  "payment_method.added",
  "address.added"
]

interface Row {
  readonly id: string
  readonly document: string
}

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  // Null: an order's first version, or no order at all.
  yield* sql.unsafe("alter table messages add column cause text")

  const list = sql`array(select jsonb_array_elements_text(${JSON.stringify(known)}::jsonb))`
  // Nothing else was sent until now, and nothing else is to be looked for.
  yield* sql`update webhook_endpoint_history set types = ${list} where '*' = any(types)`
  const rows = yield* sql<Row>`select id, document from webhook_endpoints where '*' = any(types)`
  for (const { document, id } of rows) {
    const written = JSON.stringify({ ...JSON.parse(document) as object, types: known })
    yield* sql`update webhook_endpoints set document = ${written}, types = ${list}, version = version + 1,
      updated_at = clock_timestamp() where id = ${id}`
    yield* sql`insert into webhook_endpoint_history (endpoint_id, types) values (${id}, ${list})`
  }
  if (rows.length > 0) yield* sql`update settings_revision set revision = revision + 1`
})
