/** Documents by version, and the change of one outside of any run. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { parse } from "@sluice/domain/json/Json"
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { Order } from "@sluice/domain/order/Order"
import {
  type Committed,
  type Document,
  OrderNotFound,
  type OrderWrite,
  type Stale
} from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { encodeHistory } from "../records/CalloutCodec.ts"

/** The document at `version`, or the newest. A version that never was is as unknown as the order. */
export const document = Effect.fnUntraced(function*(orderId: string, version?: number) {
  const sql = yield* SqlClient.SqlClient
  const [row] = version === undefined
    ? yield* sql<{ readonly doc: string }>`select v.doc from orders o
      join order_versions v on v.order_id = o.id and v.version = o.version where o.id = ${orderId}`
    : yield* sql<{ readonly doc: string }>`select doc from order_versions
      where order_id = ${orderId} and version = ${version}`
  if (row === undefined) return yield* new OrderNotFound({ orderId })
  return { order: parse(row.doc) as Order, text: row.doc } satisfies Document
})

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

const text = (value: unknown): string | null => typeof value === "string" ? value : null

const statement = `with o as (
  update orders set version = version + 1, external_id = $4, order_type = $5, status = $6, updated_at = clock_timestamp()
  where id = $1 and version = $2 returning version),
v as (insert into order_versions select $1, o.version, $3 from o),
h as (insert into order_history (order_id, entry)
  select $1, h.entry from o, unnest($7::text[]) with ordinality as h(entry, n) order by h.n)
select version from o`

export const edit = Effect.fnUntraced(
  function*(
    orderId: string,
    { document: { order, text: doc }, seen }: OrderWrite,
    history: ReadonlyArray<HistoryEntry>
  ): Effect.fn.Return<Committed | Stale, OrderNotFound | SqlError, SqlClient.SqlClient> {
    const sql = yield* SqlClient.SqlClient
    const [written] = yield* sql.unsafe<{ readonly version: number }>(statement, [
      PgTypes.text(orderId),
      PgTypes.int4(seen),
      PgTypes.text(doc),
      PgTypes.text(text(order["externalId"])),
      PgTypes.text(order.orderType),
      PgTypes.text(order.status),
      texts(history.map(encodeHistory))
    ])
    if (written !== undefined) return { _tag: "Committed", version: written.version }
    const [current] = yield* sql<{ readonly version: number }>`select version from orders where id = ${orderId}`
    if (current === undefined) return yield* new OrderNotFound({ orderId })
    return { _tag: "Stale", version: current.version }
  }
)
