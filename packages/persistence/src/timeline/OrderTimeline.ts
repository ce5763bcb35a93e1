/**
 * The causal record of an order, and the explanation of any value in it. Derived from what is stored; nothing is written
 * for it. Contract: section 7, `timeline` and `why`.
 */
import { deliveryId, processEventId, versionEntryId } from "@sluice/domain/identity/Ids"
import { inTurns, turnFor } from "@sluice/domain/internal/json/LargeText"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { TimelineEntry, Told, Why } from "@sluice/domain/internal/order/Timeline"
import { isObject, type Json } from "@sluice/domain/json/Json"
import { isStorable } from "@sluice/domain/order/Order"
import { type JournalUnavailable, OrderNotFound } from "@sluice/engine/journal/Journal"
import { Settings } from "@sluice/engine/settings/Settings"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { OrderVersionUnknown } from "../queries/Orders.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { readPointer, valueAt } from "./Pointer.ts"
import { readActs } from "./TimelineActs.ts"
import { type PlacedEntry, timelineEntries } from "./TimelineEntries.ts"
import {
  foldVersions,
  openSteps,
  readCallouts,
  readDeliveries,
  readJson,
  readPatch,
  readPipelineSaved,
  readRuns,
  readSteps,
  readVersions
} from "./TimelineReads.ts"
import { type Brought, broughtBySteps, chainOf, type SentBody, toldInSteps, type ValueAt } from "./WhyChain.ts"

/** The path is no JSON Pointer. */
export class PointerInvalid extends Schema.TaggedError<PointerInvalid>()("PointerInvalid", { path: Schema.String }) {}

/** The order never had the member up to the version. */
export class MemberUnknown extends Schema.TaggedError<MemberUnknown>()("MemberUnknown", {
  orderId: Schema.String,
  path: Schema.String
}) {}

/** A moment in epoch milliseconds, the depth, and the entry's id: the keys of the order of entries. */
const place = cursor(Schema.Tuple([Schema.Int, Schema.Int, Schema.String]))

interface OrderRow {
  readonly event_id: string
  readonly created_at: Date
  readonly version: number
}

interface SentRow {
  readonly id: string
  readonly endpoint_id: string | null
  readonly type: string
  readonly state: string
  readonly finished_at: Date | null
  readonly shaped: Uint8Array | null
  readonly body: Uint8Array | null
  readonly doc: string | null
}

const isAfter = ({ at, depth, entry }: PlacedEntry, [time, deep, id]: readonly [number, number, string]): boolean =>
  at > time || (at === time && (depth > deep || (depth === deep && entry.id > id)))

