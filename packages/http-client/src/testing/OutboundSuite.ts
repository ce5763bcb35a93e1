/**
 * The conformance suite of `Outbound`, against a hostile partner. Contract: section 5.
 *
 * An adapter's test is one call of `suite`. Its guard must allow `127.0.0.0/8` and nothing else.
 */
import { assert, describe, layer as withLayer } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { Outbound, type OutboundRequest } from "../Outbound.ts"
import { HostileServer, plainText } from "./HostileServer.ts"

const text = (body: Uint8Array) => new TextDecoder().decode(body)

/** A POST to the hostile server; `url` overrides its address. */
const post = Effect.fnUntraced(function*(path: string, overrides: Partial<OutboundRequest> = {}) {
  const { url } = yield* HostileServer
  const outbound = yield* Outbound
  return yield* outbound.exchange({
    method: "POST",
    url: url + path,
    headers: {},
    body: "{}",
    timeoutMs: 30_000,
    ...overrides
  })
})

/** Runs `post` until the server has the request, then lets `timeoutMs` pass. */
const expired = Effect.fnUntraced(function*(path: string) {
  const server = yield* HostileServer
  const fiber = yield* Effect.forkChild(Effect.flip(post(path)))
  yield* server.received(path)
  yield* TestClock.adjust("30 seconds")
  const error = yield* Fiber.join(fiber)
  yield* server.disconnected(path)
  return error
})

export interface SuiteOptions {
  /**
   * The adapter is built on a client whose parser refuses folded header lines and an unrequested `101`: such an answer
   * fails with a typed error and counts as possibly received. Default: false.
   */
  readonly foreignParser?: boolean
}

