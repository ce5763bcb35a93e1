/** Contract: section 7, `timeline` and `why`. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
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
})
