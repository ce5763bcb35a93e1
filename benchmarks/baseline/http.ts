/** The baseline behind node:http: reads an order, stores it, answers 202, and makes its callouts. */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import type { SubmittedOrder } from "../Order.ts"
import { given } from "../Side.ts"
import { open } from "./Baseline.ts"

const { databaseUrl, partnerUrl } = given()
const baseline = await open(databaseUrl, partnerUrl)

const server = createServer(async (request, response) => {
  if (request.method !== "POST" || request.url !== "/v1/orders") return void response.writeHead(404).end()
  const order = JSON.parse(await text(request)) as SubmittedOrder
  const { ended, eventId, orderId, runId } = await baseline.accept(order)
  ended.catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  const answer = JSON.stringify({ orderId, eventId, processEventId: runId, state: "running" })
  response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
  response.end(answer)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
process.once("disconnect", () => process.exit())
process.once("message", () => process.exit())
process.send?.({ pid: process.pid, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
