import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Partners } from "@sluice/partners/Partners"
import { LogEntry, RequestLog } from "@sluice/partners/RequestLog"
import { Effect, Fiber, Layer, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"

const post = Effect.fnUntraced(function*(partner: string, path: string, body: string) {
  const { origins } = yield* Partners
  const request = HttpClientRequest.post(`${origins[partner]}${path}`).pipe(
    HttpClientRequest.setHeader("idempotency-key", "k-1"),
    HttpClientRequest.bodyText(body, "application/json")
  )
  const response = yield* HttpClient.execute(request)
  return { status: response.status, body: yield* response.text }
})

/** Yields to the servers until the log holds this many entries, whatever the clock says. */
const logged = (count: number): Effect.Effect<ReadonlyArray<LogEntry>, never, RequestLog> =>
  Effect.flatMap(RequestLog, (log) => log.entries({})).pipe(
    Effect.flatMap((entries) =>
      entries.length >= count ? Effect.succeed(entries) : Effect.promise(() => new Promise(setImmediate)).pipe(
        Effect.andThen(logged(count))
      )
    )
  )

const layer = () => Layer.mergeAll(Partners.layer, NodeHttpClient.layerUndici)

describe("Partners", () => {
  it.effect("record requests byte for byte, and their answers", () =>
    Effect.gen(function*() {
      const body = `{ "id":"o-1",  "name":"Åsa" }`
      assert.deepStrictEqual(yield* post("provisioning", "/api/provision?a=1", body), {
        status: 200,
        body: `{"accountId": "ACC-12345"}`
      })
      const [entry] = yield* logged(1)
      assert.deepInclude(entry, {
        id: 1,
        partner: "provisioning",
        number: 1,
        order: "o-1",
        method: "POST",
        path: "/api/provision",
        query: "?a=1",
        body,
        answered: "200"
      })
      assert.strictEqual(Buffer.from(entry!.bodyBytes, "base64").toString(), body)
      assert.strictEqual(entry!.headers["idempotency-key"], "k-1")
    }).pipe(Effect.provide(layer())))

  it.effect("count requests by order, partner and path", () =>
    Effect.gen(function*() {
      const statuses: Array<number | string> = []
      for (const id of ["a", "b", "a", "a", "a"]) {
        const answer = yield* post("flaky", "/x", JSON.stringify({ Value: { Id: id } })).pipe(
          Effect.map(({ status }) => status),
          Effect.catch(() => Effect.succeed("reset"))
        )
        statuses.push(answer)
      }
      assert.deepStrictEqual(statuses, [503, 503, "reset", 503, 200])
      const entries = yield* logged(5)
      assert.deepStrictEqual(entries.map((entry) => entry.answered), ["503", "503", "reset", "503", "200"])
    }).pipe(Effect.provide(layer())))

  it.effect("cut an answer in the middle so that a caller sees an error, not a short body", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(post("scripted", "/cut", "{}"))
      assert.strictEqual(error._tag, "HttpClientError")
    }).pipe(Effect.provide(layer())))

  it.effect("answer late when scripted to be slow", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(post("slow", "/after/3000", "{}"))
      yield* logged(1)
      yield* TestClock.adjust(2999)
      assert.isUndefined((yield* logged(1))[0]!.answered)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.join(fiber), { status: 200, body: `{"answeredAfterMs":3000}` })
    }).pipe(Effect.provide(layer())))

  it.effect("record a caller that disconnects before the answer", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      const fiber = yield* Effect.forkChild(post("scripted", "/hang", "{}"))
      yield* logged(1)
      yield* Fiber.interrupt(fiber)
      const answered: Effect.Effect<string> = log.entries({}).pipe(
        Effect.flatMap(([entry]) =>
          entry?.answered !== undefined ?
            Effect.succeed(entry.answered) :
            Effect.promise(() => new Promise(setImmediate)).pipe(Effect.andThen(answered))
        )
      )
      assert.strictEqual(yield* answered, "abandoned")
    }).pipe(Effect.provide(layer())))

  it.effect("serve their log over HTTP with filters, and clear it on request", () =>
    Effect.gen(function*() {
      const { log, origins } = yield* Partners
      const read = (query: string) =>
        HttpClient.get(`${log}/log${query}`).pipe(
          Effect.flatMap(HttpClientResponse.schemaBodyJson(Schema.Struct({ items: Schema.Array(LogEntry) }))),
          Effect.map(({ items }) => items.map((entry) => `${entry.partner} ${entry.order} ${entry.path}`))
        )
      yield* post("billing", "/accounts/1", `{"id":"a"}`)
      yield* post("billing", "/accounts/2", `{"id":"b"}`)
      yield* post("worldwide", "/", `{"Value":{"Id":"b"}}`)
      assert.deepStrictEqual(yield* read("?order=b"), ["billing b /accounts/2", "worldwide b /"])
      assert.deepStrictEqual(yield* read("?partner=billing&path=/accounts/1"), ["billing a /accounts/1"])
      const partners = yield* Effect.flatMap(HttpClient.get(`${log}/partners`), (response) => response.json)
      assert.deepStrictEqual(partners, origins)
      yield* HttpClient.execute(HttpClientRequest.delete(`${log}/log`))
      assert.deepStrictEqual(yield* read(""), [])
      yield* post("billing", "/accounts/1", `{"id":"a"}`)
      assert.strictEqual((yield* logged(1))[0]!.number, 1)
    }).pipe(Effect.provide(layer())))
})
