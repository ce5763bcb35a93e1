/** Documents by version, and the change of one outside of any run. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { inTurns, largeLength } from "@sluice/domain/internal/json/LargeText"
import { parseOwnSteps } from "@sluice/domain/internal/json/SteppedJson"
import { parseOwn } from "@sluice/domain/json/Json"
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
import type { ActReference } from "../audit/ActRecord.ts"
import { endpoints } from "../outbox/FanOut.ts"
import { messageFanOut, noStepMessages, versionEntry } from "../outbox/MessageFanOut.ts"
import { bodyOf, toldOfWrite, typesOfWrite } from "../outbox/StateEvents.ts"
import { type Subscribed, subscribedTypes, subscribes, typesOf } from "../outbox/Subscribed.ts"
import { encodeHistory } from "../records/CalloutCodec.ts"
import { columns, type ColumnTypes, unnest } from "../sql/ArrayParameters.ts"

/**
 * The document at `version`, or the newest. Fails with the same error for an unknown version as for an unknown order.
 */
export const document = Effect.fnUntraced(function*(orderId: string, version?: number) {
  const sql = yield* SqlClient.SqlClient
  const [row] = version === undefined
    ? yield* sql<{ readonly doc: string }>`select v.doc from orders o
      join order_versions v on v.order_id = o.id and v.version = o.version where o.id = ${orderId}`
    : yield* sql<{ readonly doc: string }>`select doc from order_versions
      where order_id = ${orderId} and version = ${version}`
  if (row === undefined) return yield* new OrderNotFound({ orderId })
  const order = row.doc.length < largeLength ? parseOwn(row.doc) : yield* inTurns(parseOwnSteps(row.doc))
  return { order: order as Order, text: row.doc } satisfies Document
})

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

const text = (value: unknown): string | null => typeof value === "string" ? value : null

const told = { id: "uuid", type: "text", place: "int", body: "bytea" } as const satisfies ColumnTypes

/** $8 types that are not told of for want of subscribers: nothing is stored where there is one. $9 the act. */
const toldColumn = 10

const writing = `with o as (
  update orders set version = version + 1, external_id = $4, order_type = $5, status = $6, updated_at = clock_timestamp()
  where id = $1 and version = $2 and not ${subscribes(8)} returning version, event_id),
v as (insert into order_versions (order_id, version, doc, cause) select $1, o.version, $3, $9::uuid from o),
h as (insert into order_history (order_id, entry)
  select $1, h.entry from o, unnest($7::text[]) with ordinality as h(entry, n) order by h.n)`

const statement = `${writing}
select version, false as tells from o`

const tellingStatement = `${writing},
${endpoints},
om as materialized (
  select x.id, x.n, x.place, x.type, $1::text as order_id, clock_timestamp() as finished_at, x.body,
    ${versionEntry("o.event_id", "o.version")} as cause
  from ${unnest(told, "x", toldColumn)}, o
),
${noStepMessages},
${messageFanOut}
select version, exists (select from dw) as tells from o`

const currentStatement = `select version, ${subscribedTypes} as types, ${
  subscribes(2)
} as untold from orders where id = $1`

/** The facts from which the messages of an edit are made. */
export interface Telling {
  readonly subscribed: Subscribed
  /** The act of an operator that the version follows from. */
  readonly act: ActReference | undefined
}

interface Edited extends Committed {
  /** True if deliveries were made. */
  readonly tells: boolean
}

export const edit: (
  orderId: string,
  write: OrderWrite,
  history: ReadonlyArray<HistoryEntry>,
  telling: Telling
) => Effect.Effect<Edited | Stale, OrderNotFound | SqlError, SqlClient.SqlClient> = Effect.fnUntraced(
  function*(
    orderId: string,
    write: OrderWrite,
    history: ReadonlyArray<HistoryEntry>,
    telling: Telling
  ): Effect.fn.Return<Edited | Stale, OrderNotFound | SqlError, SqlClient.SqlClient> {
    const { document: { order, text: doc }, seen } = write
    const { act, subscribed } = telling
    const sql = yield* SqlClient.SqlClient
    const messages = toldOfWrite(write, act?.entry, subscribed).map((one) => ({
      id: newUuidUnsafe(),
      type: one.type,
      place: one.place,
      body: bodyOf(one)
    }))
    const untold = texts(typesOfWrite.filter((type) => !subscribed.tells(type)))
    const [written] = yield* sql.unsafe<{ readonly version: number; readonly tells: boolean }>(
      messages.length === 0 ? statement : tellingStatement,
      [
        PgTypes.text(orderId),
        PgTypes.int4(seen),
        PgTypes.text(doc),
        PgTypes.text(text(order["externalId"])),
        PgTypes.text(order.orderType),
        PgTypes.text(order.status),
        texts(history.map(encodeHistory)),
        untold,
        act === undefined ? PgTypes.uuid(null) : PgTypes.uuid(act.id),
        ...(messages.length === 0 ? [] : columns(told, messages))
      ]
    )
    if (written !== undefined) return { _tag: "Committed", ...written }
    const [current] = yield* sql.unsafe<
      { readonly version: number; readonly types: string | null; readonly untold: boolean }
    >(currentStatement, [PgTypes.text(orderId), untold])
    if (current === undefined) return yield* new OrderNotFound({ orderId })
    if (current.version !== seen || !current.untold) return { _tag: "Stale", version: current.version }
    subscribed.set(typesOf(current.types))
    return yield* edit(orderId, write, history, telling)
  }
)
