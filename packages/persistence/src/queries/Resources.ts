/**
 * Reads the customers and subscriptions that completed orders create, as the stored text. Contract: sections 7 and 9.
 */
import { int8 } from "@effect/sql-pg/PgTypes"
import { processEventId } from "@sluice/domain/identity/Ids"
import { isStorable } from "@sluice/domain/order/Order"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { cursor, type CursorInvalid, type Page, page, type PageRequest, placesOf } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

export class ResourceUnknown extends Schema.TaggedError<ResourceUnknown>()("ResourceUnknown", { id: Schema.String }) {}

interface Row {
  readonly seq: bigint
  readonly doc: string
}

/** The filters of the subscriptions' list, combined with AND. */
export interface SubscriptionFilters {
  readonly customerId?: string | undefined
  readonly status?: "active" | "cancelled" | undefined
  /** The order that created it. */
  readonly orderId?: string | undefined
}

const bySequence = cursor(Schema.Tuple([Schema.Int]))
const byVersion = cursor(Schema.Tuple([Schema.Int]))

const keysOf = ({ seq }: Row) => [Number(seq)] as const

/** Sequences say nothing between cells, where lists merge by when their items were made. */
const madeAt = (rows: ReadonlyArray<Row>) => (index: number) => {
  const { createdAt = "", id = "" } = JSON.parse(rows[index]?.doc ?? "{}") as { createdAt?: string; id?: string }
  return [createdAt, id]
}

/** Subscriptions as they are shown, with their origin and their entitlements. */
export const subscriptionSource = `select seq, id, customer_id, order_id, cancelled_at, (select left(d, length(d) - 1)
      from subscription_document(subscriptions) as d) || ',"orderId":' || to_json(order_id)::text
    || ',"entitlements":' || entitlements
    || ',"createdAt":"' || to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}' as doc
    from subscriptions`

/** The query of each kind, as JSON. */
const sources = {
  customer: "select seq, id, customer_document(customers) as doc from customers",
  subscription: subscriptionSource
} as const
export type ResourceKind = keyof typeof sources

interface VersionRow {
  readonly id: string
  readonly version: number | null
  readonly at: Date
  readonly order_id: string
  readonly run_id: string | null
  readonly before: string | null
  readonly after: string
}

