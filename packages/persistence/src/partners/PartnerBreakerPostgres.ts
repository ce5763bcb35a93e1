/**
 * The partners' circuit breakers on PostgreSQL: a row for each partner whose circuit has ever opened. What this process
 * observes is in its memory at once and stored in the background; what others observe is read with the poll that runs
 * every second anyway.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import {
  answersEveryMs,
  batchAfter,
  type BreakerState,
  type Condition,
  PartnerBreaker,
  type PartnerStatus
} from "@sluice/engine/partners/PartnerBreaker"
import { Effect, Latch } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { tellOperational } from "../outbox/OperationalEvents.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import type { WorkNotifications } from "../sql/WorkNotifications.ts"
import { releasedRuns, waitingFor } from "./WaitingRuns.ts"

/** Between two attempts to store, while the database is away. */
const again = "1 second"

/** A partner whose circuit is not closed, as `lookColumn` returns it. */
export interface Unwell {
  readonly host: string
  readonly state: BreakerState
}

/**
 * The part of the poll statement that reads the partners. Those whose circuit is closed are left out, unless runs wait for
 * their recovery: at a partner with limits runs wait for their turns, which come by themselves.
 */
export const lookColumn = `(select coalesce(json_agg(json_build_object('host', host, 'state', state)), '[]')::text
  from partners where state <> 'closed' or retry_at is not null
    and not exists (select from partner_limits l where l.host = partners.host))`

interface Row {
  readonly host: string
  readonly state: BreakerState
  readonly since: Date
  readonly failures: number
  readonly waiting: number
}

const statusOf = (row: Row): PartnerStatus => ({ ...row, since: row.since.getTime() })

const select = `with ${releasedRuns} select host, state, since, failures, ${
  waitingFor("p.host")
} as waiting from partners p`

type News = { readonly _tag: "Failed"; readonly failures: number } | {
  readonly _tag: "Answered"
  readonly answers: number
}

const conditionOf = (state: BreakerState): Condition => state === "closed" ? "recovering" : "down"
const newsCondition = ({ _tag }: News): Condition => _tag === "Failed" ? "down" : "recovering"

export interface PartnerBreakerBoard {
  readonly service: PartnerBreaker["Service"]
  /** Takes over the partners whose circuit is not closed, as the poll has read them. */
  readonly seen: (unwell: ReadonlyArray<Unwell>) => void
}

/**
 * Opens the circuit for 1, 2, 4 … 30 s, as `openForMs` does; a circuit that is open already was reported by another
 * process.
 */
const storeFailed = (sql: SqlClient.SqlClient, host: string, failures: number) =>
  transaction(
    sql,
    Effect.gen(function*() {
      const before = yield* stateOf(sql, host)
      const opened = yield* open(sql, host, failures)
      if (opened.length === 0 || before !== "closed") return
      const reason = `its circuit breaker opened after ${failures} ${failures === 1 ? "failure" : "failures"} in a row`
      yield* tellOperational(sql, "partner.down", { reason, host })
    })
  )

/** Locks the partner's row, so that of several processes one reports a change. */
const stateOf = (sql: SqlClient.SqlClient, host: string) =>
  Effect.map(
    sql<{ readonly state: BreakerState }>`select state from partners where host = ${host} for update`,
    ([row]) => row?.state ?? "closed"
  )

const open = (sql: SqlClient.SqlClient, host: string, failures: number) =>
  sql`insert into partners (host, state, failures, openings, retry_at)
    values (${host}, 'open', ${failures}, 1, clock_timestamp() + interval '1 second')
    on conflict (host) do update set state = 'open',
      since = case when partners.state = 'closed' then clock_timestamp() else partners.since end,
      failures = partners.failures + ${failures}, openings = partners.openings + 1, batch = 1,
      retry_at = clock_timestamp() + least(30, 2 ^ least(partners.openings, 10)) * interval '1 second'
    where partners.state <> 'open' returning host`

