/** Each invariant by itself: evidence of an order that went well, and what turns it red. */
import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { broken, check, invariants } from "../src/checker/Checker.ts"
import type { Asked, Evidence, Rows } from "../src/evidence/Evidence.ts"
import type { Explanation, Link, OrderRecord, SentDelivery } from "../src/evidence/OrderRecord.ts"

const run = "01a204d7-f14f-7593-b134-f0abfc28de6a"
const other = "01a204d7-f14f-7593-b134-f0abfc28de6b"
const keyOf = (runId: string, step: number) => `${runId.replaceAll("-", "")}-${step}-0`

const asked = (members: Partial<Asked>): Asked => ({
  sender: "one",
  holder: "w1",
  path: "/patch/tag",
  kind: "patch",
  key: keyOf(run, 0),
  deliveryCount: 1,
  body: "b",
  arrivedAt: 100,
  answer: 200,
  ...members
})

const call = (members: Partial<Asked>): Asked => ({
  sender: "one",
  holder: "w1",
  path: "/ok/b",
  kind: "ok",
  key: keyOf(run, 1),
  body: "c",
  arrivedAt: 300,
  answer: 200,
  ...members
})

const record = {
  runId: run,
  step: 0,
  request: 0,
  attempt: 1,
  key: keyOf(run, 0),
  outcome: "succeeded" as string | null,
  status: 200 as number | null,
  storedAt: 200,
  storedIn: "t1"
}

const rows: Rows = {
  orders: [{
    id: "o",
    version: 2,
    idempotencyKey: "k",
    versions: [1, 2],
    tags: ["tag", "hand"],
    exported: 1,
    subscriptions: 1
  }],
  runs: [{
    id: run,
    orderId: "o",
    state: "completed",
    reason: null,
    retryOf: null,
    takeovers: 0,
    cancelRequested: false,
    pipeline: "p",
    endedAt: 401,
    endedIn: "t2"
  }],
  steps: [
    {
      runId: run,
      index: 0,
      phase: "steps",
      plugin: "WebhookWorkflowStep",
      state: "succeeded",
      reused: false,
      storedAt: 200,
      storedIn: "t1"
    },
    {
      runId: run,
      index: 1,
      phase: "steps",
      plugin: "calloutPlugin",
      state: "succeeded",
      reused: false,
      storedAt: 402,
      storedIn: "t2"
    }
  ],
  callouts: [record, { ...record, step: 1, key: keyOf(run, 1), storedAt: 402, storedIn: "t2" }],
  callbacks: [{ runId: run, step: 1, said: "yes" }],
  deferred: [{ runId: run, step: 2, deliveryId: "d2", state: "delivered", attempts: 2, records: 2, succeeded: 1 }],
  deliveries: [{
    id: "d",
    messageId: "m",
    endpointId: "e",
    type: "order.submitted",
    orderId: "o",
    state: "delivered"
  }],
  endpoints: ["e"],
  missing: []
}

const hook = asked({ key: "", kind: "hook", path: "/hook/e", webhookId: "m", arrivedAt: 500 })

/** The explanation of a value; version 2 was told by the delivery. */
const explanation = (member: string, asked: number, version: number, value: Json, [link]: [Link]): Explanation => ({
  member,
  asked,
  status: 200,
  value,
  version,
  chain: [{ ...link, id: `version-1-${version}`, kind: "version" }, link],
  toldTo: asked === 2 ? [{ deliveryId: "delivery-1" }] : []
})
const submittedLink = (after: Json): Link => ({ id: "event-1", kind: "submitted", after, href: "" })
const patchedLink = (after: Json): Link => ({ id: "audit-1", kind: "operator", after, href: "" })