const versionText = ({ after, at, before, order_id, run_id, version }: VersionRow): string => {
  const cause = { orderId: order_id, ...(run_id !== null && { processEventId: processEventId(run_id) }) }
  return `{"version":${version},"at":"${at.toISOString()}","cause":${JSON.stringify(cause)},"before":${
    before ?? "null"
  },"after":${after}}`
}

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  /** Reads a page. `place`: the expression that orders the rows; see `subscriptions_cancelled`. */
  const read = Effect.fnUntraced(function*(
    kind: ResourceKind,
    clauses: ReadonlyArray<Statement.Fragment>,
    request: PageRequest,
    place: "r.seq" | "(r.seq + 0)" = "r.seq",
    source: Statement.Fragment = sql`(${sql.literal(sources[kind])})`
  ) {
    const after = yield* bySequence.read(request)
    const seq = sql.literal(place)
    const met = [...clauses, ...(after === undefined ? [] : [sql`${seq} < ${int8(BigInt(after[0]))}`])]
    const rows = yield* orUnavailable(
      sql<Row>`SELECT r.seq, r.doc FROM ${source} r
        WHERE ${met.length === 0 ? sql`true` : sql.and(met)}
        ORDER BY ${seq} DESC LIMIT ${request.limit + 1}`
    )
    const found = page(rows, request.limit, bySequence, keysOf, ({ doc }) => doc)
    return { ...found, places: { cursorAt: placesOf(rows, bySequence, keysOf).cursorAt, keysAt: madeAt(rows) } }
  })

  const list = (kind: ResourceKind, request: PageRequest) => read(kind, [], request)

  const subscriptions = Effect.fnUntraced(
    function*({ customerId, orderId, status }: SubscriptionFilters, request: PageRequest) {
      if (![customerId, orderId].every((text) => text === undefined || isStorable(text))) {
        return { items: [], nextCursor: null }
      }
      const isNarrow = customerId !== undefined || orderId !== undefined
      const clauses = [
        ...(customerId === undefined ? [] : [sql`r.customer_id = ${customerId}`]),
        ...(status === "active" ? [sql`r.cancelled_at is null`] : []),
        ...(status === "cancelled" ? [sql`r.cancelled_at is not null`] : [])
      ]
      // The few of one order are sorted; `offset 0` keeps the planner from walking all, newest first, for them.
      const source = orderId === undefined
        ? undefined
        : sql`(${sql.literal(sources.subscription)} WHERE order_id = ${orderId} OFFSET 0)`
      const place = status === "cancelled" && !isNarrow ? "(r.seq + 0)" : "r.seq"
      return yield* read("subscription", clauses, request, place, source)
    }
  )

  const get = Effect.fnUntraced(function*(kind: ResourceKind, id: string) {
    const [row] = isStorable(id)
      ? yield* orUnavailable(sql<Row>`SELECT r.seq, r.doc FROM (${sql.literal(sources[kind])}) r WHERE r.id = ${id}`)
      : []
    return row?.doc ?? (yield* new ResourceUnknown({ id }))
  })

  const history = Effect.fnUntraced(function*(id: string, request: PageRequest) {
    const after = (yield* byVersion.read(request))?.[0] ?? 0
    // The first version is no row of its own: its creation writes as little as it can. Rows of earlier releases do not
    // know their run, which is the first that completed the order.
    const rows = isStorable(id)
      ? yield* orUnavailable(sql<VersionRow>`
        SELECT s.id, v.version, v.at, v.order_id, v.run_id, v.before, coalesce(n.before, subscription_document(s)) AS after
        FROM subscriptions s LEFT JOIN LATERAL (
          SELECT * FROM (
            SELECT 1 AS version, s.created_at AS at, s.order_id, coalesce(s.run_id, (
                SELECT r.id FROM (SELECT id, state, finished_at FROM runs WHERE order_id = s.order_id OFFSET 0) r
                WHERE r.state = 'completed' ORDER BY r.finished_at, r.id LIMIT 1)) AS run_id, null AS before WHERE ${after} < 1
            UNION ALL SELECT c.version, c.at, c.order_id, c.run_id, c.before FROM subscription_changes c
            WHERE c.subscription_id = s.id AND c.version > ${after}
          ) u ORDER BY version LIMIT ${request.limit + 1}
        ) v ON true
        LEFT JOIN subscription_changes n ON n.subscription_id = s.id AND n.version = v.version + 1
        WHERE s.id = ${id} ORDER BY v.version`)
      : []
    if (rows.length === 0) return yield* new ResourceUnknown({ id })
    const found = rows.filter(({ version }) => version !== null)
    return page(found, request.limit, byVersion, ({ version }) => [version ?? 0] as const, versionText)
  })

  return Resources.of({ list, subscriptions, get, history })
})

export class Resources extends Context.Service<Resources, {
  /** JSON texts, newest first. */
  readonly list: (
    kind: ResourceKind,
    page: PageRequest
  ) => Effect.Effect<Page<string>, CursorInvalid | JournalUnavailable>
  readonly subscriptions: (
    filters: SubscriptionFilters,
    page: PageRequest
  ) => Effect.Effect<Page<string>, CursorInvalid | JournalUnavailable>
  readonly get: (kind: ResourceKind, id: string) => Effect.Effect<string, ResourceUnknown | JournalUnavailable>
  /** The versions of a subscription as JSON texts, oldest first. */
  readonly history: (
    id: string,
    page: PageRequest
  ) => Effect.Effect<Page<string>, CursorInvalid | ResourceUnknown | JournalUnavailable>
}>()("@sluice/persistence/Resources") {
  static readonly layer: Layer.Layer<Resources, never, SqlClient.SqlClient> = Layer.effect(Resources, make)
}
