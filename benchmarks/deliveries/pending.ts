/**
 * A million pending deliveries: how long a claim takes with the batch that the product uses, nearly all in the lane of a
 * dead endpoint and due, the rest over a hundred others. And what an idle worker asks. The plans, with the times, go to
 * `results/deliveries-pending.txt`.
 */
import * as EndpointQueues from "@sluice/delivery/internal/EndpointQueues"
import { claimStatement, nextStatement } from "@sluice/persistence/internal/deliveries/ClaimStatement"
import { DeliverySignal } from "@sluice/persistence/internal/outbox/DeliverySignal"
import { steadyPlans } from "@sluice/persistence/internal/sql/StatementPlans"
import * as Database from "@sluice/persistence/schema/Database"
import { Layer, ManagedRuntime, Redacted } from "effect"
import { writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { type DatabaseServer, using } from "../DatabaseServer.ts"
import { dispatching } from "../sluice/Webhooks.ts"
import { idOf, store } from "./Endpoints.ts"
import { quantile } from "./Probe.ts"

const pending = Number(process.env["BENCH_PENDING"] ?? 1_000_000)
const endpoints = 100
const claims = 300
const idleSeconds = Number(process.env["BENCH_SECONDS"] ?? 60)

const lines: Array<string> = []
const say = (line: string) => {
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

const figures = (times: ReadonlyArray<number>): string => {
  const sorted = times.toSorted((a, b) => a - b)
  return [0.5, 0.95, 0.99].map((q) => `p${q * 100} ${quantile(sorted, q).toFixed(1)} ms`).join(", ")
}

/** UUIDv7s, as ours are, so that neighbours in time are neighbours in the indexes. */
const uuid = (n: string, kind: number) =>
  `(lpad(to_hex(1700000000000 + ${n}), 12, '0') || '7000800${kind}' || lpad(to_hex(${n}), 12, '0'))::uuid`

/** Nine in ten at the first endpoint; half of those, and of the others, are due, half wait for their next attempt. */
const fill = async (client: pg.Client) => {
  const endpoint = `case when n % 10 > 0 then '${
    idOf(0)
  }' else 'endpoint-' || lpad((n / 10 % ${endpoints})::text, 3, '0') end`
  await client.query(`with m as (
      insert into messages (id, type, created_at, body)
      select ${uuid("n", 1)}, 'address.added', now(), '{"id":"event-1"}' from generate_series(1, ${pending}) n
      returning id, seq, type, created_at),
    n as (select m.*, row_number() over (order by seq) as n from m)
    insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at)
    select ${uuid("n.n", 2)}, n.id, n.seq, ${endpoint}, 'e:' || ${endpoint}, n.type, 'pending',
      now() + (n.n % 2) * interval '1 day', n.created_at from n`)
  await client.query("vacuum (analyze)")
  await client.query("checkpoint")
}

/** As attempts end; of what it writes here, only the claims count that come after it. */
const deliver = (client: pg.Client, ids: ReadonlyArray<string>) =>
  client.query(
    `update deliveries set state = 'delivered', due_at = null, claim = null, claimed_until = null, attempts = 1, round = 1,
      finished_at = clock_timestamp() where id = any($1::uuid[])`,
    [ids]
  )

const request = (
  lanes: ReadonlyArray<string>,
  room: ReadonlyArray<number>
) => [lanes, room, EndpointQueues.bounds.initial]

/** As the dispatcher asks: once with nothing known, then with room in every lane but the dead one's. */
const claimAlone = async (client: pg.Client) => {
  for (const [name, value] of Object.entries(steadyPlans)) await client.query(`set ${name} = '${value}'`)
  const cases = {
    "all lanes have room": request([], []),
    "the dead lane has room for two": request([`e:${idOf(0)}`], [2]),
    "only the dead lane has room": request(
      Array.from({ length: endpoints }, (_, n) => `e:${idOf(n)}`),
      Array.from({ length: endpoints }, (_, n) => n === 0 ? EndpointQueues.bounds.most : 0)
    )
  }
  for (const [name, asked] of Object.entries(cases)) {
    const times: Array<number> = []
    const inFlight: Array<string> = []
    let taken = 0
    for (let n = 0; n < claims; n++) {
      const mark = globalThis.crypto.randomUUID()
      const begun = performance.now()
      const { rows } = await client.query({
        name: "claim",
        text: claimStatement,
        values: [...asked, EndpointQueues.batch, mark]
      })
      times.push(performance.now() - begun)
      taken += rows.length
      inFlight.push(...rows.map(({ id }) => id as string))
      // What is beyond a process's bound has ended by now; the rest is what the next claim finds claimed.
      if (inFlight.length > EndpointQueues.total) {
        await deliver(client, inFlight.splice(0, inFlight.length - EndpointQueues.total))
      }
    }
    await deliver(client, inFlight)
    say(
      `claim of ${EndpointQueues.batch} from ${pending} pending, ${name}: ${figures(times)}; ${
        taken / claims
      } taken on average`
    )
  }
  const next: Array<number> = []
  for (let n = 0; n < claims; n++) {
    const begun = performance.now()
    await client.query({ name: "next", text: nextStatement, values: request([], []) })
    next.push(performance.now() - begun)
  }
  say(`when the next one is due: ${figures(next)}`)
  const explain = async (name: string, text: string, values: Array<unknown>) => {
    await client.query("begin")
    const { rows } = await client.query(`explain (analyze, buffers) ${text}`, values)
    await client.query("rollback")
    lines.push(`\n## ${name}\n\n${rows.map((row) => row["QUERY PLAN"]).join("\n")}`)
  }
  const mark = globalThis.crypto.randomUUID()
  await explain("claim", claimStatement, [...cases["all lanes have room"], EndpointQueues.batch, mark])
  await explain("when the next one is due", nextStatement, request([], []))
}

/** Transactions of a dispatcher that has nothing to do, with those that count them taken off. */
const idle = async (server: DatabaseServer) => {
  const url = await server.create("bench_idle")
  const client = await server.connect(url)
  await store(client, ["http://127.0.0.1:9/hook"], ["*"])
  const runtime = ManagedRuntime.make(
    dispatching([]).pipe(
      Layer.provide(DeliverySignal.layer),
      Layer.provide(Database.layer({ url: Redacted.make(url) }))
    )
  )
  await runtime.context()
  await sleep(3000)
  const count = async () => {
    const { rows: [row] } = await client.query<{ n: number }>(
      "select (xact_commit + xact_rollback)::int as n from pg_stat_database where datname = current_database()"
    )
    return row?.n ?? NaN
  }
  const before = await count()
  await sleep(idleSeconds * 1000)
  const counted = await count() - before - 1
  say(`idle: ${(counted / idleSeconds).toFixed(2)} statements/s for deliveries`)
  await runtime.dispose()
  await client.end()
}

await using(async (server) => {
  const url = await server.create("bench_pending")
  const client = await server.connect(url)
  await store(client, Array.from({ length: endpoints }, (_, n) => `http://127.0.0.1:9/${n}`), ["address.added"])
  process.stdout.write(`storing ${pending} pending deliveries\n`)
  await fill(client)
  say(`PostgreSQL ${server.version}, ${pending} pending deliveries of ${endpoints} endpoints`)
  await claimAlone(client)
  await client.end()
  const plans = lines.splice(lines.findIndex((line) => line.startsWith("\n## ")))
  await idle(server)
  writeFileSync(new URL("../results/deliveries-pending.txt", import.meta.url), `${[...lines, ...plans].join("\n")}\n`)
})
