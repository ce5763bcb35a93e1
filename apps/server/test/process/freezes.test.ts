/** A run whose work blocks the event loop of whatever process executes it. Contract: section 6, "Failure of a run". */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule } from "effect"
import { Partner } from "../support/Partner.ts"
import { start } from "../support/Processes.ts"

const preload = new URL("../support/spinningPlugin.ts", import.meta.url).href

const api = start({ SLUICE_ROLES: "api" })
const worker = start({
  SLUICE_ROLES: "worker",
  NODE_OPTIONS: `--conditions=@sluice/source --import=${preload}`
})

/** Longer than a lease and the takeover after it, on a busy machine too. */
const spinMs = 15_000

describe("a plugin that blocks the event loop after its call", () => {
  it.live("fails its run once it has blocked two processes, and other orders continue", () =>
    Effect.gen(function*() {
      const { asked, url } = yield* Partner
      const front = yield* api
      yield* worker
      yield* worker
      const steps = [
        { name: "calloutPlugin", id: "first", options: { endpoint: `${url}/first`, timeoutValue: 20_000 } },
        { name: "calloutPlugin", id: "later", options: { endpoint: `${url}/later`, timeoutValue: 20_000 } }
      ]
      assert.strictEqual((yield* front.ask("PUT", "/v1/pipelines/p", { body: { steps } as never })).status, 201)
      const submit = (members: object) =>
        Effect.map(
          front.ask("POST", "/v1/orders", { body: { orderType: "A", ...members } as never }),
          ({ json }) => String(json.processEventId)
        )
      const ended = (id: string) =>
        Effect.repeat(Effect.map(front.ask("GET", `/v1/process-events/${id}`), ({ json }) => json), {
          until: ({ finishedAt }) => finishedAt !== undefined,
          schedule: Schedule.spaced("200 millis")
        })
      const froze = yield* ended(yield* submit({ spin: spinMs }))
      assert.strictEqual(froze.state, "failed")
      assert.strictEqual(froze.reason, "froze its process")
      assert.deepStrictEqual(asked.filter((one) => one.path === "/later"), [])
      const other = yield* ended(yield* submit({}))
      assert.strictEqual(other.state, "completed")
    }).pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer])))
})
