/**
 * `pnpm upgrade:proof [--per-second n]`: replaces two servers of the release before by two of this one, one after the
 * other, and puts the release before back, with 200 runs in flight. Both releases work on the database side by side. Exit
 * code 0 only if no request is refused, nothing is lost or repeated, every run is completed, and both releases answer for
 * all orders. Contract: section 10, promise 7.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Database from "@sluice/persistence/schema/Database"
import { Console, Context, Effect, Fiber, Layer, Redacted, Schedule, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import process from "node:process"
import { ask } from "../load/Client.ts"
import { countingPartner } from "../partner/CountingPartner.ts"
import * as PostgresUnderTest from "../PostgresUnderTest.ts"
import { Balancer, type Server, starter } from "./Processes.ts"
import * as Releases from "./Releases.ts"

const inFlight = 200
const steps = ["first", "second", "third", "fourth"]

/** The time that the partner takes for a call: with 20 orders a second, some 280 runs are open. */
const callMs = 3_500

const perSecond = (() => {
  const place = process.argv.indexOf("--per-second")
  return place === -1 ? 20 : Number(process.argv[place + 1])
})()

interface Load {
  readonly accepted: Map<string, string>
  readonly refused: Array<string>
  readonly phase: { now: string }
  /** The number of runs in flight at the last look. */
  open: number
}

const submit = Effect.fnUntraced(function*({ accepted, phase, refused }: Load, balancer: Balancer, key: string) {
  for (;;) {
    const server = balancer.next()
    const body = { orderType: "NEW_ORDER", externalId: key }
    const { json, status } = server === undefined
      ? { json: {}, status: 0 }
      : yield* ask(server.url, "POST", "/v1/orders", body, { "idempotency-key": key })
    if (status === 202) return void accepted.set(key, String((json as { readonly orderId?: unknown }).orderId))
    refused.push(`${phase.now}: ${server?.name ?? "no server"} answered ${status} ${JSON.stringify(json)}`)
    yield* Effect.sleep("100 millis")
  }
})

/** One connection for all that the proof asks; a busy machine takes long to make it. */
const database = Effect.fnUntraced(function*(url: Redacted.Redacted) {
  const pool = yield* Layer.build(Database.layerPool({ url, maxConnections: 1, connectTimeout: "1 minute" }))
  return Context.get(pool, SqlClient.SqlClient)
})

interface Count {
  readonly n: number
}

const openRuns = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql.unsafe<Count>("select count(*)::int4 as n from runs where finished_at is null"),
    ([row]) => row?.n ?? 0
  )

/** Waits for as many runs as are to be in flight at each change. */
const enough = (sql: SqlClient.SqlClient) =>
  Effect.repeat(openRuns(sql), { until: (open) => open >= inFlight, schedule: Schedule.spaced("100 millis") })

/** The paths of orders, timelines and lists that a server does not answer with 200, each with its status. */
const unread = Effect.fnUntraced(function*({ name, url }: Server, ids: ReadonlyArray<string>) {
  const paths = ids.flatMap((id) => [`/v1/orders/${id}`, `/v1/orders/${id}/timeline`])
  const answers = yield* Effect.forEach(
    [...paths, "/v1/orders?limit=200", "/v1/process-events?state=completed&limit=200", "/v1/overview"],
    (path) => Effect.map(ask(url, "GET", path, undefined), ({ status }) => ({ path, status })),
    { concurrency: 8 }
  )
  return answers.filter(({ status }) => status !== 200).map(({ path, status }) => `${name}: GET ${path}: ${status}`)
})

/** Compares what the partner was sent, and what is stored, with what clients were told. */
const judged = Effect.fnUntraced(
  function*(sql: SqlClient.SqlClient, accepted: Load["accepted"], sent: ReadonlyMap<string, number>) {
    yield* Effect.repeat(openRuns(sql), { until: (open) => open === 0, schedule: Schedule.spaced("250 millis") })
    const stored = yield* sql.unsafe<{ readonly id: string; readonly key: string }>(
      "select id, idempotency_key as key from orders"
    )
    const states = yield* sql.unsafe<{ readonly state: string } & Count>(
      "select state, count(*)::int4 as n from runs group by state"
    )
    const interrupted = yield* sql.unsafe<{ readonly record: string }>(
      "select record from callouts where outcome = 'interrupted'"
    )
    const told = interrupted.map(({ record }) =>
      String((JSON.parse(record) as { readonly idempotencyKey: string }).idempotencyKey)
    )
    const ids = new Map(stored.map(({ id, key }) => [key, id]))
    return {
      accepted: accepted.size,
      lost: [...accepted].filter(([key, id]) => ids.get(key) !== id).length,
      twiceStored: stored.length - ids.size,
      calls: [...sent.values()].reduce((sum, times) => sum + times, 0),
      callsMissing: accepted.size * steps.length - sent.size,
      callsRepeated: [...sent].filter(([key, times]) => times > 1 + told.filter((one) => one === key).length).length,
      interrupted: told.length,
      notCompleted: states.filter(({ state }) => state !== "completed").reduce((sum, { n }) => sum + n, 0)
    }
  }
)

