/**
 * `pnpm cluster:proof [--kills n] [--cut s] [--pairs n] [part…]`: loses owners of cells in every way under load, on hosts of
 * their own, and judges by what clients were told, what the partner was asked and what is stored. Parts: `kills`, `stop`,
 * `cuts`, `freeze`, `pairs`; all of them where none is named. Exit code 0 only if everything holds.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Schedule } from "effect"
import process from "node:process"
import { ask } from "../load/Client.ts"
import * as Clients from "./Clients.ts"
import * as Fleet from "./Fleet.ts"
import { holds, judge } from "./Judgement.ts"
import * as Network from "./Network.ts"
import * as Trials from "./Trials.ts"

const cells = 3
const workers = 2

/** Of each cell; the machine has to carry all of the processes. */
const perSecond = 5

const parts = ["kills", "stop", "cuts", "freeze", "pairs"] as const

type Part = typeof parts[number]

const words = process.argv.slice(2)

const argument = (name: string, otherwise: number): number => {
  const place = words.indexOf(name)
  return place === -1 ? otherwise : Number(words[place + 1])
}

const chosen = words.filter((word): word is Part => parts.some((part) => part === word))

const isChosen = (part: Part): boolean => chosen.length === 0 || chosen.includes(part)

let failures = 0

const say = Effect.fnUntraced(function*(what: string, isRight: boolean, figures: object) {
  if (!isRight) failures++
  const rounded = JSON.stringify(
    figures,
    (_, value: unknown) => typeof value === "number" ? Math.round(value * 100) / 100 : value
  )
  yield* Console.log(`${isRight ? "holds" : "DOES NOT HOLD"}: ${what} ${rounded}`)
})

const started = Effect.gen(function*() {
  const network = yield* Network.make
  const fleet = yield* Fleet.make(network, cells)
  const api = yield* fleet.member(yield* network.host("api"), "api")
  const hosts = yield* Effect.forEach(Array.from({ length: workers }, (_, at) => `w${at}`), network.host)
  const members = yield* Effect.forEach(hosts, (host) => fleet.member(host, "api,worker"), { concurrency: 2 })
  const cluster: Trials.Cluster = { fleet, api, workers: members, cells }
  const endpoint = fleet.partner.url
  const steps = ["first", "second"].map((id) => ({ name: "calloutPlugin", id, options: { endpoint } }))
  yield* Effect.repeat(
    ask(api.url, "PUT", "/v1/pipelines/p", { steps }, { authorization: `Bearer ${Fleet.adminKey}` }),
    { until: ({ status }) => status < 300, schedule: Schedule.spaced("500 millis") }
  )
  yield* Trials.settled(cluster)
  return cluster
})

/** A new process in place of one that is gone. */
const replaced = Effect.fnUntraced(function*(cluster: Trials.Cluster, at: number) {
  const gone = cluster.workers[at]!
  yield* gone.ended
  cluster.workers[at] = yield* cluster.fleet.member(gone.host, "api,worker")
  yield* Trials.settled(cluster)
  // A window of calm, to compare with.
  yield* Effect.sleep("8 seconds")
})

const kills = Effect.fnUntraced(function*(cluster: Trials.Cluster, clients: Clients.Clients) {
  const times = argument("--kills", 20)
  const losses: Array<Trials.Loss> = []
  for (let time = 0; time < times; time++) {
    const worker = cluster.workers[time % workers]!
    const loss = yield* Trials.lose(cluster, clients, worker, Effect.sync(() => worker.signal("SIGKILL")))
    losses.push(loss)
    const { orderMs, ownedMs, runMs } = loss
    yield* Console.log(`${time + 1}: ${[ownedMs, orderMs, runMs].map(Math.round).join(" ")}`)
    if (runMs > 10_000) {
      const others = cluster.workers.filter((other) => other !== worker)
      yield* Console.log(others.map((other) => other.log()).join("\n"))
    }
    yield* replaced(cluster, time % workers)
  }
  const worst = (time: (loss: Trials.Loss) => number) => Math.max(...losses.map(time))
  const orderMs = worst((loss) => loss.orderMs)
  const runMs = worst((loss) => loss.runMs)
  const ownedMs = worst((loss) => loss.ownedMs)
  const others = Trials.othersRatio(losses)
  const refused = losses.reduce((sum, loss) => sum + loss.refused, 0)
  yield* say(`${times} owners killed`, orderMs <= 6000 && runMs <= 10_000, { orderMs, ownedMs, runMs, refused })
  yield* say("other cells do not notice", others.ratio <= 1.2, others)
})

