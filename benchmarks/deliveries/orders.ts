/**
 * The cost of webhooks for the orders that make them: 64 orders in flight, each with three callouts, without endpoints; with
 * three endpoints, whose deliveries are only stored; and with the same sent by the process that runs the orders, to
 * receivers that answer in 50 ms. In alternating rounds, each on a database of its own. `BENCH_WEBHOOKS` names the types that
 * the endpoints take, for example the state events: order.updated,order.status_changed,order.completed.
 */
import { start } from "../Child.ts"
import { using } from "../DatabaseServer.ts"
import { save } from "../Report.ts"
import type { Measured } from "../Side.ts"
import { store } from "./Endpoints.ts"
import { awaitRecorded } from "./Probe.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 5)
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const round = { inFlight: 64, seconds, maxOrders: 1e9 }
const webhooks = (process.env["BENCH_WEBHOOKS"] ?? "order.subscription_update").split(",")

interface Figures extends Measured {
  /** From the first order until every delivery of the round's orders is recorded as delivered. */
  readonly untilSentSeconds: number
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

await using(async (server) => {
  const partner = await start("./partner.ts")
  const { port } = partner.greeting as { readonly port: number }
  const receivers = await start("./deliveries/receivers.ts")
  const urls = receivers.greeting as ReadonlyArray<string>

  const world = async (name: "without" | "enqueuing" | "sending") => {
    const url = await server.create(`bench_${name}`)
    const client = await server.connect(url)
    if (name !== "without") await store(client, urls, webhooks)
    const child = await start("./sluice/main.ts", {
      BENCH_DATABASE_URL: url,
      BENCH_PARTNER_URL: `http://127.0.0.1:${port}`,
      BENCH_ORDER_TYPE: "UPDATE_SUBSCRIPTION",
      BENCH_ENDPOINT_URLS: JSON.stringify(urls),
      BENCH_SENDS: name === "sending" ? "yes" : "no"
    })
    return { name, client, child }
  }
  const worlds = [await world("without"), await world("enqueuing"), await world("sending")]
  const figures = { without: [], enqueuing: [], sending: [] } as Record<string, Array<Figures>>

  const measure = async ({ child, client, name }: typeof worlds[number]): Promise<Figures> => {
    await client.query("checkpoint")
    const begun = performance.now()
    const measured = await child.ask(round) as Measured
    if (name === "sending") await awaitRecorded(client)
    const untilSentSeconds = (performance.now() - begun) / 1000
    await receivers.ask({ take: true })
    return { ...measured, untilSentSeconds }
  }

  for (const it of worlds) await measure(it)
  for (let n = 0; n < rounds; n++) {
    for (const it of n % 2 === 0 ? worlds : worlds.toReversed()) {
      const found = await measure(it)
      figures[it.name]?.push(found)
      process.stdout.write(
        `round ${n + 1}, ${it.name}: ${found.ordersPerSecond.toFixed(0)} orders/s, ${
          (found.orders / found.untilSentSeconds).toFixed(0)
        }/s with all sent, ${found.cpuMsPerOrder.toFixed(2)} ms of processor time an order\n`
      )
    }
  }
  const ratio = (name: string, of: (one: Figures) => number) =>
    median((figures[name] ?? []).map((one, n) => of(one) / (figures["without"]?.[n]?.ordersPerSecond ?? NaN)))
  const ratios = {
    enqueuing: ratio("enqueuing", (one) => one.ordersPerSecond),
    sending: ratio("sending", (one) => one.ordersPerSecond),
    untilSent: ratio("sending", (one) => one.orders / one.untilSentSeconds)
  }
  const cpu = (name: string) => median((figures[name] ?? []).map(({ cpuMsPerOrder }) => cpuMsPerOrder)).toFixed(2)
  process.stdout.write(
    `orders/s : without = ${ratios.enqueuing.toFixed(2)} enqueuing (promised >= 0.9), ${
      ratios.sending.toFixed(2)
    } sending, ${ratios.untilSent.toFixed(2)} until all is sent (promised >= 0.5)\n`
      + `ms of processor time an order: ${cpu("without")} without, ${cpu("enqueuing")} enqueuing, ${
        cpu("sending")
      } sending\n`
  )
  const { rows: [row] } = await worlds[2]?.client.query(
    "select (select count(*) from deliveries)::float8 / (select count(*) from orders) as per_order"
  ) ?? { rows: [] }
  if (row?.per_order !== 3 * webhooks.length) throw new Error(`${row?.per_order} deliveries per order`)
  if (rounds >= 5) {
    save(webhooks.length === 1 ? "deliveries-orders" : "deliveries-orders-types", {
      conditions: { postgres: server.version, seconds, inFlight: 64, endpoints: 3, answersAfterMs: 50, webhooks },
      ratios,
      figures
    })
  }
  for (const it of worlds) {
    await it.child.end()
    await it.client.end()
  }
  await receivers.end()
  await partner.end()
})
