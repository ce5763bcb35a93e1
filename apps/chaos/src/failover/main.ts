/**
 * `pnpm failover [--orders n]`: kills the primary of a synchronous pair under 16 clients, promotes the standby after 3 s,
 * and judges by what the clients were told, what the partner was asked and what is stored. Exit code 0 only if nothing is
 * lost or repeated and orders are taken again within 3 s of the promotion. Contract: sections 2 and 10.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Database from "@sluice/persistence/schema/Database"
import { Clock, Console, Effect, Fiber, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { spawn } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { ask } from "../load/Client.ts"
import { countingPartner } from "../partner/CountingPartner.ts"
import * as StandbyPair from "./StandbyPair.ts"

const clients = 16

/** The time between the kill and the promotion. */
const away = "3 seconds"

const server = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url))

const argument = (name: string): string | undefined => {
  const place = process.argv.indexOf(name)
  return place === -1 ? undefined : process.argv[place + 1]
}

/** A process of Sluice; its log is collected. */
const sluice = (databaseUrl: string, log: Array<string>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly kill: () => void }>((resume) => {
      const child = spawn(process.execPath, ["--conditions=@sluice/source", server], {
        env: {
          PATH: process.env["PATH"],
          PORT: "0",
          NO_COLOR: "1",
          DATABASE_URL: databaseUrl,
          SLUICE_ALLOW_NETWORKS: "127.0.0.0/8"
        },
        stdio: ["ignore", "pipe", "pipe"]
      })
      const hear = (data: Buffer) => {
        for (const line of data.toString().trimEnd().split("\n")) {
          log.push(line)
          const url = /Sluice is ready at (\S+)/.exec(line)?.[1]
          if (url !== undefined) resume(Effect.succeed({ url, kill: () => void child.kill("SIGTERM") }))
        }
      }
      child.stdout.on("data", hear)
      child.stderr.on("data", hear)
      child.once("exit", (code) => resume(Effect.die(new Error(`Sluice ended with ${code}: ${log.join("\n")}`))))
    }),
    ({ kill }) => Effect.sync(kill)
  )

const query = <A extends object>(url: string, statement: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<A>(statement)).pipe(
    Effect.provide(Database.layerPool({ url: Redacted.make(url), maxConnections: 1 }), { local: true })
  )

interface Accepted {
  readonly orderId: string
  /** Epoch milliseconds. */
  readonly at: number
}

interface Traffic {
  readonly accepted: Map<string, Accepted>
  refused: number
}

/** Clients that submit until `orders` are accepted, each order until it is. */
const submits = Effect.fnUntraced(
  function*(servers: ReadonlyArray<{ readonly url: string }>, orders: number, traffic: Traffic) {
    const clock = yield* Clock.Clock
    let next = 0
    const submit = Effect.fnUntraced(function*(client: number) {
      while (traffic.accepted.size < orders) {
        const key = `order-${next++}`
        for (let tries = 0;; tries++) {
          const base = servers[(client + tries) % servers.length]?.url ?? ""
          const body = { orderType: "NEW_ORDER", externalId: key }
          const answer = yield* ask(base, "POST", "/v1/orders", body, { "idempotency-key": key })
          if (answer.status !== 202) {
            traffic.refused++
            yield* Effect.sleep("50 millis")
            continue
          }
          const orderId = String(answer.json["orderId"])
          traffic.accepted.set(key, { orderId, at: clock.currentTimeMillisUnsafe() })
          break
        }
      }
    })
    yield* Effect.forEach(Array.from({ length: clients }, (_, client) => client), submit, {
      concurrency: "unbounded",
      discard: true
    })
  }
)

