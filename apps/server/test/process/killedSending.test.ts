/** A process that is killed in the middle of sending webhooks. Contract: sections 9 and 10. */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { setTimeout as pause } from "node:timers/promises"
import { Webhook } from "standardwebhooks"
import { type Asked, Partner } from "../support/Partner.ts"
import { start } from "../support/Processes.ts"

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("20 millis") })

const idOf = ({ headers }: Asked) => String(headers["webhook-id"])

describe("a process killed in the middle of sending", () => {
  it.live(
    "loses nothing, and sends twice only what was in flight: the same bytes under the same id",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { answer, asked, url } = yield* Partner
        answer("/hooks", (_, response) => void pause(30).then(() => response.writeHead(204).end()))
        const first = yield* start()
        yield* first.ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
        const endpoint = yield* first.ask("POST", "/v1/webhook-endpoints", {
          body: { url: `${url}/hooks`, types: ["order.submitted"] }
        })
        assert.strictEqual(endpoint.status, 201, endpoint.text)
        // It dies while orders come in; only a 202 is a promise.
        const stored: Array<string> = []
        let count = 0
        const submitting = Effect.suspend(() => {
          const id = `ORD-${count++}`
          return Effect.tap(
            first.ask("POST", "/v1/orders", { body: { id, orderType: "NEW_ORDER" } }),
            ({ status }) => Effect.sync(() => status === 202 && stored.push(id))
          )
        }).pipe(Effect.forever, Effect.exit, Effect.replicateEffect(16, { concurrency: 16 }))
        const killing = Effect.andThen(until(Effect.sync(() => asked.length >= 80)), first.kill("SIGKILL"))
        yield* Effect.all([submitting, killing, first.ended], { concurrency: "unbounded" })
        // What it had under way may still be committed for it.
        yield* Effect.sleep("200 millis")
        const delivered = yield* sql<{ readonly id: string }>`
        select 'msg-' || replace(message_id::text, '-', '') as id from deliveries where state = 'delivered'`
        const known = new Set(delivered.map(({ id }) => id))
        const inFlight = new Set(asked.map(idOf).filter((id) => !known.has(id)))
        assert.isAbove(inFlight.size, 0, "it died in the middle")
        assert.isBelow(inFlight.size, asked.length, "and not at the beginning")

        const second = yield* start()
        // The claims of the dead run out after 45 s; a test need not wait for that.
        yield* sql`update deliveries set claimed_until = clock_timestamp() where claim is not null and state = 'pending'`
        yield* sql`select pg_notify('sluice_deliveries', '')`
        yield* until(
          Effect.map(second.ask("GET", "/v1/deliveries?state=pending"), ({ json }) => json.items.length === 0)
        )
        const told = new Set(asked.map(({ body }) => String(JSON.parse(body).id)))
        assert.deepStrictEqual(stored.filter((id) => !told.has(id)), [], "nothing is lost")
        const webhook = new Webhook(endpoint.json.secret)
        for (const [id, each] of Map.groupBy(asked, idOf)) {
          assert.isAtMost(each.length, inFlight.has(id) ? 2 : 1, "only what was in flight is sent twice")
          assert.lengthOf(new Set(each.map(({ body }) => body)), 1)
          for (const { body, headers } of each) webhook.verify(body, headers as Record<string, string>)
        }
      }).pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer]))
  )
})