const close = (sql: SqlClient.SqlClient, host: string, batch: number, reason: string) =>
  transaction(
    sql,
    Effect.gen(function*() {
      const [closed] = yield* sql<{ readonly before: BreakerState }>`
        with before as (select host, state from partners where host = ${host} for update)
        update partners set
          since = case when before.state <> 'closed' then clock_timestamp() else partners.since end,
          state = 'closed', failures = 0, openings = 0, batch = ${batch}, retry_at = clock_timestamp()
        from before where partners.host = before.host returning before.state as before`
      if (closed !== undefined && closed.before !== "closed") {
        yield* tellOperational(sql, "partner.up", { reason, host })
      }
    })
  )

const statuses = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql.unsafe<Row>(`${select} order by host collate "C"`),
    (rows) => rows.map(statusOf)
  )

/** Closes the circuit of a partner for an operator, and returns its status; `undefined` where no partner is known so. */
const reset = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, host: string) {
  yield* transaction(
    sql,
    Effect.gen(function*() {
      const [before] = yield* sql<{ readonly state: string }>`select state from partners where host = ${host}
        for update`
      yield* close(sql, host, 1, "its circuit breaker was reset")
      if (before !== undefined) yield* recordAct(sql, { before: { ...before }, after: { state: "closed" } })
    })
  )
  const [row] = yield* sql.unsafe<Row>(`${select} where host = $1`, [host])
  return row === undefined ? undefined : statusOf(row)
})

/**
 * The partners' circuit breakers on PostgreSQL. `changed` is called when held runs may be claimed sooner than the next
 * poll.
 */
export const make = Effect.fnUntraced(function*(changed: () => void, announcements: WorkNotifications) {
  const sql = yield* SqlClient.SqlClient
  const wake = Latch.makeUnsafe(false)
  let view = new Map<string, Condition>()
  /** Changes that are not stored yet; they override what is read meanwhile. */
  const news = new Map<string, News>()
  let storedNow = new Map<string, News>()

  const store = (host: string, one: News) =>
    one._tag === "Failed"
      ? storeFailed(sql, host, one.failures)
      : Effect.andThen(close(sql, host, batchAfter(one.answers), "it answered again"), Effect.sync(changed))

  const storing = Effect.gen(function*() {
    yield* wake.await
    wake.closeUnsafe()
    storedNow = new Map(news)
    news.clear()
    yield* Effect.forEach([...storedNow], ([host, one]) =>
      // By host, so that one whose row is refused keeps none of the others unstored.
      Effect.andThen(
        writeIsolated([one], () =>
          store(host, one), (_, cause) =>
          Effect.logError("what is known of a partner cannot be stored", { host }, cause)),
        Effect.sync(() =>
          storedNow.delete(host)
        )
      ), { discard: true }).pipe(
        Effect.onError(() =>
          Effect.sync(() => {
            for (const [host, one] of storedNow) if (!news.has(host)) news.set(host, one)
          })
        )
      )
    yield* Effect.sleep(answersEveryMs)
  }).pipe(
    Effect.catch((error) =>
      Effect.logDebug("what is known of partners is not stored yet", error).pipe(
        Effect.andThen(Effect.sleep(again)),
        Effect.andThen(Effect.sync(() => wake.openUnsafe()))
      )
    )
  )
  yield* BackgroundLoop.fork("partner-breakers", Effect.forever(storing))

  const tell = (host: string, one: News) => {
    news.set(host, one)
    view.set(host, newsCondition(one))
    wake.openUnsafe()
  }

  const service = PartnerBreaker.of({
    condition: (host) => view.get(host) ?? "up",
    failed: (host, failures) => tell(host, { _tag: "Failed", failures }),
    answered: (host) => {
      const before = news.get(host)
      tell(host, { _tag: "Answered", answers: before?._tag === "Answered" ? before.answers + 1 : 1 })
    },
    list: orUnavailable(statuses(sql)),
    reset: (host) =>
      Effect.tap(orUnavailable(reset(sql, host)), (status) =>
        Effect.sync(() => {
          if (status === undefined) return
          news.delete(host)
          view.delete(host)
          changed()
          announcements.announce()
        }))
  })

  const board: PartnerBreakerBoard = {
    service,
    seen: (unwell) => {
      view = new Map(unwell.map(({ host, state }) => [host, conditionOf(state)]))
      for (const [host, one] of [...storedNow, ...news]) view.set(host, newsCondition(one))
    }
  }
  return board
})