const stop = Effect.fnUntraced(function*(cluster: Trials.Cluster, clients: Clients.Clients) {
  const worker = cluster.workers[0]!
  const { orderMs, refused, runMs } = yield* Trials.lose(
    cluster,
    clients,
    worker,
    Effect.sync(() => worker.signal("SIGTERM"))
  )
  // After SIGTERM comes the drain of half a second.
  yield* say("an owner is stopped", orderMs <= 1500 && refused === 0, { orderMs, runMs, refused })
  yield* replaced(cluster, 0)
})

const cuts = Effect.fnUntraced(function*(cluster: Trials.Cluster, clients: Clients.Clients) {
  const [lock, data] = cluster.fleet.databases
  for (
    const [what, other] of [["its databases", data], ["the requests' process", cluster.api.host], [
      "the lock store",
      lock
    ]] as const
  ) {
    const worker = cluster.workers[1]!
    const { orderMs, ownedMs, refused, runMs } = yield* Trials.lose(
      cluster,
      clients,
      worker,
      Trials.cutFor(cluster, worker.host, other, "30 seconds")
    )
    yield* say(`an owner is cut off from ${what} for 30 s`, orderMs <= 10_000, { orderMs, ownedMs, runMs, refused })
    yield* Trials.settled(cluster)
  }
})

const freeze = Effect.fnUntraced(function*(cluster: Trials.Cluster, clients: Clients.Clients) {
  const worker = cluster.workers[0]!
  const { orderMs, refused, runMs } = yield* Trials.lose(
    cluster,
    clients,
    worker,
    Effect.sync(() => worker.signal("SIGSTOP")).pipe(
      Effect.andThen(Effect.sleep("20 seconds")),
      Effect.andThen(Effect.sync(() => worker.signal("SIGCONT")))
    )
  )
  yield* say("an owner is frozen for 20 s", Number.isFinite(orderMs), { orderMs, runMs, refused })
  yield* Trials.settled(cluster)
})

/** Submits until it is accepted. */
const send = (base: string, pair: number, side: string) =>
  Effect.repeat(
    ask(base, "POST", "/v1/orders", { orderType: "NEW_ORDER", externalId: `c1-pair-${pair}` }, {
      "idempotency-key": `pair-${pair}-${side}`,
      authorization: `Bearer ${Fleet.keyOf(1)}`
    }),
    { until: ({ status }) => status === 202, schedule: Schedule.spaced("100 millis") }
  )

/** One external id under two keys, at two processes at once: both are told the same order. */
const pairs = Effect.fnUntraced(function*(cluster: Trials.Cluster) {
  const count = argument("--pairs", 10_000)
  const [one, two] = [cluster.api, cluster.workers[0]!]
  const different: Array<number> = []
  const submit = Effect.fnUntraced(function*(pair: number) {
    const both = [send(one.url, pair, "a"), send(two.url, pair, "b")]
    const answers = yield* Effect.all(both, { concurrency: 2 })
    if (new Set(answers.map(({ json }) => json["orderId"])).size !== 1) different.push(pair)
  })
  const all = Array.from({ length: count }, (_, pair) => pair)
  yield* Effect.forEach(all, submit, { concurrency: 16, discard: true })
  const stored = "select count(*)::int4 as n from orders where external_key like '%c1-pair-%'"
  const [row] = yield* Fleet.query<{ readonly n: number }>(cluster.fleet.urls[1]!, stored)
  const figures = { orders: row?.n, different: different.length }
  yield* say(`${count} pairs`, row?.n === count && different.length === 0, figures)
})

const proof = Effect.gen(function*() {
  const cluster = yield* started
  const clients = yield* Clients.make(cluster.api.url, cells, perSecond)
  yield* Effect.sleep("10 seconds")
  if (isChosen("stop")) yield* stop(cluster, clients)
  if (isChosen("kills")) yield* kills(cluster, clients)
  if (isChosen("cuts")) yield* cuts(cluster, clients)
  if (isChosen("freeze")) yield* freeze(cluster, clients)
  yield* clients.end
  const judgement = yield* judge(cluster.fleet, clients.orders)
  yield* say("nothing lost, nothing repeated", holds(judgement), judgement)
  if (isChosen("pairs")) yield* pairs(cluster)
  process.exitCode = failures === 0 ? 0 : 1
}).pipe(Effect.scoped)

NodeRuntime.runMain(proof)