export const suite = <E>(
  name: string,
  layer: Layer.Layer<Outbound, E>,
  { foreignParser = false }: SuiteOptions = {}
): void => {
  // oxlint-disable-next-line vitest/valid-title -- the adapter names itself
  describe(name, () => {
    withLayer(Layer.merge(layer, HostileServer.layer))((it) => {
      it.effect("sends method, path, headers and the exact bytes, and reads the response", () =>
        Effect.gen(function*() {
          const body = JSON.stringify({ name: "Åse\u0000" })
          const headers = { "Content-Type": "application/json", "X-Delivery-Count": "1", traceparent: "00-ab-cd-01" }
          const answer = yield* post("/echo/a?b=1", { method: "PUT", headers, body })
          assert.strictEqual(answer.status, 200)
          assert.isFalse(answer.truncated)
          assert.strictEqual(answer.announcedLength, answer.body.byteLength)
          const seen = JSON.parse(text(answer.body))
          assert.deepInclude(seen, { method: "PUT", path: "/echo/a?b=1", body })
          assert.deepInclude(seen.headers, {
            "content-type": "application/json",
            "x-delivery-count": "1",
            traceparent: "00-ab-cd-01"
          })
        }))

      it.effect("sends bytes as they are", () =>
        Effect.gen(function*() {
          const answer = yield* post("/echo/bytes", { body: new TextEncoder().encode("{\"a\": 1}") })
          assert.strictEqual(JSON.parse(text(answer.body)).body, "{\"a\": 1}")
        }))

      it.effect("does not send credentials of the URL", () =>
        Effect.gen(function*() {
          const { url } = yield* HostileServer
          const answer = yield* post("", { url: url.replace("//", "//user:secret@") + "/echo/userinfo" })
          assert.notInclude(text(answer.body), "secret")
          assert.notInclude(text(answer.body), "authorization")
        }))

      it.effect.each(
        [
          ["/teapot", 418, "short and stout"],
          ["/redirect", 302, ""],
          ["/empty", 204, ""],
          ["/early", 200, "ok"],
          ["/continue", 200, "ok"],
          ["/continue-pieces", 200, "ok"],
          ["/continue-and-early", 200, "ok"],
          ["/interim-half", 200, "ok"],
          ["/continue-body", 200, "HTTP/1.1 100 Continue\r\n\r\n"]
        ] as const
      )("treats %s like any other response", ([path, status, body]) =>
        Effect.gen(function*() {
          const answer = yield* post(path)
          assert.strictEqual(answer.status, status)
          assert.strictEqual(text(answer.body), body)
          assert.strictEqual((yield* HostileServer).count("/redirected"), 0)
        }))

      it.effect.each(["/folded", "/folded-pieces", "/switching"])(
        "reads an answer with folded header lines or a 101 before it: %s",
        (path) =>
          Effect.gen(function*() {
            const exit = yield* Effect.result(post(path))
            if (foreignParser && Result.isFailure(exit)) {
              assert.include(["OutboundUnreadable", "OutboundUnreachable"], exit.failure._tag)
              assert.propertyVal(exit.failure, "sent", true)
              return
            }
            const { body, headers } = Result.getOrThrow(exit)
            assert.strictEqual(text(body), "ok")
            if (path !== "/switching") assert.strictEqual(headers["x-folded"], "one two three")
          })
      )

      it.effect("gives lower-case header names and joins repeated ones", () =>
        Effect.gen(function*() {
          const { headers } = yield* post("/headers")
          assert.strictEqual(headers["x-upper"], "1")
          assert.strictEqual(headers["set-cookie"], "a=1, b=2")
        }))

      it.effect.each(["gzip", "deflate", "raw-deflate", "br", "zstd", "br-gzip", "unknown-coding"])(
        "decodes a body in %s",
        (coding) => Effect.map(post(`/${coding}`), ({ body }) => assert.strictEqual(text(body), plainText))
      )

      it.effect("reads an empty body with any declared coding", () =>
        Effect.map(post("/empty-gzip"), ({ body }) => assert.strictEqual(body.byteLength, 0)))

      it.effect("keeps NUL bytes of a body", () =>
        Effect.map(post("/nul-body"), ({ body }) => assert.strictEqual(text(body), "a\0b")))

      it.effect.each(["/not-gzip", "/half-gzip", "/many-codings"])(
        "cannot read the body of %s",
        (path) =>
          Effect.gen(function*() {
            const error = yield* Effect.flip(post(path))
            assert.strictEqual(error._tag, "OutboundUnreadable")
            assert.propertyVal(error, "status", 200)
          })
      )

      it.effect.each(["/garbage", "/nul-head", "/endless-head"])(
        "cannot read the head of %s",
        (path) =>
          Effect.gen(function*() {
            const error = yield* Effect.flip(post(path))
            assert.deepInclude(error, { _tag: "OutboundUnreadable", sent: true })
            assert.notProperty(error, "status")
          })
      )

      it.effect("keeps a body of exactly the bound whole", () =>
        Effect.map(
          post("/ten-bytes", { maxBytes: 10 }),
          ({ body, truncated }) => assert.deepStrictEqual([text(body), truncated], ["0123456789", false])
        ))

      it.effect("cuts a body one byte longer than the bound, and says how long it was", () =>
        Effect.gen(function*() {
          const answer = yield* post("/ten-bytes", { maxBytes: 9 })
          assert.deepInclude(answer, { truncated: true, announcedLength: 10 })
          assert.strictEqual(text(answer.body), "012345678")
        }))

      it.effect("cuts an endless body at 1 MiB and hangs up", () =>
        Effect.gen(function*() {
          const answer = yield* post("/endless")
          assert.isTrue(answer.truncated)
          assert.isUndefined(answer.announcedLength)
          assert.strictEqual(answer.body.byteLength, 1024 * 1024)
          yield* (yield* HostileServer).disconnected("/endless")
        }))

      it.effect("stops a gzip bomb at the bound, in bounded memory", () =>
        Effect.gen(function*() {
          const before = process.memoryUsage().rss
          const answer = yield* post("/bomb", { maxBytes: 100_000 })
          assert.isTrue(answer.truncated)
          assert.strictEqual(answer.body.byteLength, 100_000)
          assert.isBelow(process.memoryUsage().rss - before, 200 * 1024 * 1024)
        }))

      it.effect("times out while the partner is silent", () =>
        Effect.map(
          expired("/never/timeout"),
          (error) => assert.deepInclude(error, { _tag: "OutboundTimedOut", sent: true })
        ))

      it.effect("times out although bytes keep dripping in", () =>
        Effect.map(
          expired("/drip/timeout"),
          (error) => assert.deepInclude(error, { _tag: "OutboundTimedOut", sent: true })
        ))

      it.effect.each(["/never/interrupted", "/drip/interrupted"])(
        "disconnects on %s when interrupted, after it reported that it was sending",
        (path) =>
          Effect.gen(function*() {
            const server = yield* HostileServer
            let sending = 0
            const fiber = yield* Effect.forkChild(post(path, { onSending: () => void sending++ }))
            yield* server.received(path)
            yield* Fiber.interrupt(fiber)
            assert.strictEqual(sending, 1)
            yield* server.disconnected(path)
          })
      )

      it.effect.each([
        "/reset-mid-body",
        "/close-mid-body",
        "/close-mid-chunk",
        "/reset-at-once",
        "/close-at-once",
        "/interim-and-close"
      ])(
        "fails with reset on %s without a retry, because the request may have been processed",
        (path) =>
          Effect.gen(function*() {
            const error = yield* Effect.flip(post(path))
            assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "reset", sent: true })
            assert.strictEqual((yield* HostileServer).count(path), 1)
          })
      )

      it.effect("fails with refused if no process listens", () =>
        Effect.gen(function*() {
          const { url } = yield* Effect.provide(HostileServer, HostileServer.layer, { local: true })
          const error = yield* Effect.flip(post("", { url }))
          assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "refused", sent: false })
          assert.include(String(error), new URL(url).host)
        }))

      it.effect("fails with dns on an unknown name, without repeating the URL's credentials", () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(post("", { url: "http://user:secret@sluice-test.invalid/" }))
          assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "dns", sent: false })
          assert.include(String(error), "sluice-test.invalid")
          assert.notInclude(String(error), "secret")
        }))

      it.effect("fails with tls if the partner does not speak TLS", () =>
        Effect.gen(function*() {
          const { url } = yield* HostileServer
          const error = yield* Effect.flip(post("", { url: url.replace("http:", "https:") }))
          assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "tls", sent: false })
        }))

      it.effect.each([
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://167772161/",
        "ftp://127.0.0.1/",
        "nonsense"
      ])(
        "blocks %s before anything is sent, and refuses it when it is saved",
        (url) =>
          Effect.gen(function*() {
            const refusal = (yield* Outbound).refuse(url)
            const error = yield* Effect.flip(post("", { url }))
            assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "blocked", sent: false })
            assert.strictEqual(error.message, refusal)
          })
      )

      it.effect("sends the URL's own host, and each header once, in any spelling of its name", () =>
        Effect.gen(function*() {
          const { url } = yield* HostileServer
          const headers = { Host: "metadata.google.internal", "X-Key": "first", "x-key": "second" }
          const answer = yield* post("/echo/host", { headers })
          const seen = JSON.parse(text(answer.body))
          assert.strictEqual(seen.headers.host, new URL(url).host)
          assert.strictEqual(seen.headers["x-key"], "second")
          assert.strictEqual(seen.lines.filter((line: string) => /^(host|x-key):/i.test(line)).length, 2)
        }))

      it.effect("blocks a header that would break the request apart", () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(post("/echo/split", { headers: { "x-a": "1\r\nx-b: 2" } }))
          assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "blocked", sent: false })
          assert.strictEqual((yield* HostileServer).count("/echo/split"), 0)
        }))
    })
  })
}
