/**
 * The program written by hand behind node:http: reads an order, stores it, answers 202, and makes its callouts. With
 * `Prefer: wait` it answers 200 when the run has ended, with the order and the run, as Sluice does.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { pipelineName, type SubmittedOrder } from "../Order.ts"
import { given } from "../Side.ts"
import { type Ended, open, type Schema } from "./Baseline.ts"
import type { StepRow } from "./Rows.ts"

const { databaseUrl, partnerUrl } = given()
const baseline = await open(databaseUrl, partnerUrl, process.env["BENCH_SCHEMA"] as Schema ?? "today")

const stepText = ({ callout, response, step }: StepRow): string => {
  const { response: answered, ...record } = JSON.parse(callout) as { readonly response: object }
  const body = `{"body":${response.toString("utf8")},${JSON.stringify(answered).slice(1)}`
  return `${step.slice(0, -1)},"callouts":[${JSON.stringify(record).slice(0, -1)},"response":${body}}]}`
}

const endedText = (runId: string, { document, steps }: Ended): string =>
  `{"order":${document},"processEvent":{"id":"${runId}","pipeline":"${pipelineName}","state":"completed","steps":[${
    steps.map(stepText).join(",")
  }]}}`

const answer = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
}

const submit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const order = JSON.parse(await text(request)) as SubmittedOrder
  const { ended, eventId, orderId, runId } = await baseline.accept(order, String(request.headers["idempotency-key"]))
  if (request.headers["prefer"] !== undefined) return answer(response, 200, endedText(runId, await ended))
  ended.catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  answer(response, 202, JSON.stringify({ orderId, eventId, processEventId: runId, state: "running" }))
}

const server = createServer((request, response) => {
  if (request.method !== "POST" || request.url !== "/v1/orders") return void response.writeHead(404).end()
  submit(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    response.writeHead(500).end()
  })
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
process.once("disconnect", () => process.exit())
process.once("message", () => process.exit())
process.send?.({ pid: process.pid, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
