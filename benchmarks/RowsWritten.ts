/** The rows that each side has stored per order, table by table: a comparison makes sense only if they are alike. */
import type pg from "pg"

/** Rows and the bytes of their columns, as stored without compression. */
const statement = `select
  (select count(*) from orders)::float8 as orders,
  (select count(*) from order_versions)::float8 as versions,
  (select sum(octet_length(doc)) from order_versions)::float8 as version_bytes,
  (select count(*) from runs where state = 'completed')::float8 as completed,
  (select count(*) from steps)::float8 as steps,
  (select sum(octet_length(record)) from steps)::float8 as step_bytes,
  (select count(*) from callouts where outcome = 'succeeded')::float8 as callouts,
  (select sum(octet_length(record) + octet_length(response)) from callouts)::float8 as callout_bytes,
  (select sum(octet_length(entry)) from order_history)::float8 as history_bytes`

export type RowsWritten = Readonly<Record<string, number>>

/** For each order: how many rows of each kind, and how many bytes. */
export const rowsWritten = async (client: pg.Client): Promise<RowsWritten> => {
  const { rows: [row] } = await client.query<Record<string, number>>(statement)
  if (row === undefined) throw new Error("no answer")
  const { orders = 0, ...rest } = row
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value / orders]))
}

/** Fails where the sides did not store the same, within one percent. */
export const assertAlike = (baseline: RowsWritten, sluice: RowsWritten): void => {
  for (const [name, value] of Object.entries(baseline)) {
    const other = sluice[name] ?? 0
    if (Math.abs(other / value - 1) > 0.01) {
      throw new Error(`the sides do not store the same: ${name} per order ${value} and ${other}`)
    }
  }
}
