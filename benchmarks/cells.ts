/**
 * The first page of a list over 8 cells with 1,000,000 orders, and whether the pages come in the order of a full sort. A
 * process with `SLUICE_ROLES=api`, 8 databases of one PostgreSQL, rows that are written by SQL: every third order was made
 * in the same millisecond as its neighbours in other cells, so that ids decide. One request at a time, after a first round
 * that warms the caches. `BENCH_ROWS`, `BENCH_REQUESTS` and `BENCH_WALK` (orders that are walked through) change the size.
 * Leaves `results/cells.json`.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Pool } from "undici"
import { type DatabaseServer, using } from "./DatabaseServer.ts"
import { summary } from "./Latencies.ts"
import { startServer } from "./sluice/Server.ts"

const rows = Number(process.env["BENCH_ROWS"] ?? 1_000_000)
const requests = Number(process.env["BENCH_REQUESTS"] ?? 1000)
const walked = Number(process.env["BENCH_WALK"] ?? 100_000)
const cells = 8

const begin = Date.UTC(2026, 0, 1)

/** Row `n` of a cell is order `g` of all; three at a time share a millisecond, of whatever cells they are. */
const statements = (cell: number): ReadonlyArray<string> => {
  const g = `(n * ${cells}::bigint + ${cell})`
  const at = `to_timestamp((${begin} + ${g} / 3 * 250) / 1000.0)`
  const digits = (salt: string) =>
    `lpad(to_hex(${begin} + ${g} / 3 * 250), 12, '0') || '7' || substr(md5('${salt}' || ${g}), 1, 3) || '8'`
    + ` || substr(md5(${g} || '${salt}'), 1, 12) || '${cell.toString(16).padStart(3, "0")}'`
  const order = `'order-' || ${digits("o")}`
  const [run, event] = [`(${digits("r")})::uuid`, `(${digits("e")})::uuid`]
  const type = `case when n % 1000 = 0 then 'CANCEL_ORDER' else 'NEW_ORDER' end`
  const document = `'{"id":"' || ${order} || '","orderType":"' || ${type} || '","status":"New","externalId":"e' || ${g}`
    + ` || '","customerEmail":"a' || ${g} || '@example.com","items":[{"sku":"fibre-500","quantity":1}],`
    + `"createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","version":1}'`
  return [
    `insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
      select ${order}, 'e' || ${g}, ${type}, 'New', 1, ${at}, ${at}, ${event}, ${run}`,
    `insert into order_versions select ${order}, 1, ${document}`,
    `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
        finished_at, failed_steps)
      select ${run}, ${order}, ${event}, 'p', 1, 'completed', 1, ${at}, ${at}, ${at}, 0`
  ].map((statement) => `${statement} from generate_series(0, ${rows / cells - 1}) n`)
}

const fill = async (server: DatabaseServer, url: string, cell: number): Promise<void> => {
  const client = await server.connect(url)
  for (const statement of statements(cell)) await client.query(statement)
  await client.query("vacuum analyze")
  await client.end()
}

interface Page {
  readonly items: ReadonlyArray<{ readonly id: string }>
  readonly nextCursor: string | null
}

const read = async (pool: Pool, path: string): Promise<Page> => {
  const { body, statusCode } = await pool.request({ method: "GET", path })
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${await body.text()}`)
  return await body.json() as Page
}

/** The times of as many first pages, after half as many that are not counted: the process is warm then. */
const measured = async (pool: Pool, path: string) => {
  const times: Array<number> = []
  const begun = performance.now()
  for (let n = -requests / 2; n < requests; n++) {
    const sent = performance.now()
    await read(pool, path)
    if (n >= 0) times.push(performance.now() - sent)
  }
  const { p50Ms, p99Ms } = summary(requests, (performance.now() - begun) / 1000, times)
  return { path, p50Ms, p99Ms }
}

const descending = (a: string, b: string): number => a === b ? 0 : a < b ? 1 : -1

/** The ids of the newest orders, by a sort of what all cells have. */
const sorted = async (server: DatabaseServer, urls: ReadonlyArray<string>, count: number) => {
  const all: Array<{ readonly id: string; readonly at: string }> = []
  for (const url of urls) {
    const client = await server.connect(url)
    const { rows } = await client.query(
      `select id, to_char(created_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS') as at from orders
        order by created_at desc, id desc limit ${count}`
    )
    for (const row of rows) all.push(row)
    await client.end()
  }
  return all.toSorted((a, b) => descending(a.at, b.at) || descending(a.id, b.id)).slice(0, count).map(({ id }) => id)
}

/** The ids of as many orders, page by page. */
const walk = async (pool: Pool, count: number): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  let cursor: string | null = ""
  while (ids.length < count && cursor !== null) {
    const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page = await read(pool, `/v1/orders?limit=200${after}`)
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  return ids.slice(0, count)
}

await using(async (server) => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-cells-"))
  const urls: Array<string> = []
  for (let cell = 0; cell < cells; cell++) {
    urls.push(await server.create(`cell_${cell}`, false))
  }
  const file = join(directory, "cells.json")
  await writeFile(file, JSON.stringify({ cells: urls.map((databaseUrl, id) => ({ id, databaseUrl })) }))
  const sluice = await startServer({ SLUICE_CELLS: file, SLUICE_ROLES: "api", SLUICE_DATA_DIR: directory })
  for (const [cell, url] of urls.entries()) await fill(server, url, cell)
  const pool = new Pool(sluice.url, { connections: 1 })
  const lists = [
    "/v1/orders",
    "/v1/orders?limit=200",
    "/v1/orders?orderType=CANCEL_ORDER",
    "/v1/process-events",
    "/v1/process-events?state=completed"
  ]
  const figures: Array<Awaited<ReturnType<typeof measured>>> = []
  for (const path of lists) {
    const figure = await measured(pool, path)
    figures.push(figure)
    process.stdout.write(`${path}: p50 ${figure.p50Ms.toFixed(1)} ms, p99 ${figure.p99Ms.toFixed(1)} ms\n`)
  }
  const count = Math.min(rows, walked)
  const [expected, found] = [await sorted(server, urls, count), await walk(pool, count)]
  const differs = expected.findIndex((id, at) => found[at] !== id)
  const isSorted = differs === -1 && found.length === count
  process.stdout.write(`${count} orders page by page: ${isSorted ? "as sorted" : `DIFFERENT from ${differs} on`}\n`)
  const results = { rows, cells, requests, figures, walked: count, isSorted }
  await writeFile(new URL("results/cells.json", import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
  await pool.close()
  await sluice.stop()
  await rm(directory, { recursive: true, force: true })
  if (!isSorted) process.exitCode = 1
})
