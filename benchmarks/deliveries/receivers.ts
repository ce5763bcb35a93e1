/**
 * The receivers: one listener an endpoint, in a process of their own. Each answers 200 after `delayMs`; those that hang
 * never answer. Notes when each request's head was here, on the machine's clock. Started with `fork`: tells its URLs.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { clock } from "./OpenLoop.ts"

export interface Seen {
  /** Of each request: the endpoint's number, `webhook-id`, when its head was here. */
  readonly requests: ReadonlyArray<readonly [endpoint: number, id: string, at: number]>
  readonly cpuMs: number
}

export type Question = { readonly take: true } | { readonly count: true } | { readonly hanging: number }

const count = Number(process.env["BENCH_ENDPOINTS"] ?? 3)
const delayMs = Number(process.env["BENCH_DELAY_MS"] ?? 50)
const answer = Buffer.from(JSON.stringify({ received: true }))
const head = { "content-type": "application/json", "content-length": answer.length }

let requests: Array<readonly [number, string, number]> = []
/** The first so many never answer. */
let hanging = 0
let cpu = process.cpuUsage()

const receiver = async (number: number): Promise<string> => {
  const server = createServer((request, response) => {
    requests.push([number, String(request.headers["webhook-id"]), clock()])
    request.resume()
    if (number < hanging) return
    const reply = () => {
      response.writeHead(200, head)
      response.end(answer)
    }
    if (delayMs > 0) setTimeout(reply, delayMs)
    else reply()
  })
  server.keepAliveTimeout = 600_000
  server.listen(0, "127.0.0.1", 4096)
  await once(server, "listening")
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

const urls = await Promise.all(Array.from({ length: count }, (_, n) => receiver(n)))

process.on("message", (question: Question | "end") => {
  if (question === "end") process.exit()
  if ("count" in question) return void process.send?.(requests.length)
  if ("hanging" in question) {
    hanging = question.hanging
    return void process.send?.(hanging)
  }
  const used = process.cpuUsage(cpu)
  process.send?.({ requests, cpuMs: (used.user + used.system) / 1000 } satisfies Seen)
  requests = []
  cpu = process.cpuUsage()
})
process.on("disconnect", () => process.exit())
process.send?.(urls)
