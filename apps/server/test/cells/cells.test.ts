import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as Cells from "../support/Cells.ts"
import { Partner } from "../support/Partner.ts"
import type { Answer } from "../support/Sluice.ts"

const ids = [0, 1, 5]
const tenants = { acme: 1, globex: 5, "*": 0 }
const keys = ["acme@acme", "globex@globex", "reader@acme:read"]

const digitsOf = (id: string): string => id.slice(-3)

const finished = { prefer: "wait=20" }

/** Submits an order whose run has ended. */
const submitted = (sluice: Cells.CellsSluice, key: string, body: object = {}) =>
  Effect.map(
    sluice.ask("POST", "/v1/orders", { key, headers: finished, body: { orderType: "A", ...body } }),
    (answer) => {
      assert.strictEqual(answer.status, 200, answer.text)
      return {
        order: answer.json.order.id as string,
        run: answer.json.processEvent.id as string,
        externalId: answer.json.order.externalId as string | undefined,
        state: answer.json.processEvent.state as string
      }
    }
  )

const until = (ask: Effect.Effect<Answer>, holds: (answer: Answer) => boolean) =>
  Effect.repeat(ask, { until: holds, schedule: Schedule.spaced("50 millis") })

const withCells = (
  test: (sluice: Cells.CellsSluice, databases: ReadonlyArray<Cells.CellDatabase>) => Effect.Effect<void, unknown, never>
) =>
  Effect.gen(function*() {
    const databases = yield* Cells.databases(ids)
    const sluice = yield* Cells.start(yield* Cells.file(databases, tenants), keys)
    yield* sluice.ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
    for (const key of ["acme", "globex"]) {
      yield* until(sluice.ask("GET", "/v1/pipelines/p", { key }), ({ status }) => status === 200)
    }
    // A server ends only when its databases answer.
    yield* Effect.ensuring(test(sluice, databases), Effect.forEach(databases, ({ cable }) => cable.put))
  }).pipe(Effect.scoped)