/** The version that the body of an order's message was made from; `undefined` where the body is no order. */
const versionOf = (type: string, body: Json): number | undefined => {
  if (!isObject(body)) return undefined
  const version = type === "order.updated" || type === "order.status_changed" ? body["after"] : body["version"]
  return typeof version === "number" && (type.startsWith("order.") || type === "postProcessing") ? version : undefined
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const settings = yield* Settings
  return { settings, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const orderOf = Effect.fnUntraced(function*({ sql }: Services, orderId: string) {
  const [row] = isStorable(orderId)
    ? yield* sql<OrderRow>`select event_id, created_at, version from orders where id = ${orderId}`
    : []
  return row ?? (yield* new OrderNotFound({ orderId }))
})

const entriesOf = Effect.fnUntraced(function*({ settings, sql }: Services, orderId: string, order: OrderRow) {
  const createdAt = order.created_at.getTime()
  const runs = yield* readRuns(sql, orderId)
  const ended = yield* readSteps(sql, orderId)
  const callouts = yield* readCallouts(sql, orderId)
  const pipelines = yield* Effect.forEach(
    runs,
    ({ id, pipeline }) =>
      Effect.map(settings.pipeline(pipeline.name, pipeline.version), (found) => [id, found] as const)
  )
  const deliveries = yield* readDeliveries(sql, orderId)
  const entries = timelineEntries({
    orderId,
    eventId: order.event_id,
    createdAt,
    versions: yield* readVersions(sql, orderId, createdAt, order.version),
    runs,
    steps: [...ended, ...openSteps(ended, callouts, runs, new Map(pipelines))],
    callouts,
    deliveries,
    acts: yield* readActs(sql, orderId, deliveries)
  })
  return { entries, runs }
})

const list = Effect.fn("OrderTimeline.list")(function*(services: Services, orderId: string, request: PageRequest) {
  const after = yield* place.read(request)
  const { entries } = yield* orUnavailable(
    Effect.flatMap(orderOf(services, orderId), (order) => entriesOf(services, orderId, order))
  )
  const rest = after === undefined ? entries : entries.filter((one) => isAfter(one, after))
  return page(
    rest.slice(0, request.limit + 1),
    request.limit,
    place,
    ({ at, depth, entry }) => [at, depth, entry.id] as const,
    ({ entry }) => entry
  )
})

/** The sent deliveries whose body told the value. */
const toldTo = Effect.fnUntraced(
  function*({ sql }: Services, orderId: string, names: ReadonlyArray<string>, brought: Brought) {
    const ids = yield* sql<{ readonly id: string }>`select id from deliveries
    where order_id = ${orderId} and attempts > 0 order by seq, id`
    const told: Array<Told> = []
    for (const { id } of ids) {
      const [row] = yield* sql<SentRow>`select d.id, d.endpoint_id, d.type, d.state, d.finished_at, d.body as shaped,
        m.body, case when m.body is null then v.doc end as doc
      from deliveries d join messages m on m.id = d.message_id
      left join order_versions v on m.body is null and v.order_id = m.order_id and v.version = 1
      where d.id = ${id}::uuid`
      if (row === undefined) continue
      const sent = yield* sentBody(row)
      yield* turnFor(row.body?.byteLength ?? row.doc?.length ?? 0)
      if (sent === undefined) continue
      if (!(yield* inTurns(toldInSteps(sent, (document) => valueAt(document, names), brought)))) continue
      told.push({
        deliveryId: deliveryId(row.id),
        endpointId: row.endpoint_id,
        ...(row.state === "delivered" && row.finished_at !== null && { deliveredAt: row.finished_at.toISOString() })
      })
    }
    return told
  }
)

const sentBody = Effect.fnUntraced(function*({ body, doc, shaped, type }: SentRow) {
  const text = doc ?? (body === null ? undefined : Utf8.decode(body))
  const message = text === undefined ? undefined : yield* readJson(text)
  const version = message === undefined ? undefined : versionOf(type, message)
  if (message === undefined || version === undefined) return undefined
  const sent: SentBody = {
    type,
    version,
    shaped: shaped !== null,
    body: shaped === null ? message : yield* readJson(Utf8.decode(shaped))
  }
  return sent
})

const why = Effect.fn("OrderTimeline.why")(
  function*(services: Services, orderId: string, path: string, asked?: number) {
    const names = readPointer(path)
    if (names === undefined) return yield* new PointerInvalid({ path })
    return yield* orUnavailable(explain(services, orderId, path, names, asked))
  }
)

const explain = Effect.fnUntraced(function*(
  services: Services,
  orderId: string,
  path: string,
  names: ReadonlyArray<string>,
  asked: number | undefined
) {
  const { sql } = services
  const order = yield* orderOf(services, orderId)
  const version = asked ?? order.version
  if (!Number.isInteger(version) || version < 1 || version > order.version) {
    return yield* new OrderVersionUnknown({ orderId, version })
  }
  const values = yield* foldVersions(
    sql,
    orderId,
    order.version,
    (version, text) =>
      Effect.map(readJson(text), (document): ValueAt => {
        const value = valueAt(document, names)
        return value === undefined ? { version } : { version, value }
      })
  )
  const brought = yield* inTurns(broughtBySteps(values, version))
  if (brought === undefined) return yield* new MemberUnknown({ orderId, path })
  const { entries, runs } = yield* entriesOf(services, orderId, order)
  const saved = yield* Effect.forEach(
    runs,
    ({ id, pipeline }) =>
      Effect.map(
        readPipelineSaved(sql, pipeline.name, pipeline.version),
        (found) => [processEventId(id) as string, found] as const
      )
  )
  const pipelines = new Map(saved)
  const cause = entries.find(({ entry }) => entry.id === versionEntryId(order.event_id, brought.version))?.entry.cause
  const patch = cause === undefined || !cause.startsWith("callout-") ? undefined : yield* readPatch(sql, orderId, cause)
  return {
    ...(brought.after !== undefined && { value: brought.after as Why["value"] & Json }),
    version: brought.version,
    chain: chainOf(
      {
        orderId,
        eventId: order.event_id,
        path,
        entries,
        pipelineOf: (id) => pipelines.get(id),
        ...(patch !== undefined && { patch })
      },
      brought
    ),
    toldTo: yield* toldTo(services, orderId, names, brought)
  } as Why
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return OrderTimeline.of({
    list: (orderId, request) => list(services, orderId, request),
    why: (orderId, path, asked) => why(services, orderId, path, asked)
  })
})

export class OrderTimeline extends Context.Service<OrderTimeline, {
  /** Oldest first; a cause before what follows from it. */
  readonly list: (
    orderId: string,
    page: PageRequest
  ) => Effect.Effect<Page<TimelineEntry>, CursorInvalid | OrderNotFound | JournalUnavailable>
  /** `path`: a JSON Pointer. `version`: the newest where it is absent. */
  readonly why: (
    orderId: string,
    path: string,
    version?: number
  ) => Effect.Effect<Why, PointerInvalid | MemberUnknown | OrderNotFound | OrderVersionUnknown | JournalUnavailable>
}>()("@sluice/persistence/OrderTimeline") {
  static readonly layer: Layer.Layer<OrderTimeline, never, SqlClient.SqlClient | Settings> = Layer.effect(
    OrderTimeline,
    make
  )
}
