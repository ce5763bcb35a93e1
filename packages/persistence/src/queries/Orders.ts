/**
 * Reads orders: documents are returned as the stored text, so that no digit is lost. The journal writes them. Contract:
 * sections 3 and 7.
 */
import { int8, timestamptz } from "@effect/sql-pg/PgTypes"
import { type ProcessEventId, processEventId } from "@sluice/domain/identity/Ids"
import type { HistoryEntry } from "@sluice/domain/order/History"
import { isStorable } from "@sluice/domain/order/Order"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { type JournalUnavailable, OrderNotFound } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { decodeHistory } from "../records/CalloutCodec.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest, placesOf } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { holdsEmail, orderIdHolds, walked } from "../sql/UnindexedFilters.ts"
import { type SettledMember, settledOf } from "./Settled.ts"

/** An order's document at one version. */
export interface StoredOrder {
  readonly id: string
  readonly version: number
  /** The document, JSON. */
  readonly text: string
}

/** An order in a list, with its newest run. */
export interface ListedOrder extends StoredOrder {
  readonly lastRun?: { readonly processEventId: ProcessEventId; readonly state: RunState } & SettledMember
}

/** The filters of a list, combined with AND. Times are exclusive, in epoch milliseconds. */
export interface OrderFilters {
  readonly orderType?: string | undefined
  readonly status?: string | undefined
  readonly externalId?: string | undefined
  readonly createdAfter?: number | undefined
  readonly createdBefore?: number | undefined
  /** Only orders that hold this address now. A page may be short although more follow: see `Walk`. */
  readonly email?: string | undefined
  /** Only orders with this text in their id or external id, in any case. */
  readonly q?: string | undefined
}

/** The order exists, and never had this version. */
export class OrderVersionUnknown extends Schema.TaggedError<OrderVersionUnknown>()("OrderVersionUnknown", {
  orderId: Schema.String,
  version: Schema.Number
}) {}

/** Bytes of documents in one page: 200 orders of 1 MiB must not meet in memory. The page is shorter instead. */
const pageBytes = 8 * 1024 * 1024

/** The largest version that the column holds. */
const maxVersion = 2 ** 31 - 1

/** Epoch milliseconds that are a moment in JavaScript and in PostgreSQL. */
const Moment = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8.64e15 }))

const newest = cursor(Schema.Tuple([Moment, Schema.String]))
const oldest = cursor(Schema.Tuple([Schema.Int]))

const keysOf = ({ created_at, id }: Pick<Listed, "created_at" | "id">) => [created_at.getTime(), id] as const

