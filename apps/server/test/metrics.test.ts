import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { get, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { Partner } from "./support/Partner.ts"
import { Sluice } from "./support/Sluice.ts"

/** The value of one series, by its whole name with labels. */
const series = (metrics: string, name: string) =>
  Number(metrics.split("\n").find((line) => line.startsWith(`${name} `))?.slice(name.length + 1))

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("metrics", (it) => {
  it.effect("count runs by how they ended, and take the time of callouts by partner and outcome", () =>
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
      yield* ask("POST", "/v1/orders", { body: { orderType: "A" }, headers: { prefer: "wait=10" } })
      const after = yield* read

      const failed = `sluice_runs_total{state="failed"}`
      assert.strictEqual(series(after, failed) - series(before, failed), 1)
      const callouts = `sluice_callout_duration_seconds_count{partner="${partner.url}",outcome="5xx"}`
      assert.strictEqual(series(after, callouts), 1)
    }))
})
