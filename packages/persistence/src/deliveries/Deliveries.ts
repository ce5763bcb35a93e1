/**
 * Reads deliveries, and sends them again. The journal creates deliveries, and the dispatcher sends them. Contract:
 * section 7.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { AttemptRecord } from "@sluice/delivery/DeliveryStore"
import { Destinations } from "@sluice/delivery/Destinations"
import { DeliveryPreview } from "@sluice/delivery/internal/DeliveryPreview"
import { deliveryId, messageId, uuidOf } from "@sluice/domain/identity/Ids"
import { type ReceivedBody, receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import { readJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Json } from "@sluice/domain/json/Json"
import { isStorable } from "@sluice/domain/order/Order"
import type { AttemptView, DeliveryState, DeliverySummary, DeliveryView } from "@sluice/domain/webhook/Delivery"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Context, Effect, Layer, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { DeliverySignal } from "../outbox/DeliverySignal.ts"
import { readIsolated } from "../sql/BatchIsolation.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { claimed, type ClaimedRow } from "./ClaimedRow.ts"
import { causeOf } from "./ClaimStatement.ts"
import { waitReason } from "./WaitReason.ts"

/** The filters of a list, combined with AND. */
export interface DeliveryFilters {
  readonly endpointId?: string | undefined
  readonly type?: string | undefined
  readonly state?: DeliveryState | undefined
  readonly orderId?: string | undefined
}

export class DeliveryUnknown extends Schema.TaggedError<DeliveryUnknown>()("DeliveryUnknown", { id: Schema.String }) {}

/** The delivery's endpoint is disabled or was deleted. Nothing was changed. */
export class NotDeliverable extends Schema.TaggedError<NotDeliverable>()("NotDeliverable", {
  id: Schema.String,
  reason: Schema.String
}) {}

interface Row {
  readonly id: string
  readonly message_id: string
  readonly seq: bigint
  readonly endpoint_id: string | null
  readonly target: string | null
  readonly type: string
  readonly order_id: string | null
  readonly state: DeliveryState
  readonly reason: string | null
  readonly due_at: Date | null
  readonly claim: string | null
  readonly attempts: number
  readonly created_at: Date
  readonly finished_at: Date | null
  readonly blocked_by: string | null
  readonly rate: number | null
}

interface AttemptRow {
  readonly number: number
  readonly record: string
  readonly response: Uint8Array | null
}

const summary = (row: Row): DeliverySummary => ({
  id: deliveryId(row.id),
  messageId: messageId(row.message_id),
  sequence: Number(row.seq),
  endpointId: row.endpoint_id,
  type: row.type,
  ...(row.order_id !== null && { orderId: row.order_id }),
  ...(row.target !== null && { url: redactUrl((JSON.parse(row.target) as { readonly url: string }).url) }),
  state: row.state,
  ...(row.reason !== null && row.state !== "pending" && { reason: row.reason }),
  ...(row.blocked_by !== null && { blockedBy: deliveryId(row.blocked_by) }),
  // While an attempt is open, when the next one comes is not known.
  ...(row.due_at !== null && row.claim === null && { nextAttemptAt: row.due_at.toISOString() }),
  attemptCount: row.attempts,
  createdAt: row.created_at.toISOString(),
  ...(row.finished_at !== null && { finishedAt: row.finished_at.toISOString() })
})

const bodyOf = (received: ReceivedBody): { readonly body: string | null; readonly bodyBase64?: string } => {
  const body = receivedText(received)
  return body === undefined ? { body: null, bodyBase64: Base64.encode(received.body) } : { body }
}

const attemptView = ({ record, response }: AttemptRow): AttemptView => {
  const { startedAt, request: _, response: head, ...attempt } = JSON.parse(record) as AttemptRecord
  return {
    ...attempt,
    startedAt: isoOf(startedAt),
    ...(head !== undefined && {
      status: head.status,
      response: {
        status: head.status,
        headers: head.headers,
        ...bodyOf({ ...head, body: response ?? new Uint8Array(0) }),
        ...(head.truncated && { truncated: true })
      }
    })
  }
}

/** JSON where it is some, else text. */
const shownBody = (body: Uint8Array): Effect.Effect<Json> => {
  const text = Utf8.decode(body)
  return Effect.orElseSucceed(readJson(text), () => text)
}

