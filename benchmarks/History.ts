/**
 * Orders of the past, written by SQL: each with a version, a completed run, three steps and three callouts. Order `n` was
 * made `n` seconds after the first; its run's id begins with that time, as a UUIDv7 does.
 */
import type pg from "pg"

const start = 1_700_000_000_000
const uuid = `(substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8000-000000000000')::uuid`
const hex = (n: string) => `lpad(to_hex(${start} + ${n} * 1000::bigint), 12, '0') as hex`
const many = (from: number, to: number) =>
  `(select n, 'order-' || n as order_id, to_timestamp((${start} + n * 1000::bigint) / 1000.0) as at, ${uuid} as uuid
  from (select n, ${hex("n")} from generate_series(${from}, ${to}) n) m) m`

const record = (id: string) =>
  `'{"phase":"steps","stepId":"' || ${id} || '","name":"calloutPlugin","critical":true,"startedAt":0,"finishedAt":1}'`
const callout =
  `'{"request":0,"attempt":1,"endpoint":"http://partner/","method":"POST","idempotencyKey":"k","orderVersion":1,`
  + `"startedAt":0,"durationMs":1,"headers":{},"response":{"status":200,"headers":{}}}'`

const stepsOf = (from: number, to: number, first: number, last: number) => [
  `insert into steps select uuid, i, 'succeeded', 1, ${record("i")}
    from ${many(from, to)}, generate_series(${first}, ${last}) i`,
  `insert into callouts select uuid, gen_random_uuid(), i, 'succeeded', ${callout}, 'order', null, '{}'
    from ${many(from, to)}, generate_series(${first}, ${last}) i`
]

const run = async (client: pg.Client, statements: ReadonlyArray<string>) => {
  for (const statement of statements) await client.query(statement)
}

/** Orders `from` to `to`, both included. */
export const fill = (client: pg.Client, from: number, to: number): Promise<void> =>
  run(client, [
    `insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id)
      select order_id, 'NEW_ORDER', 'Completed', 1, at, at, uuid, uuid from ${many(from, to)}`,
    `insert into order_versions select order_id, 1, '{"id":"' || order_id || '"}' from ${many(from, to)}`,
    `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
        finished_at)
      select uuid, order_id, uuid, 'benchmark', 1, 'completed', 1, at, at, at from ${many(from, to)}`,
    ...stepsOf(from, to, 0, 2),
    "vacuum (analyze)"
  ])

/** More steps and callouts for order `n`'s run, so that it has `steps` of them; tells the run's id. */
export const lengthen = async (client: pg.Client, n: number, steps: number): Promise<string> => {
  await run(client, stepsOf(n, n, 3, steps - 1))
  const { rows: [row] } = await client.query(`select ${uuid} as id from (select ${hex(String(n))}) m`)
  return String(row.id)
}
