/**
 * Finds a customer's orders and reported events by a walk over all of them, oldest first, in bounded statements. No index
 * leads from a customer to their orders: every order would pay for it, and exports and erasures are rare.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { replaceStrings } from "@sluice/domain/internal/erasure/JsonStrings"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { OpenRunState } from "@sluice/domain/run/ProcessEvent"
import { Effect, Option, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { type CustomerSubject, isTheirs, mayName } from "./CustomerSubject.ts"

/** Rows that one statement walks over. */
const walked = 1000

/** Open runs that one statement walks over: their orders are fewer, and the answer is waited for. */
const runsWalked = 5000

/** Documents above this size are read one by one, in bytes. */
const large = 65_536

interface Found {
  readonly id: string
  readonly doc: string | null
}

interface End {
  readonly id: string
  /** As PostgreSQL writes it, to the microsecond. */
  readonly created_at: string
}

/** The found rows that are the subject's, by their newest document. */
const theirs = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  subject: CustomerSubject,
  found: ReadonlyArray<Found>
) {
  const ids: Array<string> = []
  for (const { doc, id } of found) {
    const [read] = doc !== null ? [{ doc }] : yield* sql<{ readonly doc: string }>`select v.doc from orders o
      join order_versions v on v.order_id = o.id and v.version = o.version where o.id = ${id}`
    if (read !== undefined && (yield* isTheirs(subject, read.doc))) ids.push(id)
  }
  return ids
})

interface Walked extends Found {
  /** Set in the row of the last order of a full step. */
  readonly created_at: string | null
}

/** The ids of the subject's orders, oldest first, in groups. */
export const ordersOf = (
  sql: SqlClient.SqlClient,
  subject: CustomerSubject
): Stream.Stream<ReadonlyArray<string>, SqlError> =>
  Stream.paginate(undefined as End | undefined, (after) =>
    Effect.gen(function*() {
      const rows = yield* sql<Walked>`with w as materialized (
          select id, version, created_at from orders ${
        after === undefined
          ? sql``
          : sql`where (created_at, id) > (${after.created_at}::timestamptz, ${after.id})`
      } order by created_at, id limit ${walked}
        )
        select w.id, case when octet_length(v.doc) <= ${PgTypes.int4(large)} then v.doc end as doc,
          null::text as created_at
        from w join order_versions v on v.order_id = w.id and v.version = w.version where ${
        mayName(sql, subject, "v.doc")
      }
        union all (select id, null, created_at::text from w order by created_at, id offset ${walked - 1})`
      const found = rows.filter(({ created_at }) => created_at === null)
      const end = rows.find((row): row is Walked & End => row.created_at !== null)
      const ids = yield* theirs(sql, subject, found)
      return [[ids], end === undefined ? Option.none() : Option.some(end)] as const
    }))

/** The next open runs, oldest first: each state is a range of one index, so that none is sorted or read in vain. */
const openRuns = (sql: SqlClient.SqlClient, after: string) =>
  OpenRunState.literals.map((state) =>
    sql`(select id, order_id from runs where state = ${sql.literal(`'${state}'`)} and id > ${after}::uuid
      order by id limit ${runsWalked})`
  ).reduce((all, one) => sql`${all} union all ${one}`)

interface OpenRun extends Found {
  /** Set in the row of the last run of a full step. */
  readonly ending: string | null
}

/** An order of the subject over which a run is open. */
export const openOrderOf = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, subject: CustomerSubject) {
  for (let after = "00000000-0000-0000-0000-000000000000";;) {
    const rows = yield* sql<OpenRun>`with w as materialized (
        select * from (${openRuns(sql, after)}) u order by id limit ${runsWalked}
      )
      select o.order_id as id, case when octet_length(v.doc) <= ${PgTypes.int4(large)} then v.doc end as doc,
        null::uuid as ending
      from (select distinct order_id from w) o cross join lateral (
        select doc from order_versions where order_id = o.order_id order by version desc limit 1) v
      where (${mayName(sql, subject, "v.doc")})
      union all (select null, null, id from w order by id offset ${runsWalked - 1})`
    const [first] = yield* theirs(sql, subject, rows.filter(({ ending }) => ending === null))
    if (first !== undefined) return first
    const ending = rows.find((row) => row.ending !== null)?.ending
    if (ending === undefined || ending === null) return undefined
    after = ending
  }
})

interface EventRow {
  readonly id: string
  readonly body: Uint8Array
}

/** True if a string of the JSON text is the subject's id or address. */
const names = ({ customerId, email }: CustomerSubject, text: string): boolean => {
  let found = false
  replaceStrings(text, {
    string: (value, { isName }) => {
      found ||= !isName && (value === customerId || value.toLowerCase() === email)
      return value
    }
  })
  return found
}

/** The ids of reported events whose data names the subject, oldest first, in groups. */
export const eventsOf = (
  sql: SqlClient.SqlClient,
  subject: CustomerSubject
): Stream.Stream<ReadonlyArray<string>, SqlError> =>
  Stream.paginate("00000000-0000-0000-0000-000000000000", (after) =>
    Effect.gen(function*() {
      const way = sql`select id, order_id, body from messages where id > ${after}::uuid order by id limit ${walked}`
      // Bodies of events are JSON that was stored as UTF-8; what is no text to PostgreSQL is escaped in it.
      const found = yield* sql<EventRow>`select w.id, w.body from (${way}) w
        where w.order_id is null and w.body is not null and (${
        mayName(sql, subject, "convert_from(w.body, 'UTF8')")
      }) offset 0`
      const ids = found.filter(({ body }) => names(subject, Utf8.decode(body))).map(({ id }) => id)
      const [end] = yield* sql<{ readonly id: string }>`select id from (${way}) w order by id offset ${walked - 1}`
      return [[ids], end === undefined ? Option.none() : Option.some(end.id)] as const
    }))