interface Listed {
  readonly id: string
  readonly version: number
  readonly created_at: Date
  readonly doc: string
  readonly total: number
  readonly last_run: string | null
  readonly last_state: RunState | null
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return { sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const list = Effect.fnUntraced(function*({ sql }: Services, filters: OrderFilters, request: PageRequest) {
  const after = yield* newest.read(request)
  const texts = [filters.orderType, filters.status, filters.externalId, filters.email, filters.q, after?.[1]]
  if (!texts.every((text) => text === undefined || isStorable(text))) return { items: [], nextCursor: null }
  const clauses = [
    ...(filters.orderType === undefined ? [] : [sql`order_type = ${filters.orderType}`]),
    ...(filters.status === undefined ? [] : [sql`status = ${filters.status}`]),
    ...(filters.createdAfter === undefined ? [] : [sql`created_at > ${timestamptz(filters.createdAfter)}`]),
    ...(filters.createdBefore === undefined ? [] : [sql`created_at < ${timestamptz(filters.createdBefore)}`]),
    ...(after === undefined ? [] : [sql`(created_at, id) < (${timestamptz(after[0])}, ${after[1]})`])
  ]
  // The few orders of one externalId are sorted; `offset 0` keeps the planner from walking all, newest first, for them.
  const source = filters.externalId === undefined
    ? sql.literal("orders")
    : sql`(SELECT * FROM orders WHERE external_id = ${filters.externalId} OFFSET 0)`
  const bounded = sql`SELECT id, version, created_at, external_id FROM ${source} s WHERE ${sql.and(clauses)}
    ORDER BY created_at DESC, id DESC LIMIT ${walked}`
  const { email, q } = filters
  const walks = email !== undefined || q !== undefined
  const way = walks ? sql`(${bounded}) w` : sql`${source} w`
  const met = walks
    ? sql.and([
      ...(email === undefined ? [] : [holdsEmail(sql, email, { id: "w.id", version: "w.version" })]),
      ...(q === undefined ? [] : [orderIdHolds(sql, q)])
    ])
    : sql.and(clauses)
  const rows = yield* orUnavailable(sql<Listed>`
    SELECT page.id, version, created_at, doc, total, r.id AS last_run, r.state AS last_state FROM (
      SELECT o.id, o.version, o.created_at, v.doc,
        row_number() OVER newest AS n,
        sum(octet_length(v.doc)) OVER newest AS bytes,
        (count(*) OVER ())::int AS total
      FROM (
        SELECT id, version, created_at FROM ${way} WHERE ${met}
        ORDER BY created_at DESC, id DESC LIMIT ${request.limit + 1}
      ) o JOIN order_versions v ON v.order_id = o.id AND v.version = o.version
      WINDOW newest AS (ORDER BY o.created_at DESC, o.id DESC ROWS UNBOUNDED PRECEDING)
    ) page LEFT JOIN LATERAL (
      SELECT id, state FROM runs WHERE order_id = page.id ORDER BY runs.id DESC LIMIT 1
    ) r ON true WHERE n = 1 OR bytes <= ${pageBytes} ORDER BY created_at DESC, page.id DESC`)
  const settled = yield* orUnavailable(settledOf(
    sql,
    rows.flatMap(({ last_run, last_state }) =>
      last_run === null || last_state === null ? [] : [{ id: last_run, state: last_state }]
    )
  ))
  const item = (row: Listed) => stored(row, settled)
  const cut = rows.length < (rows[0]?.total ?? 0)
  if (walks && !cut && rows.length <= request.limit) {
    const [end] = yield* orUnavailable(sql<Pick<Listed, "id" | "created_at">>`
      SELECT id, created_at FROM (${bounded}) w ORDER BY created_at DESC, id DESC OFFSET ${walked - 1}`)
    return {
      items: rows.map(item),
      nextCursor: end === undefined ? null : newest.write([end.created_at.getTime(), end.id]),
      places: placesOf(rows, newest, keysOf)
    }
  }
  return page(
    rows,
    request.limit,
    newest,
    keysOf,
    item,
    cut
  )
})

const get = Effect.fnUntraced(function*({ sql }: Services, id: string) {
  const rows = isStorable(id)
    ? yield* orUnavailable(sql<{ readonly version: number; readonly doc: string }>`
      SELECT o.version, v.doc FROM orders o
      JOIN order_versions v ON v.order_id = o.id AND v.version = o.version WHERE o.id = ${id}`)
    : []
  const row = rows[0]
  if (row === undefined) return yield* new OrderNotFound({ orderId: id })
  return { id, version: row.version, text: row.doc }
})

const atVersion = Effect.fnUntraced(function*({ sql }: Services, id: string, version: number) {
  const inRange = Number.isInteger(version) && version >= 1 && version <= maxVersion
  const rows = isStorable(id)
    ? yield* orUnavailable(sql<{ readonly doc: string | null }>`
      SELECT v.doc FROM orders o
      LEFT JOIN order_versions v ON v.order_id = o.id AND v.version = ${inRange ? version : 0} WHERE o.id = ${id}`)
    : []
  const row = rows[0]
  if (row === undefined) return yield* new OrderNotFound({ orderId: id })
  if (row.doc === null) return yield* new OrderVersionUnknown({ orderId: id, version })
  return { id, version, text: row.doc }
})

const history = Effect.fnUntraced(function*({ sql }: Services, id: string, request: PageRequest) {
  const after = yield* oldest.read(request)
  const rows = isStorable(id)
    ? yield* orUnavailable(
      sql<{ readonly created_at: Date; readonly seq: bigint | null; readonly entry: string | null }>`
      SELECT o.created_at, h.seq, h.entry FROM orders o
      LEFT JOIN LATERAL (
        SELECT seq, entry FROM order_history
        WHERE order_id = o.id AND seq > ${int8(BigInt(after?.[0] ?? 0))} ORDER BY seq LIMIT ${request.limit + 1}
      ) h ON true
      WHERE o.id = ${id} ORDER BY h.seq`
    )
    : []
  const first = rows[0]
  if (first === undefined) return yield* new OrderNotFound({ orderId: id })
  const entries: Array<{ readonly seq: number; readonly entry: HistoryEntry }> = []
  for (const { entry, seq } of rows) {
    if (seq !== null && entry !== null) entries.push({ seq: Number(seq), entry: yield* decodeHistory(entry) })
  }
  // The creation is not a row of its own: intake writes as little as it can, and the order knows when it came.
  if (after === undefined) entries.unshift({ seq: 0, entry: orderCreated(first.created_at.toISOString()) })
  return page(entries, request.limit, oldest, ({ seq }) => [seq] as const, ({ entry }) => entry)
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return Orders.of({
    list: (filters, request) => list(services, filters, request),
    get: (id) => get(services, id),
    version: (id, version) => atVersion(services, id, version),
    history: (id, request) => history(services, id, request)
  })
})

/** The operation with which every history begins. */
const orderCreated = (at: string): HistoryEntry => ({
  at,
  operation: "OrderCreated",
  message: "order submitted",
  source: "api"
})

const stored = (row: Listed, settled: (runId: string) => SettledMember): ListedOrder => ({
  id: row.id,
  version: row.version,
  text: row.doc,
  ...(row.last_run !== null && row.last_state !== null && {
    lastRun: { processEventId: processEventId(row.last_run), state: row.last_state, ...settled(row.last_run) }
  })
})

export class Orders extends Context.Service<Orders, {
  /** A page of the list, newest first. It is shorter than `limit` where its documents are large. */
  readonly list: (
    filters: OrderFilters,
    page: PageRequest
  ) => Effect.Effect<Page<ListedOrder>, CursorInvalid | JournalUnavailable>
  /** The newest version of the order. */
  readonly get: (id: string) => Effect.Effect<StoredOrder, OrderNotFound | JournalUnavailable>
  readonly version: (
    id: string,
    version: number
  ) => Effect.Effect<StoredOrder, OrderNotFound | OrderVersionUnknown | JournalUnavailable>
  /** The order's history, oldest first, from its creation on. */
  readonly history: (
    id: string,
    page: PageRequest
  ) => Effect.Effect<Page<HistoryEntry>, CursorInvalid | OrderNotFound | JournalUnavailable>
}>()("@sluice/persistence/Orders") {
  static readonly layer: Layer.Layer<Orders, never, SqlClient.SqlClient> = Layer.effect(Orders, make)
}
