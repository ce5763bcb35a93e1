/** The rows that each side has stored per event: a comparison makes sense only if they are alike. */
import type pg from "pg"

export { assertAlike } from "../RowsWritten.ts"

const statement = `select
  (select count(*) from messages)::float8 as events,
  (select sum(octet_length(body)) from messages)::float8 as message_bytes,
  (select count(*) from deliveries where state = 'delivered')::float8 as delivered,
  (select count(*) from delivery_attempts)::float8 as attempts,
  (select sum(octet_length(record) + octet_length(response)) from delivery_attempts)::float8 as attempt_bytes`

export const rowsWritten = async (client: pg.Client): Promise<Readonly<Record<string, number>>> => {
  const { rows: [row] } = await client.query<Record<string, number>>(statement)
  const { events = 0, ...rest } = row ?? {}
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value / events]))
}