const byId = cursor(Schema.Tuple([Schema.String.check(Schema.isUUID())]))

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* DeliverySignal
  const preview = yield* DeliveryPreview
  const destinations = yield* Destinations
  const select = sql.literal(`d.id, d.message_id, d.seq, d.endpoint_id, d.target, d.type, d.order_id, d.state, d.reason,
    d.due_at, d.claim, d.attempts, d.created_at, d.finished_at,
    case when d.state = 'pending' and d.due_at is null then (
      select b.id from deliveries b where b.chain = d.chain and b.finished_at is null and b.seq < d.seq
      order by b.seq limit 1) end as blocked_by,
    case when d.state = 'pending' and d.due_at <= statement_timestamp() then (
      select w.rate from webhook_endpoints w where w.id = d.endpoint_id and w.rate_until > statement_timestamp()) end as rate`)
  return { destinations, preview, select, signal, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const list = Effect.fnUntraced(function*(services: Services, filters: DeliveryFilters, request: PageRequest) {
  const { select, sql } = services
  const after = yield* byId.read(request)
  const { endpointId, orderId, state, type } = filters
  if (![endpointId, orderId, type].every((text) => text === undefined || isStorable(text))) {
    return { items: [], nextCursor: null }
  }
  const clauses = [
    ...(after === undefined ? [] : [sql`d.id < ${after[0]}::uuid`]),
    ...(endpointId === undefined ? [] : [sql`d.endpoint_id = ${endpointId}`]),
    ...(type === undefined ? [] : [sql`d.type = ${type}`]),
    // Written out, so that the planner sees whether the partial index covers it.
    ...(state === undefined ? [] : [sql`d.state = ${sql.literal(`'${state}'`)}`]),
    ...(orderId === undefined ? [] : [sql`d.order_id = ${orderId}`])
  ]
  const rows = yield* orUnavailable(
    sql<Row>`SELECT ${select} FROM deliveries d WHERE ${sql.and(clauses)} ORDER BY d.id DESC LIMIT ${request.limit + 1}`
  )
  const shown = yield* summaries(services, rows)
  return page(rows, request.limit, byId, (row) => [row.id] as const, (row) => shown.get(row.id) ?? summary(row))
})

const find = Effect.fnUntraced(function*({ select, sql }: Services, id: string) {
  const uuid = id.startsWith("delivery-") ? uuidOf(id) : undefined
  const [row] = uuid === undefined
    ? []
    : yield* orUnavailable(sql<Row>`SELECT ${select} FROM deliveries d WHERE d.id = ${uuid}::uuid`)
  return row ?? (yield* new DeliveryUnknown({ id }))
})

/** The message, and the request of the last attempt that sent one, else as it would be sent now. */
const messageOf = Effect.fnUntraced(
  function*({ preview, sql }: Services, id: string, attempts: ReadonlyArray<AttemptRow>) {
    const [row] = yield* orUnavailable(sql<ClaimedRow>`SELECT d.id, d.message_id, d.seq, d.type, d.order_id, d.lane,
      d.endpoint_id, d.target, d.attempts, d.round, d.body IS NOT NULL OR d.attempts > 0 AS frozen, m.created_at,
      coalesce(d.body, m.body) AS body, CASE WHEN d.body IS NULL AND m.body IS NULL THEN v.doc END AS doc,
      ${sql.literal(causeOf("m"))} AS cause
    FROM deliveries d JOIN messages m ON m.id = d.message_id
    LEFT JOIN order_versions v ON m.body IS NULL AND v.order_id = m.order_id AND v.version = 1
    WHERE d.id = ${id}::uuid`)
    const [delivery] = row === undefined ? [] : readIsolated([row], claimed, () => {})
    if (delivery === undefined) return {}
    const sent = attempts.map(({ record }) => (JSON.parse(record) as AttemptRecord).request).findLast((one) =>
      one !== undefined
    )
    const request = sent === undefined
      ? yield* preview.request(delivery)
      : { ...sent, body: preview.redacted(delivery.body) }
    return {
      ...(delivery.cause !== undefined && { cause: delivery.cause }),
      ...(request !== undefined && { request: { ...request, body: yield* shownBody(request.body) } })
    }
  }
)

interface PausedRow {
  readonly host: string
  readonly reason: string | null
}

/** The rows as they are shown, each with the reason for which it waits. */
const summaries = Effect.fnUntraced(function*({ destinations, sql }: Services, rows: ReadonlyArray<Row>) {
  const paused = rows.some(({ state }) => state === "pending")
    ? yield* orUnavailable(sql<PausedRow>`SELECT host, reason FROM partner_limits WHERE paused`)
    : []
  const limits = new Map(paused.map(({ host, reason }) => [host, {
    paused: true,
    ...(reason !== null && { reason })
  }]))
  return new Map(rows.map((row) => {
    const shown = summary(row)
    const url = shown.url ?? (row.endpoint_id === null ? undefined : destinations.endpoint(row.endpoint_id)?.url)
    const reason = waitReason(row, url === undefined ? undefined : urlHost(url), limits)
    return [row.id, reason === undefined ? shown : { ...shown, waitReason: reason }]
  }))
})

const view = Effect.fnUntraced(function*(services: Services, row: Row) {
  const { sql } = services
  const attempts = yield* orUnavailable(
    sql<AttemptRow>`SELECT number, record, response FROM delivery_attempts
      WHERE delivery_id = ${row.id}::uuid ORDER BY number`
  )
  const message = yield* messageOf(services, row.id, attempts)
  const shown: DeliveryView = {
    ...((yield* summaries(services, [row])).get(row.id) ?? summary(row)),
    ...message,
    attempts: attempts.map(attemptView)
  }
  return shown
})

const get = (services: Services, id: string) => Effect.flatMap(find(services, id), (row) => view(services, row))

const redeliver = Effect.fnUntraced(function*(services: Services, id: string) {
  const { signal, sql } = services
  const row = yield* find(services, id)
  const [endpoint] = row.endpoint_id === null
    ? [{ disabled: false }]
    : yield* orUnavailable(sql<{ readonly disabled: boolean }>`SELECT disabled_at IS NOT NULL AS disabled
      FROM webhook_endpoints WHERE id = ${row.endpoint_id}`)
  if (endpoint === undefined) return yield* new NotDeliverable({ id, reason: "its endpoint was deleted" })
  if (endpoint.disabled) return yield* new NotDeliverable({ id, reason: "its endpoint is disabled: enable it first" })
  yield* orUnavailable(transaction(
    sql,
    Effect.andThen(
      again(sql, [row.id]),
      recordAct(sql, {
        before: { state: row.state },
        after: { state: "pending" },
        orderId: row.order_id ?? undefined
      })
    )
  ))
  signal.publish()
  return yield* get(services, id)
})

const test = Effect.fnUntraced(function*(services: Services, endpointId: string, message: string, body: string) {
  const { signal, sql } = services
  const [row] = yield* orUnavailable(transaction(
    sql,
    sql<{ readonly id: string }>`
    with m as (
      insert into messages (id, type, created_at, body)
      values (${message}::uuid, 'test', clock_timestamp(), ${Utf8.encode(body)}) returning id, seq, created_at
    )
    insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at)
    select ${message}::uuid, m.id, m.seq, w.id, 'e:' || w.id, 'test', 'pending', clock_timestamp(), m.created_at
    from m, webhook_endpoints w where w.id = ${endpointId} returning id`.pipe(
      Effect.tap(() => recordAct(sql, { after: { deliveryId: deliveryId(message) } }))
    )
  ))
  signal.publish()
  return yield* get(services, deliveryId(row?.id ?? message))
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return Deliveries.of({
    list: (filters, request) => list(services, filters, request),
    get: (id) => get(services, id),
    redeliver: (id) => redeliver(services, id),
    test: (endpointId, message, body) => test(services, endpointId, message, body)
  })
})

/**
 * Sends these deliveries again, outside of any sequence and on a fresh schedule; deliveries that waited for them go on.
 * Where an attempt is open, they are sent once it has ended, unless it succeeded; where its process has died, once its
 * claim has expired.
 */
export const again = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, ids: ReadonlyArray<string>) {
  const list = { ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value: ids }
  yield* sql`select id from deliveries where id = any(${list}) order by id for no key update`
  yield* sql`with u as (
      update deliveries d set state = 'pending', reason = null, chain = null, round = 0, finished_at = null,
        due_at = clock_timestamp(),
        redeliver_after = case when before.claimed_until > clock_timestamp() then before.claim end
      from deliveries before where d.id = any(${list}) and before.id = d.id
      returning before.chain, d.seq
    )
    update deliveries d set due_at = clock_timestamp() from u where u.chain is not null and d.due_at is null
      and d.id = (select x.id from deliveries x where x.chain = u.chain and x.finished_at is null
        and x.id <> all(${list}) order by x.seq limit 1)`
})

export class Deliveries extends Context.Service<Deliveries, {
  /** Newest first. */
  readonly list: (
    filters: DeliveryFilters,
    page: PageRequest
  ) => Effect.Effect<Page<DeliverySummary>, CursorInvalid | JournalUnavailable>
  /** The delivery with its attempts, oldest first. */
  readonly get: (id: string) => Effect.Effect<DeliveryView, DeliveryUnknown | JournalUnavailable>
  /** Sends the delivery again, now, in any state; the message keeps its id. */
  readonly redeliver: (
    id: string
  ) => Effect.Effect<DeliveryView, DeliveryUnknown | NotDeliverable | JournalUnavailable>
  /** Sends an existing endpoint, even a disabled one, a message of type `test`. `message`: a UUIDv7. */
  readonly test: (
    endpointId: string,
    message: string,
    body: string
  ) => Effect.Effect<DeliveryView, DeliveryUnknown | JournalUnavailable>
}>()("@sluice/persistence/Deliveries") {
  static readonly layer: Layer.Layer<
    Deliveries,
    never,
    SqlClient.SqlClient | DeliverySignal | DeliveryPreview | Destinations
  > = Layer.effect(Deliveries, make)
}
