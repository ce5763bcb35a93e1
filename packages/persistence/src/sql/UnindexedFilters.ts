/**
 * Filters that no index serves: an e-mail address somewhere in an order, a partner that a run called. They are rare, and
 * an index would be paid by every order; so a page walks a bounded number of rows, newest first, and gives what it met:
 * maybe less than was asked for, maybe nothing, with a cursor that goes on where the walk stopped.
 *
 * `offset 0` keeps the question with the row that is walked: as a join it would be asked of the whole table, which seems
 * cheap as long as that was never analysed.
 */
import type { SqlClient, Statement } from "effect/sql"

/** Orders or runs that one page looks at. */
export const walked = 5000

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** The order `id` at `version` holds the address as one of its texts, in any case. */
export const holdsEmail = (
  sql: SqlClient.SqlClient,
  email: string,
  order: { readonly id: string; readonly version: string }
): Statement.Fragment =>
  sql`exists (select from order_versions v where v.order_id = ${sql.literal(order.id)}
    and v.version = ${sql.literal(order.version)}
    and strpos(lower(v.doc), ${JSON.stringify(email.toLowerCase())}) > 0 offset 0)`

/** Run `id` has called the partner: `host` as in a URL, with the port where it is not the scheme's own. */
export const called = (sql: SqlClient.SqlClient, host: string, id: string): Statement.Fragment =>
  sql`exists (select from callouts c where c.run_id = ${sql.literal(id)}
    and c.record ~* ${`"endpoint":"https?://([^/?#@"]*@)?${quoted(host)}[/?#"]`} offset 0)`
