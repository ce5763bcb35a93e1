/** The detail of a refused change, for every route that changes something. Contract: section 10, promise 6. */
import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Cable from "../support/Cable.ts"
import { type Change, changes, fill } from "../support/Changes.ts"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"

/** Changes nothing, whatever its method. */
const readers = ["pipelines.simulate"]

/** Requests that find nothing to change, so that no statement that would commit is sent. */
const changesNothing = new Set(["partners.reset", "apiKeys.remove", "personalData.erase"])

const counts = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`select (select count(*) from orders) as orders, (select sum(version) from orders) as versions,
    (select count(*) from runs) as runs, (select count(*) from runs where cancel_requested) as cancels,
    (select count(*) from messages) as messages, (select count(*) from deliveries) as deliveries,
    (select sum(round) from deliveries) as rounds, (select count(*) from jobs) as jobs,
    (select count(*) from replays) as replays, (select revision from settings_revision) as settings,
    (select count(*) from steps where record like '%"resolution":%') as resolved`
})

interface Situation {
  readonly answers: ReadonlyArray<readonly [Change, Answer]>
  /** The rows that were stored before and afterwards. */
  readonly before: unknown
  readonly after: unknown
}

/** Asks for every change, `atOnce` at a time, while the cable is in the state that `spoil` brings it to. */
const situation = (
  spoil: (cable: Cable.Cable) => Effect.Effect<void>,
  atOnce: number | "unbounded" = "unbounded"
): Effect.Effect<Situation> =>
  Effect.gen(function*() {
    const database = yield* DatabaseTest
    const cable = yield* Cable.make(Redacted.value(database.url))
    return yield* Effect.gen(function*() {
      const { ask } = yield* Sluice
      const stored = yield* fill
      const all = changes(stored)
      const before = yield* counts
      yield* spoil(cable)
      const answers = yield* Effect.forEach(
        all,
        (change) =>
          Effect.map(
            ask(change.method, change.path, { body: change.body as never, once: true }),
            (answer) => [change, answer] as const
          ),
        { concurrency: atOnce }
      ).pipe(Effect.ensuring(cable.put))
      yield* Effect.repeat(ask("GET", "/health/ready"), {
        until: ({ status }) => status === 200,
        schedule: Schedule.spaced("50 millis")
      })
      const after = yield* counts
      // A call that is open would hold up the end.
      yield* ask("POST", `/v1/process-events/${stored.running}/cancel`, { body: {} })
      return { answers, before, after }
    }).pipe(Effect.provide(Layer.mergeAll(Sluice.layer({ DATABASE_URL: cable.url }), Partner.layer)))
  }).pipe(Effect.orDie, Effect.scoped, Effect.provide(DatabaseTest.layer))

const nothing = /nothing was stored/
const unknown = /may have been stored: repeat it with the same key/

const assertRefused = ({ answers }: Situation) => {
  for (const [{ endpoint }, { status, text }] of answers) {
    assert.strictEqual(status, 503, `${endpoint}: ${text}`)
    assert.isTrue(nothing.test(text) !== unknown.test(text), `${endpoint}: ${text}`)
  }
}

describe("refused changes", () => {
  it("are tested for every endpoint of the API that changes something", () => {
    const endpoints = Object.entries(Api.groups).flatMap(([group, { endpoints }]) =>
      Object.values(endpoints).filter(({ method }) => method !== "GET").map(({ identifier }) =>
        `${group}.${identifier}`
      )
    )
    const stored = { failed: "", running: "", delivery: "", issue: "", job: "", replay: "", callback: "" }
    const tried = changes(stored).map(({ endpoint }) => endpoint)
    assert.deepStrictEqual([...tried, ...readers].toSorted(), endpoints.toSorted())
  })

  it.live("are answered as not stored if the connection is refused", () =>
    Effect.map(situation((cable) => cable.pull), (found) => {
      assertRefused(found)
      for (const [{ endpoint }, { text }] of found.answers) assert.match(text, nothing, endpoint)
      assert.deepStrictEqual(found.after, found.before)
    }))

  it.live("are answered as uncertain if the connection is lost before the request arrives", () =>
    Effect.map(situation((cable) => cable.cutRequests), (found) => {
      assertRefused(found)
      assert.deepStrictEqual(found.after, found.before)
    }))

  it.live("are answered as possibly stored if the reply to the commit is lost", () =>
    Effect.map(situation((cable) => cable.loseCommits, 1), (found) => {
      for (const [{ endpoint }, { status, text }] of found.answers) {
        if (changesNothing.has(endpoint)) continue
        // The journal looks for what it may have stored, and answers for it.
        if (endpoint === "orders.submit" && status === 202) continue
        // A run is opened under the process's registration, which is renewed where an answer was lost.
        if (/registering with the database again; nothing was stored/.test(text)) continue
        assert.strictEqual(status, 503, `${endpoint}: ${text}`)
        assert.match(text, unknown, endpoint)
      }
      assert.notDeepEqual(found.after, found.before)
    }))

  it.live("are not answered as refused by an unavailable database that is only slow", () =>
    Effect.map(situation((cable) => cable.freeze), (found) => {
      assertRefused(found)
      for (const [{ endpoint }, { text }] of found.answers) assert.notMatch(text, /away/, endpoint)
    }))
})
