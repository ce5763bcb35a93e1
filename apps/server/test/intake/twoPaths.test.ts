/** Differential test: a request is answered alike by the direct path and by the router, whatever it holds. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type Answer, type IntakePath, intakePaths, Sluice } from "../support/Sluice.ts"

const Wrong = Schema.Union([Schema.Json, Schema.String, Schema.Null])

const OrderBody = Schema.Struct({
  orderType: Schema.Literals(["PLAIN", "PLAIN", "PLAIN", "NOBODY", ""]),
  id: Schema.optionalKey(Schema.Literals(["one", "two", "..", "x".repeat(129)])),
  externalId: Schema.optionalKey(Schema.Literals(["e1", "e2", "e\0"])),
  tags: Schema.optionalKey(Wrong),
  customerId: Schema.optionalKey(Schema.String),
  orderForm: Schema.optionalKey(Wrong),
  extra: Schema.optionalKey(Schema.Json)
})

const EventBody = Schema.Struct({
  type: Schema.Literals(["checkout.initiated", "address.added", "nonsense"]),
  data: Schema.Union([Schema.Record(Schema.String, Schema.Json), Schema.Json]),
  more: Schema.optionalKey(Schema.Json)
})

const Sent = Schema.Struct({
  path: Schema.Literals(["/v1/orders", "/v1/orders", "/v1/events"]),
  raw: Schema.Union([
    Schema.toCodecJson(OrderBody),
    Schema.toCodecJson(OrderBody),
    Schema.toCodecJson(EventBody),
    Schema.Json,
    Schema.Literals(["{", "[]", "null", "{\"orderType\":\"PLAIN\",\"n\":12345678901234567890}", "{\"a\":1,}", "  "])
  ]),
  prefer: Schema.optionalKey(Schema.Literals(["wait=0", "wait=61", "wait=x", "respond-async", "wait=5"])),
  key: Schema.optionalKey(Schema.Literals(["k1", "k2", "k3", "k".repeat(256), "ä"])),
  type: Schema.Literals([
    "application/json",
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=latin1",
    "application/problem+json",
    "text/plain"
  ])
})

type Sent = typeof Sent.Type

/** Without what differs from one request to the next: ids that were made for it, and times. */
const comparable = ({ headers, status, text }: Answer) => ({
  status,
  headers: { ...headers, date: undefined, "content-length": undefined },
  text: text
    .replaceAll(/\b([a-z_]+)-[0-9a-f]{32}\b/g, "$1-id")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")
    .replaceAll(/"durationMs":\d+/g, "\"durationMs\":0")
    // A repeat answers the current state.
    .replaceAll(/"state":"(?:running|completed)"/g, "\"state\":\"any\"")
})

/** The paths' own keys and ids, so that what one has stored is no repeat on the other. */
const own = (value: string, intake: IntakePath): string => `${value}~${intake}`

const sentBy = (intake: IntakePath, { key, path, prefer, raw, type }: Sent) => {
  const text = typeof raw === "string" ? raw : JSON.stringify(raw)
  return {
    path: intake === "direct" ? path : `${path}?`,
    ask: {
      raw: text.replaceAll(/"(one|two|e1|e2)"/g, (_, name: string) => `"${own(name, intake)}"`),
      headers: {
        "content-type": type,
        ...(prefer !== undefined && { prefer }),
        ...(key !== undefined && { "idempotency-key": key.length < 5 ? own(key, intake) : key })
      }
    }
  }
}

/** Refusals quote keys and ids. */
const unnamed = (text: string): string => text.replaceAll(/~(?:direct|router)/g, "")

layer(Sluice.layer(), { excludeTestServices: true })("two paths", (it) => {
  it.effect.prop(
    "a request and its repeat are answered alike by both paths",
    [Sent],
    ([sent]) =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        yield* ask("PUT", "/v1/pipelines/plain", { body: { match: { orderTypes: ["PLAIN"] }, steps: [] } })
        const [direct, routed] = yield* Effect.forEach(intakePaths, (intake) => {
          const { ask: sending, path } = sentBy(intake, sent)
          return Effect.map(
            Effect.all([ask("POST", path, sending), ask("POST", path, sending)]),
            (answers) => answers.map(comparable).map((answer) => ({ ...answer, text: unnamed(answer.text) }))
          )
        })
        assert.deepStrictEqual(direct, routed)
      }),
    { arbitrary: { runs: 150 }, timeout: 600_000 }
  )
})