describe("cells", () => {
  it.live("tenants, ids and lists span the cells as section 11 says", () =>
    withCells((sluice) =>
      Effect.gen(function*() {
        const { ask } = sluice
        const [own, acme, globex] = [
          yield* submitted(sluice, "ops"),
          yield* submitted(sluice, "acme", { externalId: "same" }),
          yield* submitted(sluice, "globex", { externalId: "same" })
        ]
        assert.deepStrictEqual([own, acme, globex].map(({ order }) => digitsOf(order)), ["000", "001", "005"])
        assert.deepStrictEqual([own, acme, globex].map(({ run }) => digitsOf(run)), ["000", "001", "005"])

        // Each sees what it reaches.
        for (const [key, reached] of [["ops", [globex, acme, own]], ["acme", [acme]], ["globex", [globex]]] as const) {
          for (const [path, of] of [["/v1/orders", "order"], ["/v1/process-events", "run"]] as const) {
            const list = yield* ask("GET", path, { key })
            assert.deepStrictEqual(
              list.json.items.map(({ id }: { id: string }) => id),
              reached.map((one) => one[of]),
              path
            )
            assert.isNull(list.json.nextCursor)
          }
        }
        assert.strictEqual((yield* ask("GET", `/v1/orders/${globex.order}`)).status, 200)
        assert.strictEqual((yield* ask("GET", `/v1/orders/${globex.order}`, { key: "globex" })).status, 200)
        assert.strictEqual((yield* ask("GET", `/v1/orders/${globex.order}`, { key: "acme" })).status, 404)
        assert.strictEqual((yield* ask("GET", `/v1/process-events/${acme.run}`, { key: "globex" })).status, 404)
        const renamed = acme.order.replace(/...$/, "3ff")
        assert.strictEqual((yield* ask("GET", `/v1/orders/${renamed}`)).status, 404)

        // A key of a tenant changes nothing that holds in all cells.
        for (
          const [method, path, body] of [
            ["PUT", "/v1/pipelines/q", { steps: [] }],
            ["DELETE", "/v1/pipelines/p", undefined],
            ["POST", "/v1/pipelines/p/pause", { reason: "x" }],
            ["POST", "/v1/webhook-endpoints", { url: "http://127.0.0.1:1/" }],
            ["PUT", "/v1/partners/127.0.0.1:9", { paused: true }],
            ["GET", "/v1/api-keys", undefined],
            ["POST", "/v1/api-keys", { name: "n", roles: ["admin"] }]
          ] as const
        ) {
          const answer = yield* ask(method, path, { key: "acme", body })
          assert.strictEqual(answer.status, 403, `${method} ${path}: ${answer.text}`)
        }

        // An order id of the shop's own is looked for in every cell; what is made from something stored stays there.
        const named = yield* submitted(sluice, "globex", { id: "shop/1" })
        assert.strictEqual((yield* ask("PATCH", "/v1/orders/shop%2F1", { body: { status: "Paid" } })).status, 200)
        const again = yield* ask("POST", "/v1/orders/shop%2F1/process", { headers: finished, body: {} })
        assert.strictEqual(digitsOf(again.json.processEvent.id), digitsOf(named.run))

        // One cursor leads through all cells, newest first, without a gap.
        for (let n = 0; n < 3; n++) for (const key of ["ops", "acme", "globex"]) yield* submitted(sluice, key)
        const all: Array<string> = (yield* ask("GET", "/v1/orders?limit=200")).json.items.map((order: any) => order.id)
        assert.lengthOf(all, 13)
        const paged: Array<string> = []
        let cursor: string | null = ""
        while (cursor !== null) {
          const page: Answer = yield* ask("GET", `/v1/orders?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`)
          assert.strictEqual(page.status, 200, page.text)
          assert.isAtMost(page.json.items.length, 2)
          paged.push(...page.json.items.map((order: any) => order.id))
          cursor = page.json.nextCursor
        }
        assert.deepStrictEqual(paged, all)
        assert.strictEqual((yield* ask("GET", "/v1/orders?cursor=bm9uZQ")).status, 400)
        assert.strictEqual((yield* ask("GET", "/v1/orders?limit=0")).status, 400)

        // Counts add up, and every series says its cell.
        const overview = yield* until(
          ask("GET", "/v1/overview"),
          ({ json }) => json.runs.completed.count === 14
        )
        assert.isUndefined(overview.json.missingCells)
        const metrics = (yield* ask("GET", "/metrics")).text
        for (const id of ids) {
          assert.match(metrics, new RegExp(`^sluice_cell_owned{.*cell="${id}".*} 1$`, "m"))
          assert.match(metrics, new RegExp(`^sluice_runs_total{.*state="completed".*cell="${id}".*} [1-9]`, "m"))
        }
        const ofAcme = (yield* ask("GET", "/metrics", { key: "acme" })).text
        assert.match(ofAcme, /^sluice_runs_total{.*state="completed".*} [1-9]/m)
        const series = ofAcme.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
        assert.deepStrictEqual(series.filter((line) => !line.includes("cell=\"1\"")), [])
        const audit = yield* ask("GET", "/v1/audit?action=order.update")
        assert.deepStrictEqual(audit.json.items.map(({ resource }: any) => resource), ["/v1/orders/shop%2F1"])
        assert.strictEqual(digitsOf(audit.json.items[0].id), "005")
        assert.strictEqual((yield* ask("GET", `/v1/audit/${audit.json.items[0].id}`)).status, 200)
      })
    ))

  it.live("settings hold in every cell within a second, and jobs act in every cell as one", () =>
    withCells((sluice) =>
      Effect.gen(function*() {
        const { ask } = sluice
        const partner = yield* Partner
        partner.answer("/", (_, response) =>
          void response.writeHead(500, { "content-type": "application/json" }).end("{}"))
        const broken = {
          steps: [{
            name: "calloutPlugin",
            id: "call",
            critical: true,
            options: { endpoint: partner.url, shouldRejectOn: { status: [500] } }
          }]
        }
        const put = yield* ask("PUT", "/v1/pipelines/p", { body: broken })
        assert.strictEqual(put.status, 200, put.text)
        yield* Effect.forEach(["acme", "globex"], (key) =>
          until(ask("GET", "/v1/pipelines/p", { key }), ({ headers }) =>
            headers["etag"] === "\"2\""))
        const failed = yield* Effect.forEach(["ops", "acme", "globex"], (key) =>
          submitted(sluice, key))
        assert.deepStrictEqual(
          failed.map(({ state }) =>
            state
          ),
          ["failed", "failed", "failed"]
        )

        const filter = { state: "failed" }
        const counted = yield* ask("POST", "/v1/process-events/retry?dryRun=true", { body: { filter, reason: "r" } })
        assert.deepStrictEqual(counted.json, { matches: 3 })
        const job = yield* ask("POST", "/v1/process-events/retry", { body: { filter, reason: "again" } })
        assert.strictEqual(job.status, 202, job.text)
        const ended = yield* until(ask("GET", `/v1/jobs/${job.json.id}`), ({ json }) => json.state === "completed")
        assert.strictEqual(ended.json.failed, 3, ended.text)
        const jobs = yield* ask("GET", "/v1/jobs")
        assert.deepStrictEqual(jobs.json.items.map(({ failed, id }: any) => [id, failed]), [[job.json.id, 3]])
        const items = yield* ask("GET", `/v1/jobs/${job.json.id}/items`)
        assert.sameMembers(items.json.items.map((item: any) => item.processEventId), failed.map(({ run }) => run))
        const unknown = job.json.id.replace(/.(?=...$)/, (digit: string) => digit === "a" ? "b" : "a")
        assert.strictEqual((yield* ask("GET", `/v1/jobs/${unknown}`)).status, 404)

        // One change of a person's has one record, in however many cells it is made.
        const audit = yield* ask("GET", "/v1/audit")
        const acts = audit.json.items.filter(({ reason }: any) => reason === "again")
        assert.lengthOf(acts, 1, audit.text)

        // What is held about an address is held in several cells, and exported as one document.
        const customerEmail = "ada@example.com"
        const theirs = yield* Effect.forEach(["acme", "globex"], (key) => submitted(sluice, key, { customerEmail }))
        const exported = yield* ask("GET", `/v1/customers/${customerEmail}/export`)
        assert.strictEqual(exported.status, 200, exported.text)
        assert.deepStrictEqual(
          exported.json.orders.map(({ id }: any) => id),
          theirs.map(({ order }) => order)
        )
        assert.lengthOf(exported.json.processEvents, 2)
        const alone = yield* ask("GET", `/v1/customers/${customerEmail}/export`, { key: "acme" })
        assert.lengthOf(alone.json.orders, 1)

        // A partner's pause is a setting; its figures are those of all cells.
        const host = new URL(partner.url).host
        const known = yield* until(
          ask("GET", "/v1/partners"),
          ({ json }) => json.items[0]?.last10m.calls === 8
        )
        assert.deepStrictEqual(known.json.items.map((one: any) => one.host), [host])

        // The process may know of a limit or a pause later than the cell's database: its first runs do not wait.
        const heldOne = Effect.repeat(
          Effect.gen(function*() {
            const { json } = yield* ask("POST", "/v1/orders", { key: "globex", body: { orderType: "A" } })
            const found = yield* until(
              ask("GET", `/v1/process-events/${json.processEventId}`),
              (answer) => answer.json.state === "waiting" || answer.json.finishedAt !== undefined
            )
            return found.json.state === "waiting" ? json.processEventId as string : undefined
          }),
          { until: (id) => id !== undefined }
        )
        // A faster rate is in force in another cell, too, at once for what waits by the slower one.
        const limit = (body: object) => ask("PUT", `/v1/partners/${host}`, { body: body as never })
        assert.strictEqual((yield* limit({ ratePerSecond: 0.01 })).status, 200)
        yield* until(ask("GET", `/v1/partners/${host}`, { key: "globex" }), ({ json }) => json.ratePerSecond === 0.01)
        const slow = yield* heldOne
        const run = ask("GET", `/v1/process-events/${slow}`)
        yield* limit({ ratePerSecond: 20 })
        yield* until(run, ({ json }) => json.finishedAt !== undefined)
        yield* limit({ ratePerSecond: null })
        assert.strictEqual((yield* limit({ paused: true })).status, 200)
        yield* until(ask("GET", `/v1/partners/${host}`, { key: "globex" }), ({ json }) => json.paused === true)

        // Runs that are open in another cell keep their pipeline.
        const waiting = yield* heldOne
        assert.strictEqual((yield* ask("DELETE", "/v1/pipelines/p")).status, 409)
        yield* ask("POST", `/v1/process-events/${waiting}/cancel`, { body: {} })
        assert.strictEqual((yield* ask("DELETE", "/v1/pipelines/p")).status, 204)
        yield* until(ask("GET", "/v1/pipelines/p", { key: "globex" }), ({ status }) => status === 404)
        assert.lengthOf((yield* ask("GET", "/v1/audit?action=pipeline.delete")).json.items, 1)
      }).pipe(Effect.provide(Partner.layer))
    ))

  it.live("a cell that goes away takes no other with it, and has the settings of now when it comes back", () =>
    withCells((sluice, databases) =>
      Effect.gen(function*() {
        const { ask } = sluice
        const [own, globex] = [yield* submitted(sluice, "ops"), yield* submitted(sluice, "globex")]
        const away = databases[2]!
        yield* away.cable.pull
        const degraded = yield* until(ask("GET", "/health/ready"), ({ json }) => json?.status === "degraded")
        assert.strictEqual(degraded.status, 200)
        assert.deepStrictEqual(degraded.json.cells, [
          { id: 0, state: "ok" },
          { id: 1, state: "ok" },
          { id: 5, state: "away" }
        ])
        const list = yield* ask("GET", "/v1/orders")
        assert.deepStrictEqual(list.json.items.map(({ id }: any) => id), [own.order])
        assert.deepStrictEqual(list.json.missingCells, [5])
        assert.deepStrictEqual((yield* ask("GET", "/v1/overview")).json.missingCells, [5])
        const many = { filter: { state: "queued" }, reason: "what a job does not cover" }
        const counted = yield* ask("POST", "/v1/process-events/cancel?dryRun=true", { body: many })
        assert.deepStrictEqual(counted.json, { matches: 0, missingCells: [5] })
        const job = yield* ask("POST", "/v1/process-events/cancel", { body: many })
        assert.strictEqual(job.status, 202)
        assert.deepStrictEqual(job.json.missingCells, [5])
        assert.strictEqual((yield* ask("GET", `/v1/orders/${globex.order}`, { once: true })).status, 503)
        assert.strictEqual((yield* ask("GET", `/v1/orders/${own.order}`)).status, 200)
        // It may be in the cell that cannot be asked.
        assert.strictEqual((yield* ask("GET", "/v1/orders/of-the-shop", { once: true })).status, 503)
        assert.strictEqual((yield* ask("GET", "/v1/orders", { key: "globex", once: true })).status, 503)
        assert.strictEqual(
          (yield* ask("POST", "/v1/orders", { key: "globex", once: true, body: { orderType: "A" } })).status,
          503
        )
        yield* submitted(sluice, "acme")
        assert.strictEqual((yield* ask("PUT", "/v1/pipelines/later", { body: { steps: [] } })).status, 201)
        yield* away.cable.put
        yield* until(ask("GET", "/health/ready"), ({ json }) => json?.status === "ok")
        yield* until(ask("GET", "/v1/pipelines/later", { key: "globex" }), ({ status }) => status === 200)
        yield* submitted(sluice, "globex")

        // Without cell 0 no setting is saved, and orders go on.
        yield* databases[0]!.cable.pull
        yield* until(ask("GET", "/health/ready"), ({ json }) => json?.status === "degraded")
        assert.strictEqual((yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [] }, once: true })).status, 503)
        yield* submitted(sluice, "acme")
        yield* submitted(sluice, "globex")
      })
    ))

  it.live("a cell that is away at the start is made when it comes; one that refuses ends the start", () =>
    Effect.gen(function*() {
      const databases = yield* Cells.databases([0, 7])
      const path = yield* Cells.file(databases, { acme: 7, "*": 0 })
      const late = databases[1]!
      yield* late.cable.pull
      yield* Effect.scoped(Effect.gen(function*() {
        const sluice = yield* Cells.start(path, ["acme@acme"])
        assert.strictEqual((yield* sluice.ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })).status, 201)
        assert.strictEqual((yield* sluice.ask("GET", "/v1/orders")).json.missingCells[0], 7)
        yield* late.cable.put
        yield* until(sluice.ask("GET", "/health/ready"), ({ json }) => json.status === "ok")
        const order = yield* submitted(sluice, "acme")
        assert.strictEqual(digitsOf(order.order), "007")
      }))
      // The databases remember which cell they are.
      const exchanged = [{ ...databases[0]!, id: 7 }, { ...databases[1]!, id: 0 }]
      const refused = yield* Effect.flip(
        Effect.scoped(Cells.start(yield* Cells.file(exchanged, {}), []))
      )
      assert.match(refused.message, /^SLUICE_CELLS.*cell 0.*is cell 7, and was given as cell 0/)
      const unknown = yield* Effect.flip(Effect.scoped(Cells.start(path, ["x@ghost"])))
      assert.match(unknown.message, /^SLUICE_CELLS.*the tenant ghost/)
    }).pipe(Effect.scoped))
})
