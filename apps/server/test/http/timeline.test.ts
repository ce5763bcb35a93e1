/** Contract: section 7, `timeline` and `why`. */
import { assert, layer } from "@effect/vitest"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"

const key = "key-of-an-operator-at-night"
const authorization = { authorization: `Bearer ${key}` }
const world = Sluice.layer({ SLUICE_API_KEYS: `night=${key}` }).pipe(Layer.provideMerge(Partner.layer))

const ask = Effect.fnUntraced(function*(
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {}
) {
  const sluice = yield* Sluice
  return yield* sluice.ask(method, path, { headers: { ...authorization, ...headers }, body: body as never })
})

interface Entry {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly cause?: string
  readonly summary: string
  readonly [member: string]: unknown
}

/** The whole timeline, page by page. */
const timelineOf = Effect.fnUntraced(function*(order: string, limit = 200) {
  const entries: Array<Entry> = []
  for (let cursor: string | null = ""; cursor !== null;) {
    const answer: Answer = yield* ask(
      "GET",
      `/v1/orders/${order}/timeline?limit=${limit}${cursor && `&cursor=${cursor}`}`
    )
    assert.strictEqual(answer.status, 200, answer.text)
    entries.push(...answer.json.items)
    cursor = answer.json.nextCursor
  }
  return entries
})

const why = (order: string, path: string, version?: number) =>
  ask(
    "GET",
    `/v1/orders/${order}/why?path=${encodeURIComponent(path)}${version === undefined ? "" : `&version=${version}`}`
  )

const delivered = Effect.fnUntraced(function*(order: string, count: number) {
  for (let tries = 0; tries < 400; tries++) {
    const { json } = yield* ask("GET", `/v1/deliveries?orderId=${order}&state=delivered`)
    if (json.items.length >= count) return json.items as ReadonlyArray<{ readonly id: string; readonly type: string }>
    yield* Effect.sleep("25 millis")
  }
  return yield* Effect.die(
    `not everything was delivered: ${(yield* ask("GET", `/v1/deliveries?orderId=${order}`)).text}`
  )
})

const expectCauses = (entries: ReadonlyArray<Entry>) => {
  const seen = new Set<string>()
  for (const { cause, id, kind } of entries) {
    if (kind === "submitted" || kind === "operator") assert.isUndefined(cause, id)
    else assert.isTrue(cause !== undefined && seen.has(cause), `${id} stands above its cause ${cause}`)
    assert.isFalse(seen.has(id), `${id} stands twice`)
    seen.add(id)
  }
}

const settings = Effect.gen(function*() {
  const partner = yield* Partner
  partner.answer("/patch", (_, response) => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ OrderPatch: { tags: ["checked"], customerName: "Ada" } }))
  })
  let refusals = 1
  partner.answer("/bill", (_, response) => response.writeHead(refusals-- > 0 ? 500 : 200).end("{}"))
  const step = (id: string, path: string, members: object = {}) => ({
    name: "calloutPlugin",
    id,
    critical: true,
    options: { endpoint: `${partner.url}${path}`, shouldRejectOn: { status: [500] } },
    ...members
  })
  yield* ask("PUT", "/v1/webhook-endpoints/all", {
    url: `${partner.url}/hook`,
    types: ["order.subscription_offer_change", "order.updated", "order.completed", "error"]
  })
  const saved = yield* ask("PUT", "/v1/pipelines/causes", {
    match: { orderTypes: ["CHANGE_OFFER"] },
    completedStatus: "Active",
    steps: [
      step("first", "/ok", { compensate: { endpoint: `${partner.url}/undo` } }),
      {
        name: "WebhookWorkflowStep",
        id: "check",
        Connector: "Webhook",
        Properties: [{ Key: "Host", Value: `${partner.url}/patch` }]
      },
      step("bill", "/bill")
    ]
  })
  assert.strictEqual(saved.status, 201, saved.text)
})

/** The id of a job over many runs, once it has ended. */
const job = Effect.fnUntraced(function*(verb: string, body: object) {
  const { json, text } = yield* ask("POST", `/v1/process-events/${verb}`, body)
  const ended = yield* Effect.repeat(Effect.delay(ask("GET", `/v1/jobs/${json.id}`), "25 millis"), {
    until: ({ json }) => json.state === "completed"
  })
  assert.deepInclude(ended.json, { done: 1, failed: 0, skipped: 0 }, text)
  return json.id as string
})