/** An order that was submitted, and then changed by an operator. */
const explainedOrder: OrderRecord = {
  id: "o",
  versions: [{ id: "o", version: 1 }, { id: "o", tags: ["hand"], version: 2 }],
  timeline: [
    { id: "event-1", kind: "submitted", summary: "" },
    { id: "version-1-1", kind: "version", cause: "event-1", version: 1, summary: "" },
    { id: "audit-1", kind: "operator", action: "order.update", summary: "" },
    { id: "version-1-2", kind: "version", cause: "audit-1", version: 2, summary: "" },
    { id: "delivery-1", kind: "delivery", cause: "version-1-2", summary: "" }
  ],
  explanations: [
    explanation("id", 2, 1, "o", [submittedLink("o")]),
    explanation("version", 2, 2, 2, [{ ...patchedLink(2), before: 1 }]),
    explanation("version", 1, 1, 1, [submittedLink(1)]),
    explanation("tags", 2, 2, ["hand"], [patchedLink(["hand"])]),
    { member: "tags", asked: 1, status: 404, version: 0, chain: [], toldTo: [] }
  ],
  answers: new Map(),
  runs: new Map(),
  deliveries: [{
    id: "delivery-1",
    type: "order.updated",
    endpointId: "e",
    attempts: 1,
    cause: "version-1-2",
    body: {
      order: { id: "o", tags: ["hand"], version: 2 },
      before: 1,
      after: 2,
      changes: [{ path: "/tags", before: null, after: ["hand"] }],
      cause: "audit-1"
    }
  }]
}

const withRecord = (members: Partial<OrderRecord>): Evidence => ({
  ...well,
  records: [{ ...explainedOrder, ...members }]
})
const [idTold, versionTold, , tagsTold] = explainedOrder.explanations as [
  Explanation,
  Explanation,
  unknown,
  Explanation
]
const retold = (explanation: Explanation, members: Partial<Explanation>): Evidence =>
  withRecord({
    explanations: explainedOrder.explanations.map((one) => one === explanation ? { ...one, ...members } : one)
  })
const [sent] = explainedOrder.deliveries as [SentDelivery]

const well: Evidence = {
  submissions: [{ key: "k", orderType: "NEW_ORDER", items: 1, status: 202, orderId: "o", runId: run }],
  patches: [{ orderId: "o", tag: "hand", status: 200 }],
  cancels: [],
  retries: [],
  callbacks: [{ key: keyOf(run, 1), said: "yes", status: 200 }, { key: keyOf(run, 1), said: "no", status: 409 }],
  asked: [asked({}), call({}), hook],
  pauses: [],
  records: [explainedOrder],
  rows
}

const [order, theRun, second] = [rows.orders[0]!, rows.runs[0]!, rows.steps[1]!] as const
const withRows = (members: Partial<Rows>): Evidence => ({ ...well, rows: { ...rows, ...members } })
const withAsked = (...more: ReadonlyArray<Asked>): Evidence => ({ ...well, asked: [...well.asked, ...more] })
const twoRecords = { callouts: [...rows.callouts, { ...record, step: 1, key: keyOf(run, 1), attempt: 2 }] }
const again = { ...withAsked(call({ arrivedAt: 350 })), rows: { ...rows, ...twoRecords } }

