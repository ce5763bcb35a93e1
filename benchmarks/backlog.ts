/**
 * The cost of a long queue and many waits: a million queued runs, nine in ten of one pipeline, and 100,000 that wait,
 * half for a time and half for a partner that is down. Measures the time of a claim, the cost of the look that is taken
 * every second, and the rate at which one worker that only ends runs drains the queue. The plans go to
 * `results/backlog.txt`.
 */
import type { ClaimedRun } from "@sluice/engine/journal/Journal"
import { Journal } from "@sluice/engine/journal/Journal"
import * as QueuedRuns from "@sluice/persistence/internal/journal/claims/QueuedRuns"
import { look, queuedAtOnce } from "@sluice/persistence/internal/journal/claims/RunClaimer"
import * as JournalPg from "@sluice/persistence/journal/JournalPostgres"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Layer, Redacted, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import type pg from "pg"
import { using } from "./DatabaseServer.ts"

const queued = Number(process.env["BENCH_QUEUED"] ?? 1_000_000)
const waiting = Number(process.env["BENCH_WAITING"] ?? 100_000)
const claims = 300
const batch = queuedAtOnce

/** Each kind in a time of its own. */
const idOf = (kind: string) =>
  `lpad(to_hex(${
    1_700_000_000_000 + kind.length * 100_000_000_000
  } + n * 10::bigint), 12, '0') as hex, '${kind}-' || n as order_id`
const uuid = "(substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"

const fill = async (client: pg.Client, kind: string, count: number, members: string, values: string) => {
  const rows = `(select n, ${uuid} as uuid, order_id from (select n, ${
    idOf(kind)
  } from generate_series(1, ${count}) n) i) i`
  await client.query(`insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id)
    select order_id, 'NEW_ORDER', 'New', 1, now(), now(), uuid, uuid from ${rows}`)
  await client.query(`insert into order_versions select order_id, 1, '{"id":"' || order_id || '"}' from ${rows}`)
  await client.query(`insert into runs (id, order_id, event_id, pipeline_version, created_at, ${members})
    select uuid, order_id, uuid, 1, now(), ${values} from ${rows}`)
}

const quantile = (times: ReadonlyArray<number>, q: number): string =>
  (times.toSorted((a, b) => a - b)[Math.floor(times.length * q)] ?? 0).toFixed(1)

const figures = (times: ReadonlyArray<number>): string =>
  `p50 ${quantile(times, 0.5)} ms, p95 ${quantile(times, 0.95)} ms, p99 ${quantile(times, 0.99)} ms`

const timed = async <A>(times: Array<number>, work: () => Promise<A>): Promise<A> => {
  const begun = performance.now()
  const answer = await work()
  times.push(performance.now() - begun)
  return answer
}

const lines: Array<string> = []
const say = (line: string) => {
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

/** Claims as the journal does, without executing the runs. */
const claimAlone = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const worker = globalThis.crypto.randomUUID()
    yield* sql`insert into workers (id, alive_until) values (${worker}::uuid, 'infinity')`
    const run = Effect.runPromiseWith(yield* Effect.context<SqlClient.SqlClient>())
    const times: Array<number> = []
    const turns = new Set<string>()
    yield* Effect.promise(async () => {
      for (let n = 0; n < claims; n++) {
        await timed(times, () =>
          run(Effect.gen(function*() {
            const found = yield* sql.unsafe<QueuedRuns.Candidate>(QueuedRuns.candidates, [batch])
            const next = QueuedRuns.inTurns(found, batch, () => batch)
            if (n === 0) next.forEach(({ pipeline }) => turns.add(pipeline))
            yield* QueuedRuns.claim(next, { worker, epoch: 0 })
          })))
      }
    })
    say(`claim of ${batch} from ${queued} queued: ${figures(times)}; the first held runs of ${turns.size} pipelines`)
    const looks: Array<number> = []
    yield* Effect.promise(async () => {
      for (let n = 0; n < 200; n++) await timed(looks, () => run(sql.unsafe(look.replace("$1", `'${worker}'`))))
    })
    say(`look, with ${waiting} waiting: ${figures(looks)}`)
    for (
      const [name, text] of [["candidates", QueuedRuns.candidates.replace("$1", String(batch))], [
        "look",
        look.replace("$1", `'${worker}'`)
      ]]
    ) {
      const plan = yield* sql.unsafe<Record<"QUERY PLAN", string>>(`explain (analyze, buffers) ${text}`)
      lines.push(`\n## ${name}\n\n${plan.map((row) => row["QUERY PLAN"]).join("\n")}`)
    }
    yield* sql`update workers set fenced = true, left_orderly = true where id = ${worker}::uuid`
  }).pipe(Effect.provide(Database.layer({ url: Redacted.make(url) })), Effect.runPromise)

const drain = (url: string) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const rates: Array<number> = []
    const portion = Math.floor(queued / 10)
    let ended = 0
    let begun = performance.now()
    const end = Effect.fnUntraced(function*({ claimToken, orderId, runId }: ClaimedRun) {
      const finish = { state: "completed", failedSteps: 0, at: 1_800_000_000_000 } as const
      yield* journal.commit({ runId, orderId, claimToken, callouts: [], history: [], finish })
      ended++
      if (ended % portion !== 0) return
      const now = performance.now()
      rates.push(portion / ((now - begun) / 1000))
      begun = now
    })
    yield* journal.claimed.pipe(
      Stream.mapEffect(end, { concurrency: "unbounded", unordered: true }),
      Stream.takeUntil(() => ended >= queued),
      Stream.runDrain
    )
    say(`drained by one worker, runs/s for each tenth: ${rates.map((rate) => rate.toFixed(0)).join(" ")}`)
    say(`last tenth : first tenth = ${((rates.at(-1) ?? 0) / (rates[0] ?? 1)).toFixed(2)}`)
  }).pipe(
    Effect.provide(JournalPg.layer().pipe(Layer.provide(Database.layer({ url: Redacted.make(url) })))),
    Effect.runPromise
  )

await using(async (server) => {
  const url = await server.create("bench_backlog")
  const client = await server.connect(url)
  process.stdout.write(`storing ${queued} queued runs and ${waiting} that wait\n`)
  const pipeline = "case when n % 10 > 0 then 'burst' else 'rare-' || n % 70 end"
  await fill(client, "queued", queued, "pipeline, state", `${pipeline}, 'queued'`)
  await fill(client, "due-run", waiting / 2, "pipeline, state, due_at", "'p', 'waiting', now() + interval '1 day'")
  await fill(client, "held", waiting / 2, "pipeline, state, held_for", "'p', 'waiting', 'down.example'")
  await client.query(
    `insert into partners (host, state, retry_at) values ('down.example', 'open', now() + interval '1 day')`
  )
  await client.query("vacuum (analyze)")
  say(`PostgreSQL ${server.version}, ${queued} queued, ${waiting} waiting`)
  await claimAlone(url)
  await drain(url)
  await client.end()
  writeFileSync(new URL("./results/backlog.txt", import.meta.url), `${lines.join("\n")}\n`)
})
