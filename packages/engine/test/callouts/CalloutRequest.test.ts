import { assert, it } from "@effect/vitest"
import { OutboundUnreachable, OutboundUnreadable } from "@sluice/http-client/Outbound"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { callout, pipeline, respond, workflow } from "../Harness.ts"
import { settle, stand, submitted, the } from "../Stand.ts"

const named = (headers: Readonly<Record<string, string>>, name: string) =>
  Object.entries(headers).filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)

it.effect("a callout carries Sluice's own key and trace once, and no Host, whatever headers a step gives it", () =>
  Effect.gen(function*() {
    const own = {
      Host: "metadata.google.internal",
      "Idempotency-Key": "mine",
      "IDEMPOTENCY-KEY": "mine too",
      Traceparent: "00-1-1-00",
      "Content-Type": "application/vnd.partner+json",
      "X-Key": "as given"
    }
    yield* submitted({
      pipelines: [pipeline([
        callout("a", { headers: own }),
        workflow("w", {}, Object.entries(own).map(([key, value]) => ({ key, value, keyGroup: "RequestHeaders" })))
      ])]
    })
    const { requests, run } = yield* the
    assert.strictEqual(requests.length, 2)
    for (const [index, { headers }] of requests.entries()) {
      assert.deepStrictEqual(named(headers, "host"), [])
      assert.deepStrictEqual(named(headers, "content-type"), ["application/vnd.partner+json"])
      assert.deepStrictEqual(named(headers, "x-key"), ["as given"])
      assert.match(named(headers, "traceparent").join(), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      const { record } = run.callouts[index]!
      assert.deepStrictEqual(named(headers, "idempotency-key"), [record.idempotencyKey])
      assert.deepStrictEqual(record.headers, headers)
    }
  }).pipe(Effect.provide(stand(() => respond(200, {})))))

const lost = [
  new OutboundUnreadable({ message: "no HTTP", sent: true }),
  new OutboundUnreachable({ code: "reset", message: "reset", sent: true })
]
for (const error of lost) {
  it.effect(`${error._tag} after the request was sent is unknown, and retried with the same key`, () =>
    Effect.gen(function*() {
      const retry = { delaysMs: [1000] }
      yield* submitted({ pipelines: [pipeline([callout("a", { retry }), workflow("w"), callout("once")])] })
      for (const wait of [1000, 1000, 0]) yield* Effect.andThen(TestClock.adjust(wait), settle)
      const { outcomes, requests } = yield* the
      const failed = error._tag === "OutboundUnreadable" ? "invalid-response?" : "unreachable?"
      assert.deepStrictEqual(outcomes, [
        `0.1 ${failed}`,
        "0.2 succeeded",
        `1.1 ${failed}`,
        "1.2 succeeded",
        `2.1 ${failed}`
      ])
      assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 3)
    }).pipe(Effect.provide(stand((_, index) => index % 2 === 0 ? error : respond(200, {})))))
}

it.effect("an answer whose body cannot be decompressed has a status: it is known, and not retried", () =>
  Effect.gen(function*() {
    yield* submitted({ pipelines: [pipeline([callout("a", { retry: { delaysMs: [1000] } })])] })
    yield* TestClock.adjust(1000)
    const { outcomes } = yield* the
    assert.deepStrictEqual(outcomes, ["0.1 invalid-response"])
  }).pipe(Effect.provide(stand(() => new OutboundUnreadable({ message: "not gzip", sent: true, status: 200 })))))
