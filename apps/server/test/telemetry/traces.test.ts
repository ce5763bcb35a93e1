import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly status: { readonly code: number }
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: { readonly stringValue?: string } }>
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
}

const world = Layer.unwrap(
  Effect.map(Partner, ({ url }) =>
    Sluice.layer({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: "shop-orders"
    }))
).pipe(Layer.provideMerge(Partner.layer))

const spans = Effect.map(
  Partner,
  ({ asked }) =>
    asked.filter(({ path }) => path === "/v1/traces").flatMap(({ body }) =>
      (JSON.parse(body).resourceSpans as Array<any>).flatMap(({ scopeSpans }) =>
        (scopeSpans as Array<any>).flatMap((scope): Array<Span> => scope.spans)
      )
    )
)

layer(world, { excludeTestServices: true })("traces", (it) => {
  it.effect("an order is one trace from intake through its callouts to its deliveries, without secrets", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      let failed = false
      partner.answer("/flaky", (_, response) => {
        response.writeHead(failed ? 200 : 503).end("{}")
        failed = true
      })
      yield* ask("POST", "/v1/webhook-endpoints", {
        body: { url: `${partner.url}/hook`, types: ["order.submitted"] }
      })
      const { status, text } = yield* ask("PUT", "/v1/pipelines/p", {
        body: {
          steps: [{
            name: "calloutPlugin",
            id: "call",
            options: {
              endpoint: `${partner.url}/flaky?email=ada@example.com`,
              headers: { "x-api-key": "hunter2-hunter2" },
              shouldRejectOn: { status: [503] },
              retry: { delaysMs: [10] }
            }
          }]
        }
      })
      assert.oneOf(status, [200, 201], text)
      const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }
      yield* ask("POST", "/v1/orders", {
        body: { id: "web 1", orderType: "NEW_ORDER" },
        headers: { prefer: "wait=60", traceparent: `00-${caller.traceId}-${caller.spanId}-01` }
      })
      let found = yield* spans
      for (let tries = 0; found.length < 6 && tries < 200; tries++) {
        yield* Effect.sleep("25 millis")
        found = yield* spans
      }

      const named = (name: string) => found.filter((span) => span.name === name)
      const [root] = named("order received")
      const [run] = named("run p")
      const [step] = named("step call")
      const [delivery] = named("deliver order.submitted")
      const callouts = named(`POST ${new URL(partner.url).host}`)
      assert.lengthOf(new Set(found.map(({ traceId }) => traceId)) as never, 1)
      assert.isUndefined(root!.parentSpanId)
      assert.deepInclude(root!.links[0], caller)
      assert.strictEqual(run!.parentSpanId, root!.spanId)
      assert.strictEqual(delivery!.parentSpanId, root!.spanId)
      assert.strictEqual(step!.parentSpanId, run!.spanId)
      assert.deepStrictEqual(callouts.map(({ parentSpanId }) => parentSpanId), [step!.spanId, step!.spanId])
      assert.deepStrictEqual(callouts.map(({ status }) => status.code), [2, 0])
      // The ids of the order's timeline, and of what its entries follow from.
      const { items: entries } = (yield* ask("GET", "/v1/orders/web%201/timeline?limit=200")).json
      const attribute = (span: Span, name: string) =>
        span.attributes.find(({ key }) => key === `sluice.${name}`)?.value.stringValue
      for (const span of [root!, run!, step!, ...callouts]) {
        const entry = entries.find(({ id }: { readonly id: string }) => id === attribute(span, "entry.id"))
        assert.isDefined(entry, span.name)
        assert.strictEqual(attribute(span, "cause.id"), entry.cause, span.name)
        assert.strictEqual(attribute(span, "order.id"), "web 1")
      }
      const told = entries.find(({ id }: { readonly id: string }) => id === attribute(delivery!, "delivery.id"))
      assert.strictEqual(attribute(delivery!, "cause.id"), told.cause)
      // What the partner was told is what is exported.
      assert.deepStrictEqual(
        callouts.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
        partner.asked.filter(({ path }) => path.startsWith("/flaky")).map(({ headers }) => headers["traceparent"])
      )
      const sent = partner.asked.filter(({ path }) => path === "/v1/traces").map(({ body }) => body).join("")
      assert.include(sent, "shop-orders")
      assert.notMatch(sent, /hunter2|ada@example/)
    }))
})
