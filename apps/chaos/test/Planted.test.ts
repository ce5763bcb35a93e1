/** The checker turns red on every planted fault, and stays green on the same story without it. */
import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Deferred, Effect, Fiber, type Scope } from "effect"
import * as Points from "../src/wire/Points.ts"
import * as Stage from "./Stage.ts"

const callout = (id: string, url: string, members: object = {}): JsonObject => ({
  name: "calloutPlugin",
  id,
  critical: true,
  options: { endpoint: url, timeoutValue: 20_000, ...members }
})

const patching = (url: string): JsonObject => ({
  name: "WebhookWorkflowStep",
  StopOnError: true,
  Connector: "Webhook",
  Properties: [{ Key: "Host", Value: `${url}/patch/by-the-step` }]
})

const without = (part: string | RegExp, by = "") => (text: string) => text.replaceAll(part as string, by)

interface Story {
  readonly fault: string
  readonly plant: Stage.Plant
  /** The violation that the checker must find. */
  readonly breaks: string
  readonly steps: (partner: string) => ReadonlyArray<JsonObject>
  readonly told: (stage: Stage.Stage) => Effect.Effect<void, unknown, Scope.Scope>
}

const two = (partner: string) => [callout("a", `${partner}/ok/a`), callout("b", `${partner}/ok/b`)]

const slowFirstStep = [
  "create table claimed_at (snapshot pg_snapshot)",
  "create table gate (opened boolean)",
  `create function slowly() returns trigger language plpgsql as $$ begin
    if not exists (select from steps) then
      while not exists (select from gate) loop perform pg_sleep(0.05); end loop;
    end if;
    return new; end $$`,
  "create trigger slowly before insert on steps for each row execute function slowly()"
]

const unfenced: Stage.Plant = {
  rewrite: without(/and epoch = \$2 and not fenced(?=[^\n]* returning id)/g, "and epoch = $2")
}

/** Refuses the first entry of the worker and cuts it off, so that it repeats its write only when the network is back. */
const stuckAtFirstEntry = (worker: Stage.Worker, met: Deferred.Deferred<void>) =>
  worker.listen({
    asked: (text) => {
      if (Points.nameOf(text) !== "flush.entry") return "pass"
      worker.proxy.weather("frozen")
      Deferred.doneUnsafe(met, Effect.void)
      return { sqlState: "40001" }
    }
  })

