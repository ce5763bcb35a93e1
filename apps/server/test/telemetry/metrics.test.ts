import { assert, layer } from "@effect/vitest"
import type { Overview } from "@sluice/domain/run/Overview"
import { Effect, Layer, Schedule } from "effect"
import { get, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** The value of one series, by its whole name with labels. */
const series = (metrics: string, name: string) =>
  Number(metrics.split("\n").find((line) => line.startsWith(`${name} `))?.slice(name.length + 1))

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("metrics", (it) => {
  it.effect("metrics count runs by result, and time callouts by partner and outcome", () =>
    Effect.gen(function*() {
      const { ask, url } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/no", (_, response) => response.writeHead(500).end())
      const options = { endpoint: `${partner.url}/no`, shouldRejectOn: { status: [500] } }
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [{ name: "calloutPlugin", critical: true, options }] } })
      const read = Effect.promise(() =>
        new Promise<IncomingMessage>((resolve) => get(`${url}/metrics`, resolve)).then(text)
      )
      const before = yield* read
      yield* ask("POST", "/v1/orders", { body: { orderType: "A" }, headers: { prefer: "wait=60" } })
      const after = yield* read

      const failed = `sluice_runs_total{state="failed"}`
      assert.strictEqual(series(after, failed) - series(before, failed), 1)
      const callouts = `sluice_callout_duration_seconds_count{partner="${partner.url}",outcome="5xx"}`
      assert.strictEqual(series(after, callouts), 1)
    }))

  it.effect("the overview counts runs by state, failures by plugin, and the partner's answers", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/refused", (_, response) => response.writeHead(500).end())
      const options = { endpoint: `${partner.url}/refused`, shouldRejectOn: { status: [500] } }
      yield* ask("PUT", "/v1/pipelines/seen", {
        body: {
          match: { orderTypes: ["SEEN"] },
          priority: 1,
          steps: [{ name: "calloutPlugin", critical: true, options }]
        }
      })
      const order = { orderType: "SEEN", customerEmail: "Ada@example.com" }
      yield* ask("POST", "/v1/orders", { body: order, headers: { prefer: "wait=60" } })
      // An overview is good for a second.
      const { json } = yield* Effect.repeat(ask("GET", "/v1/overview"), {
        until: ({ json }) => json.runs.failed.count > 0,
        schedule: Schedule.spaced("200 millis")
      })
      const { runs, plugins, partners, buckets, unsettled } = json as Overview
      const host = new URL(partner.url).host
      assert.isAtLeast(runs.failed.count, 1)
      assert.strictEqual(buckets.reduce((sum, bucket) => sum + bucket.failed, 0), runs.failed.count)
      assert.isAtLeast(unsettled.count, 1)
      assert.deepStrictEqual(plugins.map(({ name }) => name), ["calloutPlugin"])
      assert.isAtLeast(partners.find((one) => one.host === host)?.failures ?? 0, 1)
    }))

  it.effect("the overview counts over 10 minutes, an hour or a day, and leaves out failures that have been dealt with", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const seen = (window: string) =>
        Effect.map(ask("GET", `/v1/overview?window=${window}`), ({ json }) => json as Overview)
      const hour = yield* seen("1h")
      const day = yield* seen("24h")
      assert.deepStrictEqual([hour.bucketMs, hour.buckets.length], [60_000, 61])
      assert.deepStrictEqual([day.bucketMs, day.buckets.length], [900_000, 97])
      assert.isAtLeast(day.runs.failed.count, hour.unsettled.count)
      for (const one of [hour, day]) {
        assert.isAtLeast(one.unsettled.count, 1)
        assert.strictEqual(one.buckets.reduce((sum, { failed }) => sum + failed, 0), one.runs.failed.count)
        assert.isUndefined(one.partial)
      }
      const grouped = yield* Effect.repeat(ask("GET", "/v1/issues?pipeline=seen"), {
        until: ({ json }) => json.items.length > 0,
        schedule: Schedule.spaced("200 millis")
      })
      for (const { id } of grouped.json.items) {
        yield* ask("POST", `/v1/issues/${id}/resolve`, { body: { reason: "mended" } })
      }
      const left = (yield* ask("GET", "/v1/process-events?settled=false&limit=200")).json
      yield* Effect.repeat(seen("10m"), {
        until: ({ unsettled }) => unsettled.count === left.items.length,
        schedule: Schedule.spaced("200 millis")
      })
      assert.strictEqual((yield* ask("GET", "/v1/overview?window=2h")).status, 400)
    }))

  it.effect("lists are filtered by an e-mail address in the order and by a partner that was called", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const found = Effect.fnUntraced(function*(path: string) {
        const { json } = yield* ask("GET", path)
        return (json as { readonly items: ReadonlyArray<unknown> }).items.length
      })
      const host = new URL(partner.url).host
      assert.strictEqual(yield* found("/v1/orders?email=ada@EXAMPLE.com"), 1)
      assert.strictEqual(yield* found("/v1/orders?email=example.com"), 0)
      assert.strictEqual(yield* found("/v1/process-events?email=ada@example.com"), 1)
      assert.isAtLeast(yield* found(`/v1/process-events?partner=${host}`), 1)
      assert.strictEqual(yield* found(`/v1/process-events?partner=${host}1`), 0)
    }))

  it.effect("gauges show open runs and their age, partners that are down, and pending deliveries", () =>
    Effect.gen(function*() {
      const { ask, url } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/never", () => {})
      const options = { endpoint: `${partner.url}/never`, timeoutValue: 60_000 }
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [{ name: "calloutPlugin", options }] } })
      yield* ask("POST", "/v1/orders", { body: { orderType: "A" } })
      const read = Effect.promise(() =>
        new Promise<IncomingMessage>((resolve) => get(`${url}/metrics`, resolve)).then(text)
      )
      // What is shown is as old as the last look, which may be a second and more.
      const metrics = yield* Effect.repeat(Effect.delay(read, "600 millis"), {
        until: (metrics) => series(metrics, `sluice_open_runs{state="running"}`) === 1
      })
      assert.strictEqual(series(metrics, `sluice_open_runs{state="waiting"}`), 0)
      assert.isAbove(series(metrics, "sluice_oldest_open_run_age_seconds"), 0.5)
      assert.strictEqual(series(metrics, "sluice_pending_deliveries"), 0)
      assert.strictEqual(series(metrics, "sluice_oldest_pending_delivery_age_seconds"), 0)
      const host = new URL(partner.url).host
      assert.strictEqual(series(metrics, `sluice_partner_breaker_open{partner="${host}"}`), 0)
    }))
})