/** Orders whose runs hang, have failed at a partner that is up again, and wait for a callback. */
const bulkOrders = Effect.gen(function*() {
  const partner = yield* Partner
  let isUp = false
  partner.answer("/hangs", () => {})
  partner.answer("/later", (_, response) => response.writeHead(202).end())
  partner.answer("/fails", (_, response) => response.writeHead(isUp ? 200 : 500).end("{}"))
  const members = { timeoutValue: 600_000, shouldRejectOn: { status: [500] } }
  const callout = (path: string) => ({
    name: "calloutPlugin",
    critical: true,
    options: { endpoint: `${partner.url}/${path}`, ...members }
  })
  const approval = {
    name: "WebhookWorkflowStep",
    Connector: "Webhook",
    awaitCallback: { timeout: "1.00:00:00" },
    Properties: [{ Key: "Host", Value: `${partner.url}/later` }]
  }
  yield* ask("PUT", "/v1/webhook-endpoints/updates", { url: `${partner.url}/hook`, types: ["order.updated"] })
  for (const [name, step] of [["hangs", callout("hangs")], ["fails", callout("fails")], ["waits", approval]] as const) {
    const saved = yield* ask("PUT", `/v1/pipelines/${name}`, { match: { orderTypes: [name] }, steps: [step] })
    assert.include([200, 201], saved.status, saved.text)
    yield* ask("POST", "/v1/orders", { id: `bulk-${name}`, orderType: name })
  }
  for (const [name, state] of [["hangs", "running"], ["fails", "failed"], ["waits", "waiting"]] as const) {
    yield* Effect.repeat(Effect.delay(ask("GET", `/v1/process-events?pipeline=${name}`), "25 millis"), {
      until: ({ json }) => json.items[0]?.state === state
    })
  }
  isUp = true
  return { hangs: "bulk-hangs", fails: "bulk-fails", waits: "bulk-waits" }
})

