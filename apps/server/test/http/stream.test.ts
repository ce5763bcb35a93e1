import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { get, type IncomingMessage, type ServerResponse } from "node:http"
import { connect } from "node:net"
import { text } from "node:stream/consumers"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const open = (url: string) => Effect.promise(() => new Promise<IncomingMessage>((resolve) => get(url, resolve)))

/** The data of each event; whatever is not one of ours fails. */
const eventsIn = (stream: string) =>
  stream.split("\n\n").filter((block) => block !== "" && !block.startsWith(":")).map((block) => {
    const [, data] = /^event: process-event\ndata: (.*)$/.exec(block) ?? []
    return JSON.parse(data ?? "null")
  })

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("stream", (it) => {
  it.effect("the stream sends the whole process event first, then each change, and closes at the end of the run", () =>
    Effect.gen(function*() {
      const { ask, url } = yield* Sluice
      const partner = yield* Partner
      const call = Promise.withResolvers<ServerResponse>()
      partner.answer("/two", (_, response) => call.resolve(response))
      const step = (id: string) => ({ name: "calloutPlugin", id, options: { endpoint: `${partner.url}/${id}` } })
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [step("one"), step("two")] } })
      const { json } = yield* ask("POST", "/v1/orders", { body: { orderType: "A" } })
      yield* Effect.promise(() => call.promise)

      const stream = yield* open(`${url}/v1/process-events/${json.processEventId}/stream`)
      assert.match(String(stream.headers["content-type"]), /^text\/event-stream/)
      yield* Effect.promise(() => new Promise<void>((resolve) => stream.once("readable", () => resolve())))
      const response = yield* Effect.promise(() => call.promise)
      response.end("{}")
      const events = eventsIn(yield* Effect.promise(() => text(stream)))

      const [first, last] = [events[0], events.at(-1)]
      assert.deepInclude(first, { id: json.processEventId, state: "running" })
      assert.strictEqual(first.steps[0].state, "succeeded")
      assert.strictEqual(last.state, "completed")
      assert.deepStrictEqual(last, (yield* ask("GET", `/v1/process-events/${json.processEventId}`)).json)
      const after = yield* open(`${url}/v1/process-events/${json.processEventId}/stream`)
      assert.deepStrictEqual(eventsIn(yield* Effect.promise(() => text(after))), [last])
    }))

  it.effect("a request that is not valid HTTP is answered with a problem document, too", () =>
    Effect.gen(function*() {
      const { url } = yield* Sluice
      const answer = yield* Effect.promise(() => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1")
        socket.end("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")
        return text(socket)
      })
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/)
      assert.match(answer, /"type":"urn:sluice:problem:invalid-request"/)
    }))
})