const stories: ReadonlyArray<Story> = [
  {
    fault: "the fence removed: a worker that lost its lease writes on",
    plant: unfenced,
    breaks: "one-holder",
    steps: two,
    told: Effect.fnUntraced(function*(stage) {
      const letFirst = stage.hold("one /ok/a")
      const letSecond = stage.hold("two /ok/a")
      const one = yield* stage.start("one")
      const { runId } = yield* stage.submit(one, "k")
      yield* stage.arrived("/ok/a")
      one.proxy.weather("frozen")
      yield* stage.start("two")
      yield* stage.expire(one)
      yield* stage.arrived("/ok/a", 2)
      one.proxy.weather("fair")
      letFirst()
      yield* Effect.raceFirst(stage.arrived("/ok/b"), stage.rejoined(one))
      letSecond()
      yield* stage.ended(runId)
    })
  },
  {
    fault: "the fence removed: a worker that lost its lease writes after the run's end",
    plant: unfenced,
    breaks: "after-end",
    steps: two,
    told: Effect.fnUntraced(function*(stage) {
      const met = yield* Deferred.make<void>()
      const one = yield* stage.start("one")
      stuckAtFirstEntry(one, met)
      const { runId } = yield* stage.submit(one, "k")
      yield* Deferred.await(met)
      yield* stage.start("two")
      yield* stage.expire(one)
      yield* stage.ended(runId)
      one.listen({})
      one.proxy.weather("fair")
      yield* Effect.raceFirst(stage.arrived("/ok/b", 2), stage.rejoined(one))
    })
  },
  {
    fault: "an acknowledgement before the commit",
    plant: { uncommitted: (text) => Points.nameOf(text) === "flush.intake" },
    breaks: "stored",
    steps: two,
    told: Effect.fnUntraced(function*(stage) {
      const letGo = stage.hold("/ok/a")
      const one = yield* stage.start("one")
      yield* stage.submit(one, "k")
      one.proxy.weather("cut")
      yield* stage.start("two")
      yield* stage.expire(one)
      letGo()
      yield* stage.quiet
    })
  },
  {
    fault: "the journal read inside the claim: fence, claim and read see what was before the lock",
    plant: {
      rewrite: (text) =>
        text.replace(
          "for update skip locked)\n  update workers",
          "for update), seen as (insert into claimed_at select pg_current_snapshot() from dead)\n  update workers"
        ).replace(/from (steps|callouts) where run_id = any\(/, (read) =>
          read.replace(
            "where",
            "where coalesce(pg_visible_in_snapshot(xmin::text::xid8, (select snapshot from claimed_at limit 1)), true) and"
          ))
    },
    breaks: "finished-once",
    steps: (partner) => [callout("a", `${partner}/large/a`), callout("b", `${partner}/ok/b`)],
    told: Effect.fnUntraced(function*(stage) {
      // The first step's end takes its time in the database, on the connection for large answers, while all else is still.
      for (const statement of slowFirstStep) yield* stage.sql.unsafe(statement)
      const storing = yield* Deferred.make<void>()
      const one = yield* stage.start("one")
      one.listen({
        asked: (text) => {
          if (!text.includes("insert into steps") || !text.includes("for key share")) return "pass"
          Deferred.doneUnsafe(storing, Effect.void)
          return "pass"
        }
      })
      const { runId } = yield* stage.submit(one, "k")
      yield* Deferred.await(storing)
      yield* Stage.until(
        Effect.map(stage.sql`select from pg_stat_activity where wait_event = 'PgSleep'`, (rows) => rows.length > 0)
      )
      one.proxy.weather("frozen")
      yield* stage.expire(one)
      // The claim waits for the row that the first step's end has locked.
      const claims = stage
        .sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%claimed_at%'`
      const opened = Effect.andThen(
        Stage.until(Effect.map(claims, (rows) => rows.length > 0)),
        stage.sql`insert into gate values (true)`
      )
      yield* Effect.all([stage.start("two"), opened], { concurrency: 2 })
      yield* stage.ended(runId)
    })
  },
  {
    fault: "a send doubled",
    plant: { sends: (exchange) => (request) => Effect.andThen(Effect.ignore(exchange(request)), exchange(request)) },
    breaks: "recorded",
    steps: two,
    told: Effect.fnUntraced(function*(stage) {
      const one = yield* stage.start("one")
      const { runId } = yield* stage.submit(one, "k")
      yield* stage.ended(runId)
    })
  },
  {
    fault: "ON CONFLICT dropped from intake",
    plant: { rewrite: without(/(from me, a order by [^\n]*)\n  on conflict do nothing/g as never, "$1") },
    breaks: "answers",
    steps: two,
    told: Effect.fnUntraced(function*(stage) {
      const one = yield* stage.start("one")
      const { runId } = yield* stage.submit(one, "k")
      yield* stage.submit(one, "k")
      if (runId !== "") yield* stage.ended(runId)
    })
  },
  {
    fault: "the version guard dropped",
    plant: { rewrite: without("and orders.id = e.order_id and orders.version = e.seen", "and orders.id = e.order_id") },
    breaks: "updates",
    steps: (partner) => [patching(partner)],
    told: Effect.fnUntraced(function*(stage) {
      const letGo = stage.hold("/patch/by-the-step")
      const one = yield* stage.start("one")
      const { orderId, runId } = yield* stage.submit(one, "k")
      yield* stage.arrived("/patch/by-the-step")
      yield* stage.patch(one, orderId, "by-hand")
      letGo()
      yield* stage.ended(runId)
    })
  },
  {
    fault: "a cancel ignored at completion",
    plant: {
      rewrite: without(
        "when runs.cancel_requested and (e.final <> 'compensation-failed' or not runs.cancel_compensates)",
        "when false"
      )
    },
    breaks: "cancelled",
    steps: (partner) => [callout("a", `${partner}/ok/a`)],
    told: Effect.fnUntraced(function*(stage) {
      const met = yield* Deferred.make<void>()
      const one = yield* stage.start("one")
      const two = yield* stage.start("two")
      stuckAtFirstEntry(one, met)
      const { runId } = yield* stage.submit(one, "k")
      yield* Deferred.await(met)
      const cancelling = yield* Effect.forkChild(stage.cancel(two, runId))
      yield* stage.cancelStored(runId)
      one.listen({})
      one.proxy.weather("fair")
      yield* Fiber.join(cancelling)
      yield* stage.ended(runId)
    })
  }
]

describe.concurrent("the checker", () => {
  for (const story of stories) {
    for (const [planted, plant] of [[true, story.plant], [false, {}]] as const) {
      it.live(
        planted ? `turns red on ${story.fault}` : `is green without it: ${story.fault}`,
        () =>
          Effect.gen(function*() {
            const stage = yield* Stage.make(story.steps, plant)
            yield* story.told(stage)
            const { broken, verdicts } = yield* stage.verdict
            const found = JSON.stringify(verdicts.flatMap(({ violations }) => violations))
            if (planted) assert.include(broken, story.breaks, found)
            else assert.deepStrictEqual(broken, [], found)
          }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)) as Effect.Effect<void, unknown, never>
      )
    }
  }
})