layer(world, { excludeTestServices: true })("the causal record of an order", (it) => {
  it.effect("explains a submission, a failure with compensation, a PATCH, a retry and a redelivery", () =>
    Effect.gen(function*() {
      yield* settings
      const submitted = yield* ask("POST", "/v1/orders", { orderType: "CHANGE_OFFER", customerName: "A" }, {
        prefer: "wait=30"
      })
      const { order: { id: order }, processEvent } = submitted.json
      assert.strictEqual(processEvent.state, "failed", submitted.text)
      const edited = yield* ask("PATCH", `/v1/orders/${order}`, { customerPhone: "1", tags: ["seen"] })
      assert.strictEqual(edited.status, 200, edited.text)
      const retried = yield* ask("POST", `/v1/process-events/${processEvent.id}/retry`, { reason: "billing is up" }, {
        prefer: "wait=30"
      })
      assert.strictEqual(retried.json.processEvent?.state, "completed", retried.text)
      const newest = (yield* ask("GET", `/v1/orders/${order}`)).json
      const updates = newest.version - 1
      const [{ id: delivery } = { id: "" }] = yield* delivered(order, 1 + updates + 1 + 1)
      yield* ask("POST", `/v1/deliveries/${delivery}/redeliver`)
      yield* Effect.repeat(Effect.delay(timelineOf(order), "25 millis"), {
        until: (entries) =>
          entries.some(({ cause, kind }) => kind === "attempt" && cause?.startsWith("audit-") === true)
      })

      const entries = yield* timelineOf(order)
      expectCauses(entries)
      assert.deepStrictEqual(yield* timelineOf(order, 3), entries)
      const byId = new Map(entries.map((entry) => [entry.id, entry]))
      const causes = (kind: string) =>
        entries.filter((entry) => entry.kind === kind).map(({ cause }) => byId.get(cause ?? "")?.kind ?? "none")
      assert.deepStrictEqual(causes("submitted"), ["none"])
      assert.deepStrictEqual(causes("run"), ["submitted", "operator"])
      assert.isAtLeast(causes("compensation").length, 1)
      assert.deepStrictEqual([...new Set(causes("compensation"))], ["run"])
      assert.deepStrictEqual([...new Set(causes("step"))], ["run"])
      assert.sameMembers([...new Set(causes("callout"))], ["step", "compensation"])
      const acts = entries.filter(({ kind }) => kind === "operator").map(({ action, actor }) => [action, actor])
      assert.deepStrictEqual(acts, [
        ["order.update", "night"],
        ["run.retry", "night"],
        ["delivery.redeliver", "night"]
      ])

      // What was told of a version names the entry that the timeline has for its cause.
      const sent = yield* ask("GET", `/v1/deliveries?orderId=${order}&type=order.updated`)
      for (const { id } of sent.json.items) {
        const { request: { body } } = (yield* ask("GET", `/v1/deliveries/${id}`)).json
        const version = entries.find((entry) => entry.kind === "version" && entry["version"] === body.after)
        assert.strictEqual(version?.cause, body.cause, `version ${body.after}`)
      }

      // Every member of every version is explained, down to the submission or the operator, and by what computes it.
      for (let version = 1; version <= newest.version; version++) {
        const document = (yield* ask("GET", `/v1/orders/${order}/versions/${version}`)).json
        for (const [name, value] of Object.entries(document)) {
          const { json, status, text } = yield* why(order, `/${name}`, version)
          assert.strictEqual(status, 200, text)
          assert.deepStrictEqual(json.value, value, name)
          const last = json.chain.filter(({ kind }: Entry) => kind !== "setting").at(-1)
          assert.include(["submitted", "operator"], last.kind, text)
          for (const { id, kind } of json.chain) if (kind !== "setting") assert.isTrue(byId.has(id), id)
          const brought = (yield* ask("GET", `/v1/orders/${order}/versions/${json.version}`)).json
          assert.deepStrictEqual(brought[name], value, `${name} of version ${json.version}`)
        }
      }

      const status = (yield* why(order, "/status")).json
      assert.strictEqual(status.value, "Active")
      const setting = status.chain.find(({ kind }: Entry) => kind === "setting")
      assert.deepInclude(setting, {
        name: "causes",
        version: 1,
        expression: "completedStatus: \"Active\"",
        savedBy: "night"
      })
      assert.strictEqual(setting.href, "/v1/pipelines/causes/versions/1")
      assert.isNotEmpty(status.toldTo)

      const name = (yield* why(order, "/customerName")).json
      assert.deepInclude(name.chain[0], { kind: "version", before: "A", after: "Ada" })
      assert.deepStrictEqual(name.chain.map(({ kind }: Entry) => kind), [
        "version",
        "callout",
        "step",
        "run",
        "setting",
        "submitted"
      ])
      for (const { href } of name.chain) assert.strictEqual((yield* ask("GET", href)).status, 200, href)
      assert.deepStrictEqual((yield* why(order, "/customerPhone")).json.chain.map(({ kind }: Entry) => kind), [
        "version",
        "operator"
      ])
      assert.strictEqual((yield* why(order, "/tags/0")).json.value, newest.tags[0])
    }))

  it.effect("tells a removed member from one that never was, and refuses a path that is no pointer", () =>
    Effect.gen(function*() {
      const order = { id: "removed", orderType: "UNMATCHED", externalIds: [{ providerName: "a", id: "1" }] }
      yield* ask("PUT", "/v1/pipelines/none", { match: { orderTypes: ["UNMATCHED"] }, steps: [] })
      yield* ask("POST", "/v1/orders", order, { prefer: "wait=30" })
      const removed = yield* ask("PATCH", "/v1/orders/removed", { externalIds: [], keepExistingListItems: false })
      assert.strictEqual(removed.status, 200, removed.text)
      const gone = yield* why("removed", "/externalIds/0/id")
      assert.strictEqual(gone.status, 200, gone.text)
      assert.notProperty(gone.json, "value")
      assert.deepInclude(gone.json.chain[0], { kind: "version", before: "1" })
      assert.deepStrictEqual(gone.json.toldTo, [])
      for (
        const [path, version, expected] of [
          ["/neverThere", undefined, 404],
          ["/status", 99, 404],
          ["status", undefined, 400],
          ["/a~2", undefined, 400],
          ["/status", 0, 400]
        ] as const
      ) {
        const answer = yield* why("removed", path, version)
        assert.strictEqual(answer.status, expected, `${path}: ${answer.text}`)
      }
      assert.strictEqual((yield* why("nowhere", "/status")).status, 404)
      assert.strictEqual((yield* ask("GET", "/v1/orders/nowhere/timeline")).status, 404)
    }))

  it.effect("names the job behind what it did to a run, and who asked for it, in the timeline and in why", () =>
    Effect.gen(function*() {
      const orders = yield* bulkOrders
      const jobs = {
        cancel: yield* job("cancel", { filter: { orderId: orders.hangs }, reason: "sold out" }),
        retry: yield* job("retry", { filter: { orderId: orders.fails }, reason: "partner is up" }),
        resolve: yield* job("resolve", {
          filter: { orderId: orders.waits },
          reason: "approved by phone",
          output: { OrderPatch: { customerName: "Grace" } }
        })
      }
      const actOf = Effect.fnUntraced(function*(order: string, action: string, jobId: string, reason: string) {
        const entries = yield* Effect.repeat(Effect.delay(timelineOf(order), "25 millis"), {
          until: (all) => all.filter(({ kind }) => kind === "run").every(({ durationMs }) => durationMs !== undefined)
        })
        expectCauses(entries)
        const acts = entries.filter(({ kind }) => kind === "operator")
        assert.lengthOf(acts, 1, JSON.stringify(acts))
        const [act] = acts as [Entry]
        assert.deepInclude(act, { action, actor: "night", reason, jobId })
        assert.include(act.summary, `${action} by night with ${jobId}: ${reason}`)
        return { act, entries }
      })
      /** The messages about a version carry the cause that the timeline shows. */
      const expectTold = Effect.fnUntraced(function*(order: string, version: Entry | undefined, act: Entry) {
        assert.strictEqual(version?.cause, act.id)
        const told = yield* ask("GET", `/v1/deliveries?orderId=${order}&type=order.updated`)
        const bodies = yield* Effect.forEach(
          told.json.items as ReadonlyArray<Entry>,
          ({ id }) => Effect.map(ask("GET", `/v1/deliveries/${id}`), ({ json }) => json.request.body)
        )
        assert.strictEqual(bodies.find(({ after }) => after === version?.["version"])?.cause, act.id)
      })

      yield* actOf(orders.hangs, "run.cancel", jobs.cancel, "sold out")

      const retried = yield* actOf(orders.fails, "run.retry", jobs.retry, "partner is up")
      const runs = retried.entries.filter(({ kind }) => kind === "run")
      assert.deepStrictEqual(runs.map(({ cause }) => cause), [retried.entries[0]?.id, retried.act.id])
      const back = retried.entries.find(({ cause, kind }) => kind === "version" && cause === retried.act.id)
      yield* expectTold(orders.fails, back, retried.act)
      const status = (yield* why(orders.fails, "/status", back?.["version"] as number)).json
      assert.deepStrictEqual(status.chain.map(({ href, jobId, kind }: Entry) => [kind, jobId, href]), [
        ["version", undefined, `/v1/orders/${orders.fails}/versions/${back?.["version"]}`],
        ["operator", jobs.retry, `/v1/jobs/${jobs.retry}`]
      ])
      assert.strictEqual((yield* ask("GET", status.chain[1].href)).json.requestedBy, "night")

      const resolved = yield* actOf(orders.waits, "step.resolve", jobs.resolve, "approved by phone")
      const name = (yield* why(orders.waits, "/customerName")).json
      assert.deepStrictEqual(name.chain.map(({ id, kind }: Entry) => [kind, id]).slice(1), [[
        "operator",
        resolved.act.id
      ]])
      yield* expectTold(orders.waits, resolved.entries.find(({ id }) => id === name.chain[0].id), resolved.act)
    }))

  it.effect("leads each run of /process to the request that asked for it", () =>
    Effect.gen(function*() {
      yield* ask("PUT", "/v1/pipelines/none", { match: { orderTypes: ["UNMATCHED"] }, steps: [] })
      yield* ask("POST", "/v1/orders", { id: "twice", orderType: "UNMATCHED" }, { prefer: "wait=30" })
      const asked: Array<readonly [string, string]> = []
      for (let i = 0; i < 2; i++) {
        const { json } = yield* ask("POST", "/v1/orders/twice/process", { pipeline: "none" }, { prefer: "wait=30" })
        const [act] = (yield* ask("GET", "/v1/audit?action=order.process&limit=1")).json.items
        asked.push([json.processEvent.id, act.id])
      }
      // The acts as they would be recorded by a database whose clock was set back between them.
      const sql = yield* SqlClient.SqlClient
      yield* sql`update audit set at = at - interval '10 s' where id = ${uuidOf(asked[1]?.[1] ?? "") ?? ""}::uuid`
      const runs = (yield* timelineOf("twice")).filter(({ kind }) => kind === "run")
      assert.sameDeepMembers(runs.slice(1).map(({ cause, id }) => [id, cause]), asked.map((one) => [...one]))
    }))
})