/** Names a phase of the proof, and says how long it took. */
const told = Effect.fnUntraced(function*<A, E, R>(what: string, load: Load, effect: Effect.Effect<A, E, R>) {
  load.phase.now = what
  const begun = performance.now()
  const result = yield* effect
  yield* Console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  return result
})

/** Replaces two servers of one release by two of another, one after the other, with enough runs in flight each time. */
const replace = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  load: Load,
  leaving: ReadonlyArray<Server>,
  start: Effect.Effect<Server, never, Scope.Scope>
) {
  const came: Array<Server> = []
  for (const server of leaving) {
    const open = yield* enough(sql)
    const fresh = yield* told(`start beside ${server.name}, ${open} runs in flight`, load, start)
    came.push(fresh)
    const [first] = load.accepted.values()
    const faults = yield* Effect.forEach([server, fresh], (one) => unread(one, first === undefined ? [] : [first]))
    load.refused.push(...faults.flat())
    yield* told(`${fresh.name} is there, ${server.name} stops, ${yield* enough(sql)} in flight`, load, server.stop)
  }
  return came
})

const proof = Effect.gen(function*() {
  const old = yield* Releases.before
  const { url } = yield* PostgresUnderTest.make
  const { sent, url: endpoint } = yield* countingPartner(callMs)
  const balancer = new Balancer()
  const sql = yield* database(url)
  const start = starter(Redacted.value(url), balancer)
  const first = [yield* start(old), yield* start(old)]
  const callout = (id: string) => ({ name: "calloutPlugin", id, options: { endpoint } })
  const [asked] = first
  yield* ask(asked?.url ?? "", "PUT", "/v1/pipelines/p", { steps: steps.map(callout) })
  yield* Effect.sleep("1 second")

  const load: Load = { accepted: new Map(), refused: [], phase: { now: "start" }, open: 0 }
  const isOn = { value: true }
  const loading = yield* Effect.forkScoped(Effect.gen(function*() {
    const orders: Array<Fiber.Fiber<void>> = []
    for (let n = 0; isOn.value; n++) {
      orders.push(yield* Effect.forkChild(submit(load, balancer, `order-${n}`)))
      // A machine that is slow gets more at once, so that enough of them are open.
      yield* Effect.sleep(load.open < inFlight ? 1000 / perSecond / 4 : 1000 / perSecond)
    }
    yield* Fiber.joinAll(orders)
  }))

  const looking = Effect.map(openRuns(sql), (open) => void (load.open = open))
  yield* Effect.forkScoped(Effect.repeat(looking, Schedule.spaced("250 millis")))
  const upgraded = yield* replace(sql, load, first, start(Releases.current))
  const back = yield* replace(sql, load, upgraded, start(old))
  const last = yield* told("start of the new release once more", load, start(Releases.current))
  isOn.value = false
  yield* Fiber.join(loading)
  const figures = yield* told("every run ends", load, judged(sql, load.accepted, sent))
  const sample = [...load.accepted.values()].filter((_, n) => n % 10 === 0)
  const faults = yield* Effect.forEach([...back, last], (server) => unread(server, sample))
  const unreadable = faults.flat()
  for (const server of [...back, last]) yield* server.stop

  yield* Console.log(
    JSON.stringify({ ...figures, refused: load.refused.length, unreadable: unreadable.length }, null, 2)
  )
  for (const line of [...load.refused, ...unreadable]) yield* Console.log(line)
  const { callsMissing, callsRepeated, lost, notCompleted, twiceStored } = figures
  const bad = callsMissing + callsRepeated + lost + notCompleted + twiceStored + load.refused.length + unreadable.length
  yield* Console.log(bad === 0 ? "everything holds" : "SOMETHING DOES NOT HOLD")
  process.exitCode = bad === 0 ? 0 : 1
}).pipe(Effect.scoped)

NodeRuntime.runMain(proof)
