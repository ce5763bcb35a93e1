/**
 * Load from outside: partner and customer in one process of its own. An order is in flight from its POST to its third
 * callout, which the partner sees; only the commit that ends it comes later. So both sides are watched alike, and
 * neither is asked how far it has come.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { performance } from "node:perf_hooks"
import { Pool } from "undici"
import { summary } from "./Latencies.ts"
import { idempotencyKey, order, steps } from "./Order.ts"
import { nextAnswer } from "./PartnerAnswers.ts"
import type { Round } from "./Side.ts"

export interface LoadRound extends Round {
  /** Several are asked in turn. */
  readonly serverUrl: string | ReadonlyArray<string>
  /** An API key, where the server asks for one. */
  readonly key?: string
  /** Changes every n-th order with a PATCH, once it was taken in; 0: none. */
  readonly patchEvery?: number
}

const last = `/${steps.at(-1)}`

let ended = () => {}
/** Ends the load that is running before its time. */
let stop = () => {}

const partner = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    const { answer, head } = nextAnswer()
    response.writeHead(200, head)
    response.end(answer)
    if (request.url === last) ended()
  })
})
partner.keepAliveTimeout = 600_000
partner.listen(0, "127.0.0.1")
await once(partner, "listening")

let made = 0
let customer: { readonly urls: string; readonly pools: ReadonlyArray<Pool> } | undefined

const poolsFor = (urls: ReadonlyArray<string>): ReadonlyArray<Pool> => {
  if (customer?.urls !== urls.join()) {
    customer = { urls: urls.join(), pools: urls.map((url) => new Pool(url, { connections: 64 / urls.length })) }
  }
  return customer.pools
}

const load = ({ inFlight, key, maxOrders, patchEvery = 0, seconds, serverUrl, waits = false }: LoadRound) =>
  new Promise((resolve, reject) => {
    const pools = poolsFor([serverUrl].flat())
    const headers = {
      "content-type": "application/json",
      ...(waits && { prefer: "wait=60" }),
      ...(key !== undefined && { authorization: `Bearer ${key}` })
    }
    const expected = waits ? 200 : 202
    const latencies: Array<number> = []
    const begun = performance.now()
    let until = begun + seconds * 1000
    stop = () => {
      until = 0
    }
    let started = 0
    let open = 0
    const patch = async (pool: Pool, orderId: string) => {
      const { body, statusCode } = await pool.request({
        method: "PATCH",
        path: `/v1/orders/${orderId}`,
        headers,
        body: JSON.stringify({ tags: ["changed"] })
      })
      await body.dump()
      if (statusCode !== 200) throw new Error(`PATCH answered ${statusCode}`)
    }
    const submit = async () => {
      started++
      open++
      const at = performance.now()
      const number = made++
      const submitted = order(number)
      const pool = pools[started % pools.length]
      if (pool === undefined) throw new Error("no server is named")
      const { body, statusCode } = await pool.request({
        method: "POST",
        path: "/v1/orders",
        headers: { ...headers, "idempotency-key": idempotencyKey(submitted) },
        body: JSON.stringify(submitted)
      })
      const text = await body.text()
      if (statusCode !== expected) throw new Error(`answered ${statusCode}: ${text}`)
      latencies.push(performance.now() - at)
      if (patchEvery > 0 && number % patchEvery === 0) {
        await patch(pool, (JSON.parse(text) as { readonly orderId: string }).orderId)
      }
      if (waits) next()
    }
    const next = () => {
      open--
      if (performance.now() < until && started < maxOrders) submit().catch(reject)
      // The last answers may still be on their way.
      else if (open === 0) setImmediate(() => resolve(summary(started, (performance.now() - begun) / 1000, latencies)))
    }
    ended = waits ? () => {} : next
    for (let n = 0; n < inFlight; n++) submit().catch(reject)
  })

process.once("disconnect", () => process.exit())
process.on("message", (message: LoadRound | "stop" | "end") => {
  if (message === "end") process.exit()
  if (message === "stop") {
    stop()
    return
  }
  load(message).then((measured) => process.send?.(measured), (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})
process.send?.({ port: (partner.address() as AddressInfo).port })
