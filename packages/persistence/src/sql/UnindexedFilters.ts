/**
 * Filters that no index serves: an e-mail address somewhere in an order, a part of an id, the step at which a run failed.
 * They are rare, and every order would pay for an index, so a page examines a bounded number of rows, newest first, and
 * returns the matches: possibly fewer than requested, or none, with a cursor that continues where the walk stopped.
 *
 * `offset 0` keeps a condition with the row that is examined: as a join it would be applied to the whole table, which
 * seems cheap as long as that was never analysed.
 */
import type { SqlClient, Statement } from "effect/sql"
import { runsOver } from "./StatementPlans.ts"

/** The number of orders or runs that one page examines. */
export const walked = 5000

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** SQL: the order `id` at `version` contains the address as one of its texts, in any case. */
export const holdsEmail = (
  sql: SqlClient.SqlClient,
  email: string,
  order: { readonly id: string; readonly version: string }
): Statement.Fragment =>
  sql`exists (select from order_versions v where v.order_id = ${sql.literal(order.id)}
    and v.version = ${sql.literal(order.version)}
    and strpos(lower(v.doc), ${JSON.stringify(email.toLowerCase())}) > 0 offset 0)`

/** SQL: the newest version of the order of run `w` contains the address: one look-up, without the order's row. */
export const orderHoldsEmail = (sql: SqlClient.SqlClient, email: string): Statement.Fragment =>
  sql`exists (select from (
      select v.doc from order_versions v where v.order_id = w.order_id order by v.version desc limit 1
    ) v where strpos(lower(v.doc), ${JSON.stringify(email.toLowerCase())}) > 0 offset 0)`

/** The record of a callout, `alias`, names this host as the one that was called. */
const called = (sql: SqlClient.SqlClient, alias: "c" | "k", partner: string): Statement.Fragment =>
  sql`${sql.literal(alias)}.record ~* ${`"endpoint":"https?://([^/?#@"]*@)?${quoted(partner)}[/?#"]`}`

/** SQL: run `w` waits for this partner: to be available, for its turn, or for an answer after its last callout. */
export const waitsFor = (sql: SqlClient.SqlClient, partner: string): Statement.Fragment =>
  sql`(w.held_for is not null and w.held_for = ${partner.toLowerCase()} or w.held_for is null
    and w.state in ('waiting', 'compensating')
    and strpos(w.wait_mark, ${`"heldFor":${JSON.stringify(partner.toLowerCase())}`}) > 0
    or w.held_for is null and w.state = 'waiting' and exists (select from (
      select k.record from callouts k where k.run_id = w.id order by k.id desc limit 1
    ) k where ${called(sql, "k", partner)} offset 0))`

/** SQL: the last failed step of run `w`, and its last callout, fulfil all conditions given. */
export const failedAt = (
  sql: SqlClient.SqlClient,
  { outcome, partner, step }: {
    readonly step: string | undefined
    readonly partner: string | undefined
    readonly outcome: string | undefined
  }
): Statement.Fragment => {
  const met = [
    // Records are text, because JSON of partners may hold what PostgreSQL refuses to read.
    ...(step === undefined ? [] : [sql`strpos(f.record, ${`"stepId":${JSON.stringify(step)},`}) > 0`]),
    ...(outcome === undefined ? [] : [sql`c.outcome = ${outcome}`]),
    ...(partner === undefined ? [] : [called(sql, "c", partner)])
  ]
  return sql`exists (select from (
      select s.index, s.record from steps s where s.run_id = w.id and s.state = 'failed' order by s.index desc limit 1
    ) f left join lateral (
      select k.outcome, k.record from callouts k where k.run_id = w.id and k.step = f.index order by k.id desc limit 1
    ) c on true where ${sql.and(met)} offset 0)`
}

/**
 * The record of a step that was resolved by hand: the resolution is its last member, and holds no object. One that a
 * retry reuses is followed by where it comes from, and what a partner answered is followed by more.
 */
const resolved = String.raw`"resolution":\{"reason":"([^"\\]|\\.)*","at":\d+(,"requestedBy":"([^"\\]|\\.)*")?\}\}$`

const unresolved = `not exists (select from steps s where s.run_id = w.id
    and strpos(s.record, '"resolution":{') > 0 and s.record ~ '${resolved}' offset 0)`

/** SQL: no failed step of run `w` was resolved by hand. */
export const isUnresolved = (sql: SqlClient.SqlClient): Statement.Fragment => sql.literal(unresolved)

/** The text of the SQL condition `isUnsettled`. */
export const unsettled = `w.state in ('failed', 'compensation-failed')
    and not exists (select from ${runsOver("w.order_id", "retry_of")} x
      where x.retry_of = w.id offset 0)
    and ${unresolved}
    and not exists (select from issues i where i.id = w.issue_id
      and (i.acknowledged_at >= w.finished_at or i.resolved_at >= w.finished_at) offset 0)`

/** SQL: run `w` failed, was neither retried nor resolved by hand, and its issue was not dealt with since. */
export const isUnsettled = (sql: SqlClient.SqlClient): Statement.Fragment => sql.literal(unsettled)

/** SQL: run `w` has ended, and no failure of it remains to be dealt with. */
export const isSettled = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql`w.finished_at is not null and not (${isUnsettled(sql)})`

/**
 * SQL: the text is a part of run `w`'s id, of its order's or event's id, or of the order's external id; in any case.
 */
export const idHolds = (sql: SqlClient.SqlClient, text: string): Statement.Fragment => {
  const part = text.toLowerCase()
  return sql`(strpos('process_event-' || replace(w.id::text, '-', ''), ${part}) > 0
    or strpos('event-' || replace(w.event_id::text, '-', ''), ${part}) > 0
    or strpos(lower(w.order_id), ${part}) > 0
    or exists (select from (select external_id from orders where id = w.order_id offset 0) o
      where strpos(lower(o.external_id), ${part}) > 0 offset 0))`
}

/** SQL: the text is a part of the id or of the external id of order `w`, in any case. */
export const orderIdHolds = (sql: SqlClient.SqlClient, text: string): Statement.Fragment =>
  sql`(strpos(lower(w.id), ${text.toLowerCase()}) > 0 or strpos(lower(w.external_id), ${text.toLowerCase()}) > 0)`
