/** The short form of `pnpm chaos`: real processes, killed under load for a few seconds. */
import { assert, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect } from "effect"
import * as Chaos from "../src/Chaos.ts"
import { brief } from "../src/Injections.ts"
import { report } from "../src/Report.ts"

it.live("servers that are killed under load for half a minute break none of the contract's promises", () =>
  Effect.gen(function*() {
    const { url } = yield* DatabaseTest
    const outcome = yield* Chaos.run({
      seed: 7,
      database: url,
      forMs: 45_000,
      kills: 5,
      survivors: 1,
      victims: 2,
      ordersPerSecond: 10,
      orderTypes: ["REFUND", "NEW_ORDER", "CANCEL_REQUEST", "UPDATE_SUBSCRIPTION", "CHANGE_PAYMENT_REQUEST"],
      injections: brief,
      injectEveryMs: 1500,
      hastens: true,
      peaceMs: 120_000,
      explains: 16,
      tell: () => {}
    })
    const told = report(outcome, 7)
    assert.isAbove(outcome.kills.length, 0, told)
    assert.isAbove(outcome.evidence.rows.orders.length, 0, told)
    assert.isAbove(outcome.evidence.records.length, 0, told)
    assert.include(told, "Everything holds.", told)
  }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
