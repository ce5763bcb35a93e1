/**
 * A partner system for chaos: answers as configured, and keeps its own append-only log. Plain Node, so that it is
 * independent of the code under test.
 */
import { Clock, Effect } from "effect"
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Asked } from "../evidence/Evidence.ts"
import { later } from "../wire/Later.ts"
import * as Loopback from "../wire/Loopback.ts"

/** The parts of a request that decide the reaction. */
export interface Question {
  readonly kind: string
  readonly path: string
  readonly key: string
  /** The number of the request with this key, from 1. */
  readonly number: number
  readonly sender: string
}

export type Reply =
  | { readonly _tag: "Answer"; readonly status: number; readonly body: string | Uint8Array; readonly afterMs?: number }
  /** The connection is reset instead of answered. */
  | { readonly _tag: "Reset" }
  /** Half of the announced bytes are sent, then the connection is closed. */
  | { readonly _tag: "Cut" }
  /** Nothing is sent until the caller closes the connection. */
  | { readonly _tag: "Hang" }
  /** The head is sent, and then a byte each second. */
  | { readonly _tag: "Drip" }
  /** A gigabyte is sent, as fast as it is read. */
  | { readonly _tag: "Flood" }
  /** NUL bytes are sent where JSON is announced. */
  | { readonly _tag: "Nul" }

export interface PartnerOptions {
  /** Decides at once or later: a test may hold an answer back. */
  readonly reply: (question: Question) => Reply | Promise<Reply>
  /** Called when a request has arrived and is not answered yet. */
  readonly arrived?: (question: Question) => void
  /** Called when the answer may come to the callback URL with this token. */
  readonly awaited?: (of: { readonly key: string; readonly token: string }) => void
  /** Called when the last byte of the answer was written. */
  readonly answered?: (question: Question) => void
  /** The worker, in the database, of the process that sent a request. */
  readonly holderOf?: (sender: string) => string
}

export interface Partner {
  readonly port: number
  readonly log: ReadonlyArray<Asked>
}

/** The log's own kind of entry: what is not known at the arrival is set once. */
type Entry = { -readonly [K in keyof Asked]: Asked[K] }

const gigabyte = 1 << 30
const block = Buffer.alloc(1 << 16, "x")

const flood = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": String(gigabyte) })
  let left = gigabyte
  const pour = () => {
    while (left > 0 && !response.destroyed) {
      left -= block.length
      if (!response.write(block)) return void response.once("drain", pour)
    }
    response.end()
  }
  pour()
}

const drip = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "application/json" })
  const next = () => {
    if (response.destroyed) return
    response.write(" ")
    later(1000, next)
  }
  next()
}

const give = (reply: Reply, request: IncomingMessage, response: ServerResponse): void => {
  switch (reply._tag) {
    case "Answer":
      response.writeHead(reply.status, {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(reply.body))
      })
      return void response.end(reply.body)
    case "Reset":
      return void request.socket.resetAndDestroy()
    case "Cut":
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
      return void response.write(Buffer.alloc(500, " "), () => response.socket?.destroy())
    case "Hang":
      return
    case "Drip":
      return drip(response)
    case "Flood":
      return flood(response)
    case "Nul":
      response.writeHead(200, { "content-type": "application/json" })
      return void response.end(Buffer.from([0x7b, 0, 0, 0, 0xed, 0xa0, 0x80, 0x7d]))
  }
}

const one = (value: string | ReadonlyArray<string> | undefined): string =>
  typeof value === "string" ? value : value?.join(",") ?? ""

/** Listens on a free port of loopback until the scope closes. */
export const make = Effect.fnUntraced(function*(options: PartnerOptions) {
  const clock = yield* Clock.Clock
  const log: Array<Entry> = []
  const numbers = new Map<string, number>()

  const received = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { headers } = request
    const path = request.url ?? ""
    const sender = one(headers["chaos-sender"])
    const key = one(headers["idempotency-key"])
    const count = headers["x-delivery-count"]
    const webhookId = headers["webhook-id"]
    const entry: Entry = {
      sender,
      holder: options.holderOf?.(sender) ?? "",
      path,
      kind: path.split("/")[1] ?? "",
      key,
      ...(count !== undefined && { deliveryCount: Number(count) }),
      ...(webhookId !== undefined && { webhookId: one(webhookId) }),
      body: createHash("sha256").update(body).digest("hex"),
      arrivedAt: clock.currentTimeMillisUnsafe(),
      answer: "none"
    }
    log.push(entry)
    const identity = key === "" ? entry.webhookId ?? path : key
    const number = (numbers.get(identity) ?? 0) + 1
    numbers.set(identity, number)
    const question = { kind: entry.kind, path, key, number, sender }
    response.on("finish", () => {
      entry.answeredAt = clock.currentTimeMillisUnsafe()
      options.answered?.(question)
    })
    options.arrived?.(question)
    const token = one(headers["sluice-callback-url"]).split("/").at(-1) ?? ""
    if (token !== "") options.awaited?.({ key, token })
    void Promise.resolve(options.reply(question)).then((reply) => {
      const answer = () => {
        if (response.destroyed) return void (entry.answer = "abandoned")
        entry.answer = reply._tag === "Answer" ? reply.status : reply._tag === "Nul" ? 200 : reply._tag
        give(reply, request, response)
      }
      if (reply._tag === "Answer" && reply.afterMs !== undefined) later(reply.afterMs, answer)
      else answer()
    })
  }

  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    // A request that did not arrive completely does not count.
    request.on("end", () => received(request, response, Buffer.concat(chunks)))
    request.on("error", () => response.destroy())
    response.on("error", () => response.destroy())
  })
  const port = yield* Loopback.listen(server, () => server.closeAllConnections())
  return { port, log } satisfies Partner
})