const red: ReadonlyArray<readonly [invariant: string, what: string, evidence: Evidence]> = [
  ["stored", "an accepted order that is gone", withRows({ orders: [] })],
  ["ended", "a run that never ends", withRows({ runs: [{ ...theRun, state: "running" }] })],
  [
    "ended",
    "a run that was given up too early",
    withRows({
      runs: [{ ...theRun, state: "failed", reason: "worker-lost", takeovers: 2 }]
    })
  ],
  ["answers", "a 500 to a repeat", {
    ...well,
    submissions: [...well.submissions, { key: "k", orderType: "NEW_ORDER", items: 1, status: 500 }]
  }],
  ["one-order", "another order for a key", {
    ...well,
    submissions: [...well.submissions, { ...well.submissions[0]!, status: 200, orderId: "x", runId: other }]
  }],
  ["versions", "a gap between versions", withRows({ orders: [{ ...order, version: 3, versions: [1, 3] }] })],
  ["updates", "a patch that was acknowledged and is not there", withRows({ orders: [{ ...order, tags: ["tag"] }] })],
  ["updates", "a step's patch that is not there", withRows({ orders: [{ ...order, tags: ["hand"] }] })],
  ["cancelled", "a cancelled run that completed", {
    ...well,
    cancels: [{ runId: run, compensates: false, status: 200 }]
  }],
  ["finished-once", "a request after the step's end", {
    ...again,
    asked: [...well.asked, call({ arrivedAt: 450 })]
  }],
  [
    "after-end",
    "a step that is stored after the run's end",
    withRows({ steps: [rows.steps[0]!, { ...second, storedIn: "t3" }] })
  ],
  [
    "after-end",
    "an attempt's record that is stored after the run's end",
    withRows({ callouts: [...rows.callouts, { ...record, attempt: 2, storedAt: 403, storedIn: "t3" }] })
  ],
  [
    "after-end",
    "a request of a step that had not begun when the run ended",
    withAsked(call({ key: keyOf(run, 2), arrivedAt: 450 }))
  ],
  ["one-holder", "a worker that comes back", {
    ...again,
    asked: [asked({}), call({ holder: "w2" }), call({ arrivedAt: 350 }), hook]
  }],
  ["serial", "two runs over an order, in turns", {
    ...again,
    asked: [asked({}), call({ key: keyOf(other, 1), arrivedAt: 250 }), call({}), hook],
    rows: {
      ...rows,
      runs: [...rows.runs, { ...theRun, id: other, state: "cancelled" }],
      callouts: [...rows.callouts, { ...record, runId: other, step: 1, key: keyOf(other, 1) }]
    }
  }],
  ["keys", "other bytes under the same key", { ...again, asked: [...well.asked, call({ arrivedAt: 350, body: "x" })] }],
  ["counts", "a count that repeats", {
    ...withAsked(asked({ arrivedAt: 150 })),
    rows: { ...rows, callouts: [...rows.callouts, { ...record, attempt: 2 }] }
  }],
  ["recorded", "a request without a record", withAsked(call({ arrivedAt: 350 }))],
  [
    "outcomes",
    "a record without an outcome",
    withRows({
      callouts: [{ ...record, outcome: null }, ...rows.callouts.slice(1)]
    })
  ],
  [
    "outcomes",
    "an answer on record that no partner gave",
    withRows({
      callouts: [record, { ...record, step: 1, key: keyOf(run, 1), status: 201 }]
    })
  ],
  ["steps", "a step that is missing", withRows({ steps: [second] })],
  ["history", "a success told twice", withRows({ orders: [{ ...order, exported: 2 }] })],
  ["left-behind", "a second subscription for one item", withRows({ orders: [{ ...order, subscriptions: 2 }] })],
  ["callbacks", "two answers that were both taken", {
    ...well,
    callbacks: [...well.callbacks, { key: keyOf(run, 1), said: "no", status: 200 }]
  }],
  ["callbacks", "an answer that was taken and is not recorded", withRows({ callbacks: [] })],
  ["callbacks", "two records of answers", withRows({ callbacks: [...rows.callbacks, ...rows.callbacks] })],
  ["callbacks", "an answer to an unknown token", {
    ...well,
    callbacks: [...well.callbacks, { key: keyOf(run, 1), said: "yes", status: 404 }]
  }],
  ["deferred", "a call without its delivery", withRows({ deferred: [{ ...rows.deferred[0]!, state: null }] })],
  ["deferred", "an attempt without a record", withRows({ deferred: [{ ...rows.deferred[0]!, records: 1 }] })],
  [
    "deferred",
    "a call that is delivered and never succeeded",
    withRows({ deferred: [{ ...rows.deferred[0]!, succeeded: 0 }] })
  ],
  [
    "deferred",
    "a delivery of a call that no step made",
    withRows({
      deliveries: [...rows.deliveries, { ...rows.deliveries[0]!, id: "x", endpointId: null, type: "callout" }]
    })
  ],
  [
    "explained",
    "a cause that stands nowhere",
    withRecord({ timeline: explainedOrder.timeline.filter(({ id }) => id !== "audit-1") })
  ],
  ["explained", "a member with another value than the order has", retold(tagsTold, { value: ["other"] })],
  ["explained", "a member that nothing explains", withRecord({ explanations: [idTold, versionTold] })],
  ["explained", "a chain that skips a link", retold(tagsTold, { chain: tagsTold.chain.slice(0, 1) })],
  [
    "explained",
    "a change that its cause did not make",
    retold(tagsTold, { chain: tagsTold.chain.map((link) => link.kind === "operator" ? { ...link, after: [] } : link) })
  ],
  ["explained", "a receiver that is not named", retold(tagsTold, { toldTo: [] })],
  [
    "explained",
    "a body of another version",
    withRecord({ deliveries: [{ ...sent, body: { ...sent.body as object, after: 1 } }] })
  ],
  [
    "explained",
    "a body that names another cause",
    withRecord({
      deliveries: [{ ...sent, body: { ...sent.body as object, cause: "event-1" } }]
    })
  ],
  [
    "explained",
    "a message with another cause than its version",
    withRecord({
      deliveries: [{ ...sent, cause: "event-1" }]
    })
  ],
  ["deliveries", "an event without its delivery", withRows({ deliveries: [] })],
  ["deliveries", "a delivery that no receiver got", { ...well, asked: well.asked.slice(0, 2) }],
  ["deliveries", "other bytes of the same message", withAsked({ ...hook, body: "x" })]
]

