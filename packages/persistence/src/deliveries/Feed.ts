/**
 * The messages of an endpoint in order of `webhook-sequence`, for receivers that pull them. Contract: section 7, the
 * feed.
 *
 * A message is given once no lower sequence can still be committed (`FeedHorizon`), with the bytes that were sent, or
 * would be sent now, and signed now.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { DeliveryPreview } from "@sluice/delivery/internal/DeliveryPreview"
import { messageId } from "@sluice/domain/identity/Ids"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { orUnavailable } from "../sql/Unavailable.ts"
import { claimed, type ClaimedRow } from "./ClaimedRow.ts"
import { causeOf } from "./ClaimStatement.ts"
import * as FeedHorizon from "./FeedHorizon.ts"

/** The most messages of one page. */
export const feedLimit = 100

/** Bytes of bodies in one page: 100 messages of 1 MiB must not meet in memory. The page is shorter instead. */
const pageBytes = 8 * 1024 * 1024

/** The interval at which a reader that waits is served. */
const lookAgain = "200 millis"

export interface FeedItem {
  readonly sequence: number
  /** `webhook-id` */
  readonly id: string
  readonly type: string
  /** The exact text. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export interface FeedPage {
  readonly items: ReadonlyArray<FeedItem>
  /** The value of `after` with which the next request goes on. */
  readonly next: number
}

/** The next message cannot be given: the endpoint's filter, template or secret cannot be used. */
export class MessageUnprepared extends Schema.TaggedError<MessageUnprepared>()("MessageUnprepared", {
  message: Schema.String
}) {}

/** In the order of the feed, which only `deliveries_in_feed` has: any index of the endpoint seems to find one as soon. */
const exists = `select exists (select from (select d.id from deliveries d where d.endpoint_id = $1 and d.seq > $2
  and d.state not in ('filtered', 'cancelled') order by d.seq limit 1) d) as found`

const statement = `select c.*, m.created_at, coalesce(c.body, m.body) as body,
    case when c.body is null and m.body is null then v.doc end as doc, ${causeOf("m")} as cause
  from (
    select d.*, row_number() over w as place, sum(octet_length(coalesce(d.body, m.body, ''))
      + coalesce(octet_length(v.doc), 0)) over w as bytes
    from (
      select d.id, d.message_id, d.seq, d.type, d.order_id, d.lane, d.endpoint_id, d.target, d.attempts, d.round, d.body,
        d.body is not null or d.attempts > 0 as frozen
      from deliveries d where d.endpoint_id = $1 and d.seq > $2 and d.seq <= $3
        and d.state not in ('filtered', 'cancelled') order by d.seq limit ${feedLimit}
    ) d join messages m on m.id = d.message_id
    left join order_versions v on d.body is null and m.body is null and v.order_id = m.order_id and v.version = 1
    window w as (order by d.seq rows unbounded preceding)
  ) c join messages m on m.id = c.message_id
  left join order_versions v on c.body is null and m.body is null and v.order_id = m.order_id and v.version = 1
  where c.place = 1 or c.bytes <= ${pageBytes} order by c.seq`

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const preview = yield* DeliveryPreview
  const clock = yield* Clock.Clock
  const horizon = FeedHorizon.make(sql)

  const rowsAfter = Effect.fnUntraced(function*(endpointId: string, after: bigint) {
    const from = [PgTypes.text(endpointId), PgTypes.int8(after)]
    const [some] = yield* sql.unsafe<{ readonly found: boolean }>(exists, from)
    if (some?.found !== true) return []
    const settled = yield* horizon.settled
    return yield* sql.unsafe<ClaimedRow>(statement, [...from, PgTypes.int8(settled)])
  })

  /** The messages after `after`, past those that the endpoint's filter leaves out. */
  const read = Effect.fnUntraced(function*(endpointId: string, after: number) {
    let last = BigInt(after)
    for (;;) {
      const rows = yield* orUnavailable(rowsAfter(endpointId, last))
      const items: Array<FeedItem> = []
      for (const row of rows) {
        const delivery = claimed(row)
        const made = yield* preview.message(delivery)
        if (made._tag === "Unprepared") {
          if (items.length > 0) return items
          return yield* new MessageUnprepared({ message: made.message })
        }
        if (made._tag === "Message") {
          const { sequence, type } = delivery
          const body = Utf8.decode(made.body)
          items.push({ sequence, id: messageId(row.message_id), type, body, headers: made.headers })
        }
        last = row.seq
      }
      if (items.length > 0 || rows.length === 0) return items
    }
  })

  const poll = Effect.fnUntraced(function*(endpointId: string, after: number, waitMs: number) {
    const until = clock.currentTimeMillisUnsafe() + waitMs
    for (;;) {
      const items = yield* read(endpointId, after)
      if (items.length > 0 || clock.currentTimeMillisUnsafe() >= until) {
        return { items, next: items.at(-1)?.sequence ?? after }
      }
      yield* Effect.sleep(lookAgain)
    }
  })

  return Feed.of({ poll })
})

export class Feed extends Context.Service<Feed, {
  /** The messages with a sequence above `after`; waits up to `waitMs` milliseconds for the first. */
  readonly poll: (
    endpointId: string,
    after: number,
    waitMs: number
  ) => Effect.Effect<FeedPage, MessageUnprepared | JournalUnavailable>
}>()("@sluice/persistence/Feed") {
  static readonly layer: Layer.Layer<Feed, never, SqlClient.SqlClient | DeliveryPreview> = Layer.effect(Feed, make)
}
