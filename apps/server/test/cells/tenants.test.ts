/** A key of one tenant against what belongs to another, over every route of the API. Contract: section 11, "Tenants". */
import { assert, describe, it } from "@effect/vitest"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { placed, type Placement } from "../../src/cells/Placement.ts"
import * as Cells from "../support/Cells.ts"
import { type Change, changes, fill } from "../support/Changes.ts"
import { everyGet } from "../support/EveryGet.ts"
import { Partner } from "../support/Partner.ts"
import { type Answer, type Ask, Sluice } from "../support/Sluice.ts"
import { spellings } from "../support/Spellings.ts"

const owner = 1
const stranger = 5

/** The answer without what the request itself named: a refusal may repeat it. */
const withoutAsked = (text: string, path: string): string =>
  path.split("/").filter((part) => part.length > 3).map(decodeURIComponent)
    .reduce((rest, part) => rest.replaceAll(part, ""), text)

/** In every document of the owner's. */
const canary = "canary-of-acme"

/** An id that was made in the owner's cell. */
const idOfOwner = /[a-z_]+-[0-9a-f]{29}001\b/

/** The answers that a stranger may get where a route would read or change what is another tenant's. */
const refusals: Readonly<Partial<Record<Placement, ReadonlyArray<number>>>> = {
  settings: [403],
  pipelineDeletion: [403],
  keys: [403],
  found: [404],
  shared: [404],
  person: [404],
  personExport: [404]
}

/** The orders, runs, settings and other rows of a database that requests create or change, a line each. */
const held = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ readonly line: string }>`
      select 'order ' || id || ' ' || version as line from orders
      union all select 'run ' || id || ' ' || state || ' ' || cancel_requested || ' ' || coalesce(retry_of::text, '') from runs
      union all select 'step ' || run_id || ' ' || index || ' ' || state from steps
      union all select 'delivery ' || id || ' ' || state || ' ' || attempts from deliveries
      union all select 'issue ' || id || ' ' || state from issues
      union all select 'job ' || id || ' ' || state from jobs
      union all select 'act of ' || actor || ' ' || action || ' ' || resource from audit
      order by 1`
    return rows.map(({ line }) => line)
  }).pipe(Effect.provide(Database.layerPool({ url: Redacted.make(url) }), { local: true }))

/** Sets settings as `ops`, since they belong to no tenant, and does everything else as the owner. */
const ownerOrOps = ({ ask }: Cells.CellsSluice) => (method: string, path: string, given: Ask = {}) => {
  const body = method === "POST" && path === "/v1/orders" && given.body !== undefined
    ? { customerId: canary, customerEmail: `${canary}@example.com`, ...given.body as object }
    : given.body
  return ask(method, path, { ...given, body: body as never, key: method === "PUT" ? "ops" : "acme" })
}

const until = (ask: Effect.Effect<Answer>, holds: (answer: Answer) => boolean) =>
  Effect.repeat(ask, { until: holds, schedule: Schedule.spaced("50 millis") })

/** A customer of the owner's, with a subscription. */
const subscribe = Effect.fnUntraced(function*({ ask }: Cells.CellsSluice) {
  yield* ask("PUT", "/v1/pipelines/subscribing", { body: { match: { orderTypes: ["NEW_ORDER"] }, steps: [] } })
  const body = { orderType: "NEW_ORDER", customerId: canary, orderItems: [{ id: "i", offer: { name: canary } }] }
  const ask20 = ask("POST", "/v1/orders", { key: "acme", headers: { prefer: "wait=20" }, body })
  // In force in every cell within a second.
  yield* until(ask20, ({ status }) => status === 200)
})

describe("tenants", () => {
  it.live(
    "a key of one tenant neither sees nor changes anything of another's, over every route",
    () =>
      Effect.gen(function*() {
        const databases = yield* Cells.databases([0, owner, stranger])
        const file = yield* Cells.file(databases, { acme: owner, globex: stranger, "*": 0 })
        const sluice = yield* Cells.start(file, ["acme@acme", "globex@globex"])
        const asked = ownerOrOps(sluice)
        const stored = yield* fill.pipe(Effect.provideService(Sluice, { url: "", ask: asked }))
        yield* subscribe(sluice)
        yield* until(sluice.ask("GET", "/v1/pipelines/subscribing", { key: "globex" }), ({ status }) => status === 200)
        const globex = (method: string, path: string, given: Ask = {}) =>
          sluice.ask(method, path, { ...given, key: "globex" })

        // What the owner sees, the stranger does not.
        const ownView = yield* everyGet((method, path, given) => sluice.ask(method, path, { ...given, key: "acme" }), [
          "/v1/api-keys",
          "/v1/subscriptions/:id/history"
        ])
        assert.isTrue(ownView.some(({ answer }) => answer.text.includes(canary)))
        assert.isTrue(ownView.some(({ answer }) => idOfOwner.test(answer.text)))
        for (const { path, route } of ownView) {
          if (path.endsWith("/stream")) continue
          const { status, text } = yield* globex("GET", path.endsWith("/why") ? `${path}?path=/customerEmail` : path)
          const allowed = refusals[placed("GET", path)?.placement ?? "anywhere"]
          const isSettingRead = placed("GET", path)?.placement === "settings"
          if (route.includes(":") && allowed !== undefined && !isSettingRead) assert.include(allowed, status, path)
          const told = withoutAsked(text, path)
          assert.notInclude(told, canary, path)
          assert.notMatch(told, idOfOwner, path)
        }

        // Every change is refused, or made in the stranger's own cell.
        const url = databases.find(({ id }) => id === owner)?.direct ?? ""
        const before = yield* held(url)
        const all: ReadonlyArray<Change> = [
          ...changes(stored),
          {
            endpoint: "personalData.erase",
            method: "POST",
            path: `/v1/customers/${canary}/erase`,
            body: { reason: "r" }
          }
        ]
        for (const { body, endpoint, method, path } of all) {
          const of = placed(method, path)?.placement ?? "anywhere"
          // Its token is the key.
          if (of === "token") continue
          const { status, text } = yield* globex(method, path, { body: body as never })
          const expected = refusals[of]
          if (expected !== undefined) assert.include(expected, status, `${endpoint}: ${text}`)
          assert.notMatch(withoutAsked(text, path), idOfOwner, endpoint)
          // A spelling that the tenants' table does not know would be asked of cell 0.
          for (const [name, respell] of spellings) {
            const respelt = yield* globex(method, respell(path), { body: body as never })
            assert.strictEqual(respelt.status, 404, `${endpoint}, ${name}`)
          }
        }
        for (const job of ["%63ancel", "%72etry", "%72esolve"]) {
          const respelt = yield* globex("POST", `/v1/process-events/${job}`, {
            body: { filter: { pipeline: "subscribing" }, reason: "r" }
          })
          assert.strictEqual(respelt.status, 405, job)
        }
        assert.deepStrictEqual(yield* held(url), before)

        // The process would wait for the call of this run when it stops.
        const { status } = yield* sluice.ask("POST", `/v1/process-events/${stored.running}/cancel`, {
          key: "acme",
          body: {}
        })
        assert.strictEqual(status, 200)
      }).pipe(Effect.scoped, Effect.provide(Partner.layer)),
    600_000
  )
})