/** Compares what clients were told, what the partner was asked and what the promoted database holds. */
const compare = Effect.fnUntraced(function*(
  database: string,
  { accepted, refused }: Traffic,
  sent: ReadonlyMap<string, number>,
  { killedAt, promotedAt }: { readonly killedAt: number; readonly promotedAt: number }
) {
  const stored = yield* query<{ readonly id: string; readonly key: string }>(
    database,
    "select id, idempotency_key as key from orders"
  )
  const interrupted = yield* query<{ readonly record: string }>(
    database,
    "select record from callouts where outcome = 'interrupted'"
  )
  const ids = new Map(stored.map(({ id, key }) => [key, id]))
  const again = [...accepted.values()].filter(({ at }) => at > promotedAt)
  const told = interrupted.map(({ record }) =>
    String((JSON.parse(record) as { idempotencyKey: string }).idempotencyKey)
  )
  const repeated = [...sent].filter(([key, times]) => times > 1 + told.filter((one) => one === key).length)
  return {
    accepted: accepted.size,
    stored: stored.length,
    refused,
    lost: [...accepted].filter(([key, { orderId }]) => ids.get(key) !== orderId).length,
    twiceStored: stored.length - ids.size,
    callsRepeated: repeated.length,
    calls: [...sent.values()].reduce((sum, times) => sum + times, 0),
    interrupted: interrupted.length,
    awayMs: promotedAt - killedAt,
    againAfterPromotionMs: Math.min(...again.map(({ at }) => at)) - promotedAt
  }
})

const failover = Effect.gen(function*() {
  const orders = Number(argument("--orders") ?? 1_500)
  const bin = argument("--postgres") ?? StandbyPair.programs()
  const pair = yield* StandbyPair.make(bin)
  const [version] = yield* query<{ readonly name: string }>(pair.primary, "select version() as name")
  yield* Console.log(`${version?.name}, ${bin}`)
  const follows = `select 1 from pg_stat_replication where sync_state = 'sync'`
  yield* Effect.repeat(query(pair.primary, follows), {
    until: (rows) => rows.length > 0,
    schedule: Schedule.spaced("100 millis")
  })

  const url = `postgres://postgres@${pair.hosts}/postgres?target_session_attrs=read-write`
  const logs = [new Array<string>(), new Array<string>()]
  const servers = yield* Effect.forEach(logs, (log) => sluice(url, log), { concurrency: "unbounded" })
  const { sent, url: endpoint } = yield* countingPartner()
  const step = (id: string) => ({ name: "calloutPlugin", id, options: { endpoint } })
  yield* ask(servers[0]?.url ?? "", "PUT", "/v1/pipelines/p", { steps: [step("first"), step("second")] })
  yield* Effect.sleep("1 second")

  const clock = yield* Clock.Clock
  const traffic: Traffic = { accepted: new Map(), refused: 0 }
  const load = yield* Effect.forkChild(submits(servers, orders, traffic))

  const reached = (count: number) =>
    Effect.repeat(Effect.sync(() => traffic.accepted.size), {
      until: (size) => size >= count,
      schedule: Schedule.spaced("20 millis")
    })
  yield* reached(orders / 3)
  yield* pair.kill
  const killedAt = clock.currentTimeMillisUnsafe()
  yield* Effect.sleep(away)
  yield* query(pair.standby, "select pg_promote(true)")
  const promotedAt = clock.currentTimeMillisUnsafe()
  yield* reached(orders)
  yield* Fiber.join(load)

  const open = "select count(*)::int4 as n from runs where finished_at is null"
  yield* Effect.repeat(query<{ readonly n: number }>(pair.standby, open), {
    until: ([row]) => row?.n === 0,
    schedule: Schedule.spaced("250 millis")
  })
  const figures = yield* compare(pair.standby, traffic, sent, { killedAt, promotedAt })
  yield* Console.log(JSON.stringify(figures, null, 2))
  for (const log of logs) yield* Console.log(log.join("\n"))
  const holds = figures.lost === 0 && figures.twiceStored === 0 && figures.callsRepeated === 0
    && figures.accepted >= orders && figures.againAfterPromotionMs <= 3_000
  yield* Console.log(holds ? "everything holds" : "SOMETHING DOES NOT HOLD")
  process.exitCode = holds ? 0 : 1
}).pipe(Effect.scoped)

NodeRuntime.runMain(failover)