describe("the checker", () => {
  it("reports no violation for an order that completed normally", () => {
    assert.deepStrictEqual(broken(check(well)), [])
  })

  for (const [invariant, what, evidence] of red) {
    it(`${invariant}: finds ${what}`, () => {
      assert.include(broken(check(evidence)), invariant)
    })
  }

  it("has a test case for each invariant", () => {
    assert.deepStrictEqual(new Set(red.map(([name]) => name)), new Set(invariants.map(({ name }) => name)))
  })

  it("ignores connections that a suspended process closes when it is resumed", () => {
    const late = { ...again, asked: [...well.asked, call({ arrivedAt: 450 })] }
    assert.deepStrictEqual(broken(check({ ...late, pauses: [{ sender: "one", from: 320, until: 440 }] })), [])
  })

  it("counts one request after an attempt's time-out as late, and a second one as a repetition", () => {
    const late = well.asked.map((one) => one.key === keyOf(run, 1) ? { ...one, arrivedAt: 450 } : one)
    const callouts = rows.callouts.map((one) => one.step === 1 ? { ...one, outcome: "timed-out", status: null } : one)
    const evidence = { ...well, asked: late, rows: { ...rows, callouts } }
    assert.deepStrictEqual(broken(check(evidence)), [])
    const repeated = [...broken(check({ ...evidence, asked: [...late, call({ arrivedAt: 460 })] }))]
    assert.includeMembers(repeated, ["finished-once", "after-end"])
  })

  it("counts the request of an interrupted attempt as late if it arrives after the run's end, once", () => {
    const interrupted = { ...record, step: 2, key: keyOf(run, 2), outcome: "interrupted", status: null }
    const evidence = withRows({ callouts: [...rows.callouts, interrupted] })
    const late = call({ key: keyOf(run, 2), arrivedAt: 450 })
    assert.deepStrictEqual(broken(check({ ...evidence, asked: [...well.asked, late] })), [])
    assert.include(broken(check({ ...evidence, asked: [...well.asked, late, late] })), "after-end")
  })
})
