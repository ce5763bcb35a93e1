import { assert, describe, it } from "@effect/vitest"
import { processEventId, versionEntryId } from "@sluice/domain/identity/Ids"
import { atOnce } from "@sluice/domain/internal/json/Steps"
import { readPointer, valueAt } from "../../src/timeline/Pointer.ts"
import { timelineEntries } from "../../src/timeline/TimelineEntries.ts"
import type { TimelineFacts } from "../../src/timeline/TimelineFacts.ts"
import { broughtBySteps, chainOf, patchedSides, type ValueAt } from "../../src/timeline/WhyChain.ts"

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(9, "0")}000`

const empty: TimelineFacts = {
  orderId: "order",
  eventId: uuid(1),
  createdAt: 1000,
  versions: [{ version: 1, at: 1000, changed: [] }],
  runs: [],
  steps: [],
  callouts: [],
  deliveries: [],
  acts: []
}

const run = { id: uuid(2), pipeline: { name: "p", version: 1 }, state: "completed", createdAt: 1000, startedAt: 1000 }
const step = { runId: run.id, index: 0, stepId: "a", phase: "steps", state: "succeeded", startedAt: 1000 }
const callout = {
  runId: run.id,
  id: uuid(3),
  step: 0,
  request: 0,
  attempt: 1,
  startedAt: 1001,
  method: "POST",
  endpoint: "https://partner.example/a",
  outcome: "succeeded",
  kind: "callout" as const,
  changed: []
}

const second = { version: 2, at: 1100, changed: ["status"] }
const act = { id: uuid(9), at: 1099, action: "order.update", actor: "ops", resource: "/", after: { version: 2 } }
const withSecond = { ...empty, versions: [...empty.versions, second] }

describe("the entry that a version follows from", () => {
  it.each<readonly [string, Partial<TimelineFacts>, string]>([
    ["the last callout of the step that ended with it", {
      runs: [run],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }],
      callouts: [callout, { ...callout, id: uuid(4), attempt: 2, startedAt: 1050 }]
    }, `callout-${uuid(4).replaceAll("-", "")}`],
    ["the run, where the step made no call", {
      runs: [run],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }]
    }, `process_event-${uuid(2).replaceAll("-", "")}`],
    ["the run that ended with it", {
      runs: [{ ...run, finishedAt: 1100 }],
      steps: [{ ...step, finishedAt: 1090, nextVersion: 1 }]
    }, `process_event-${uuid(2).replaceAll("-", "")}`],
    ["the PATCH that says so, although a step ended at the same time", {
      runs: [run],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }],
      acts: [act]
    }, `audit-${uuid(9).replaceAll("-", "")}`],
    ["the retry that put the status back", {
      runs: [run, { ...run, id: uuid(5), createdAt: 1100, startedAt: 1100, retryOf: run.id }],
      acts: [{ ...act, action: "run.retry", after: { processEventId: `process_event-${uuid(5).replaceAll("-", "")}` } }]
    }, `audit-${uuid(9).replaceAll("-", "")}`],
    ["the run under way, where it compensates", {
      runs: [{ ...run, finishedAt: 1300 }]
    }, `process_event-${uuid(2).replaceAll("-", "")}`],
    ["the entry that was stored with it, although a step with a later call ended at the same time", {
      versions: [...empty.versions, { ...second, cause: run.id }],
      runs: [run],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }],
      callouts: [callout]
    }, `process_event-${uuid(2).replaceAll("-", "")}`],
    ["the act of a job that was stored with it", {
      versions: [...empty.versions, { ...second, cause: uuid(9) }],
      acts: [{ ...act, action: "run.retry", jobId: "job-1" }]
    }, `operator-${uuid(9).replaceAll("-", "")}`],
    ["the step's last callout, where the record of the one that it followed from is gone", {
      versions: [...empty.versions, { ...second, cause: uuid(7) }],
      runs: [run],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }],
      callouts: [callout]
    }, `callout-${uuid(3).replaceAll("-", "")}`]
  ])("is %s", (_, facts, cause) => {
    const entries = timelineEntries({ ...withSecond, ...facts })
    const version = entries.find(({ entry }) => entry.id === versionEntryId(empty.eventId, 2))
    assert.strictEqual(version?.entry.cause, cause)
  })
})

describe("a timeline", () => {
  it("names who asked for a run of a job, which has no record of its own", () => {
    const retry = { ...run, id: uuid(5), createdAt: 1200, retryOf: run.id, requestedBy: "ops", retryReason: "morning" }
    const entries = timelineEntries({ ...empty, runs: [run, retry] })
    const operator = entries.find(({ entry }) => entry.kind === "operator")?.entry
    assert.deepInclude(operator, { action: "run.retry", actor: "ops", reason: "morning" })
    assert.strictEqual(entries.find(({ entry }) => entry.id === processEventId(uuid(5)))?.entry.cause, operator?.id)
  })

  it("leads each run to the act that was stored with it, in whatever order the acts were recorded", () => {
    const auditOf = (n: number) => `audit-${uuid(n).replaceAll("-", "")}`
    const runs = [run, { ...run, id: uuid(5), cause: auditOf(8) }, { ...run, id: uuid(6), cause: auditOf(7) }]
    const acts = [{ ...act, id: uuid(7), action: "order.process" }, { ...act, id: uuid(8), action: "order.process" }]
    const entries = timelineEntries({ ...empty, runs, acts })
    const causes = entries.filter(({ entry }) => entry.kind === "run").map(({ entry }) => [entry.id, entry.cause])
    assert.sameDeepMembers(causes.slice(1), [
      [processEventId(uuid(5)), auditOf(8)],
      [processEventId(uuid(6)), auditOf(7)]
    ])
  })

  it("has a cause above what follows from it, however the clocks of the processes differ", () => {
    const late = { ...callout, startedAt: 400 }
    const entries = timelineEntries({
      ...withSecond,
      runs: [{ ...run, startedAt: 900, finishedAt: 1100 }],
      steps: [{ ...step, startedAt: 700, finishedAt: 1090, nextVersion: 1 }],
      callouts: [late, { ...late, id: uuid(4), kind: "probe", startedAt: 300 }],
      deliveries: [{
        id: uuid(6),
        type: "error",
        endpointId: "e",
        state: "delivered",
        createdAt: 1,
        cause: `process_event-${uuid(2).replaceAll("-", "")}`,
        attempts: [{ number: 1, startedAt: 0, result: "200" }]
      }]
    })
    const places = new Map(entries.map(({ entry }, place) => [entry.id, place]))
    for (const { entry } of entries) {
      if (entry.cause !== undefined) {
        assert.isBelow(places.get(entry.cause) ?? Infinity, places.get(entry.id) ?? 0, entry.summary)
      }
    }
    assert.strictEqual(entries.length, 9)
  })
})

describe("the version that brought a value", () => {
  const values = (...all: ReadonlyArray<ValueAt["value"] | undefined>): ReadonlyArray<ValueAt> =>
    all.map((value, i) => value === undefined ? { version: i + 1 } : { version: i + 1, value })

  it.each([
    ["stands from its last change on", values("a", "b", "b", "c"), 3, {
      version: 2,
      before: "a",
      after: "b",
      until: 4
    }],
    ["is the first, where it never changed", values("a", "a"), 2, { version: 1, after: "a" }],
    ["compares as JSON", values({ x: [1] }, { x: [1] }), 2, { version: 1, after: { x: [1] } }],
    ["tells null from absent", values(undefined, null), 2, { version: 2, after: null }],
    ["is that of the removal", values("a", undefined, undefined), 3, { version: 2, before: "a" }],
    ["came again", values("a", undefined, "a"), 3, { version: 3, after: "a" }],
    ["never was", values(undefined, undefined, "a"), 2, undefined]
  ])(
    "%s",
    (_, all, version, expected) => assert.deepStrictEqual(atOnce(broughtBySteps(all, version)), expected as never)
  )
})

describe("a JSON Pointer", () => {
  it.each([
    ["", { a: 1 }],
    ["/a~1b/~0", 1],
    ["/list/1/x", 2],
    ["/list/01", undefined],
    ["/list/-", undefined],
    ["/constructor", undefined],
    ["/", 3]
  ])("%s", (path, expected) => {
    const document = path === "" ? { a: 1 } : { "a/b": { "~": 1 }, list: [0, { x: 2 }], "": 3 }
    assert.deepStrictEqual(valueAt(document, readPointer(path) ?? []), expected)
  })

  it.each(["a", "/~", "/~2"])("%s is none", (path) => assert.isUndefined(readPointer(path)))
})

describe("a link of the chain that is a partner's answer", () => {
  const patch = [
    { path: "/status", before: "New", after: "Approved" },
    { path: "/tags", after: ["a", "b"] },
    { path: "/shippingAddress/city", before: "Bergen", after: "Oslo" }
  ]
  const version = { before: "New", after: "Done" }
  it.each([
    ["the member itself, although the run's end set another value", "/status", { before: "New", after: "Approved" }],
    ["an element of a list that was new", "/tags/1", { after: "b" }],
    ["an object, of which the answer changed a part", "/shippingAddress", version],
    ["a member that the answer did not change", "/total", undefined],
    ["a name that begins alike", "/statusText", undefined]
  ])("has the values of %s", (_, path, expected) => {
    assert.deepStrictEqual(patchedSides(path, patch, version), expected)
  })

  it("stands under a version that has the value of the run's end", () => {
    const facts = {
      ...withSecond,
      runs: [{ ...run, finishedAt: 1100 }],
      steps: [{ ...step, finishedAt: 1100, nextVersion: 2 }],
      callouts: [{ ...callout, changed: ["/status"] }]
    }
    const document = { completedStatus: "Done", steps: [] }
    const chain = chainOf({
      orderId: "order",
      eventId: empty.eventId,
      path: "/status",
      entries: timelineEntries(facts),
      pipelineOf: () => ({ name: "p", version: 1, at: "2026-11-30T00:00:00.000Z", document }),
      patch
    }, { version: 2, ...version })
    assert.deepStrictEqual(chain.map(({ after, before, expression, kind }) => [kind, before, after, expression]), [
      ["version", "New", "Done", undefined],
      ["callout", "New", "Approved", undefined],
      ["step", undefined, undefined, undefined],
      ["run", undefined, undefined, undefined],
      ["setting", undefined, undefined, "completedStatus: \"Done\""],
      ["submitted", undefined, undefined, undefined]
    ])
  })
})
