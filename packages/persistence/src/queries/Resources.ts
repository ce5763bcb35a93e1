/** Reads what orders leave behind: customers and subscriptions, as the text that was stored. Contract: sections 7, 9. */
import { int8 } from "@effect/sql-pg/PgTypes"
import { isStorable } from "@sluice/domain/order/Order"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

export class ResourceUnknown extends Schema.TaggedError<ResourceUnknown>()("ResourceUnknown", { id: Schema.String }) {}

interface Row {
  readonly seq: bigint
  readonly doc: string
}

const bySequence = cursor(Schema.Tuple([Schema.Int]))

/** The query of each kind, as JSON. A subscription includes its origin and its entitlements. */
const sources = {
  customer: "select seq, id, customer_document(customers) as doc from customers",
  subscription: `select seq, id, left(doc, length(doc) - 1) || ',"orderId":' || to_json(order_id)::text
    || ',"customerId":' || coalesce(to_json(customer_id)::text, 'null') || ',"entitlements":' || entitlements
    || ',"createdAt":"' || to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}' as doc
    from subscriptions`
} as const
export type ResourceKind = keyof typeof sources

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const list = Effect.fnUntraced(function*(kind: ResourceKind, request: PageRequest) {
    const after = yield* bySequence.read(request)
    const rows = yield* orUnavailable(
      sql<Row>`SELECT r.seq, r.doc FROM (${sql.literal(sources[kind])}) r
        WHERE ${after === undefined ? sql`true` : sql`r.seq < ${int8(BigInt(after[0]))}`}
        ORDER BY r.seq DESC LIMIT ${request.limit + 1}`
    )
    return page(rows, request.limit, bySequence, (row) => [Number(row.seq)] as const, ({ doc }) => doc)
  })

  const get = Effect.fnUntraced(function*(kind: ResourceKind, id: string) {
    const [row] = isStorable(id)
      ? yield* orUnavailable(sql<Row>`SELECT r.seq, r.doc FROM (${sql.literal(sources[kind])}) r WHERE r.id = ${id}`)
      : []
    return row?.doc ?? (yield* new ResourceUnknown({ id }))
  })

  return Resources.of({ list, get })
})

export class Resources extends Context.Service<Resources, {
  /** JSON texts, newest first. */
  readonly list: (
    kind: ResourceKind,
    page: PageRequest
  ) => Effect.Effect<Page<string>, CursorInvalid | JournalUnavailable>
  readonly get: (kind: ResourceKind, id: string) => Effect.Effect<string, ResourceUnknown | JournalUnavailable>
}>()("@sluice/persistence/Resources") {
  static readonly layer: Layer.Layer<Resources, never, SqlClient.SqlClient> = Layer.effect(Resources, make)
}
