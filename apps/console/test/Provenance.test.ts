import { assert, describe, it } from "vitest"
import type { Callout, HistoryEntry, Order, ProcessEvent, Step } from "../src/api/Documents.ts"
import { differences, provenance, versionsOf } from "../src/provenance/Provenance.ts"

const order = (members: Record<string, unknown>, version = 1): Order => ({
  id: "order-1",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-11-22T08:00:00Z",
  updatedAt: `2026-11-22T08:00:0${version}Z`,
  version,
  ...members as Record<string, string>
})

const callout = (part: Partial<Callout>): Callout => ({
  id: "callout-1",
  attempt: 1,
  endpoint: "https://partner.example/",
  idempotencyKey: "key",
  orderVersion: 1,
  startedAt: "2026-11-22T08:00:01Z",
  durationMs: 5,
  request: { method: "POST", headers: {}, body: null },
  outcome: "succeeded",
  ...part
})

const event = (...steps: ReadonlyArray<Partial<Step>>): Pick<ProcessEvent, "steps"> => ({
  steps: steps.map((part, index) => ({
    id: `step${index}`,
    index,
    name: "WebhookWorkflowStep",
    phase: "steps",
    critical: true,
    state: "succeeded",
    callouts: [],
    ...part
  }))
})

describe("differences", () => {
  it.each<[string, unknown, unknown, ReadonlyArray<string>]>([
    ["nothing", { a: 1 }, { a: 1 }, []],
    ["a member", { a: 1, b: 2 }, { a: 1, b: 3 }, ["/b"]],
    ["a new and a lost member", { a: 1 }, { b: 1 }, ["/a", "/b"]],
    ["inside objects", { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ["/a/b/c"]],
    ["lists as one value", { tags: ["x"] }, { tags: ["x", "y"] }, ["/tags"]],
    ["names that a pointer escapes", { "a/b": 1, "c~d": 1 }, { "a/b": 2, "c~d": 2 }, ["/a~1b", "/c~0d"]]
  ])("finds %s", (_name, before, after, paths) => {
    assert.deepStrictEqual(differences(before, after).map(({ path }) => path), paths)
  })
})

describe("provenance", () => {
  it("names the step and the attempt that patched a member last", () => {
    const changes = provenance(
      order({ status: "New" }),
      order({ status: "Validated" }, 3),
      event(
        { callouts: [callout({ patch: [{ path: "/status", before: "New", after: "Checked" }] })] },
        { callouts: [callout({ id: "callout-2", attempt: 2, patch: [{ path: "/status", after: "Validated" }] })] }
      ),
      []
    )
    assert.deepStrictEqual(changes.map(({ path, origin }) => [path, origin.by === "step" && origin.calloutId]), [
      ["/status", "callout-2"]
    ])
  })

  it("finds a member inside a patched one, and one that contains it", () => {
    const patched = event({ callouts: [callout({ patch: [{ path: "/shippingAddress" }] })] })
    const changes = provenance(
      order({ shippingAddress: { city: "A" } }),
      order({ shippingAddress: { city: "B" } }, 2),
      patched,
      []
    )
    assert.deepStrictEqual(changes.map(({ path, origin }) => [path, origin.by]), [["/shippingAddress/city", "step"]])
  })

  it("falls back on the history where no step patched a member, and says so if that is silent too", () => {
    const history: ReadonlyArray<HistoryEntry> = [
      {
        at: "2026-11-22T08:00:02Z",
        operation: "StatusChanged",
        message: "completedStatus",
        source: "pipeline",
        after: "Active"
      }
    ]
    const changes = provenance(order({}), order({ status: "Active", note: "x" }, 2), event(), history)
    assert.deepStrictEqual(changes.map(({ path, origin }) => [path, origin.by]), [
      ["/status", "history"],
      ["/note", "unknown"]
    ])
  })

  it("does not ascribe the change of a reused step to this run", () => {
    const changes = provenance(
      order({}),
      order({ status: "Active" }, 2),
      event({ reusedFrom: "process_event-0", callouts: [callout({ patch: [{ path: "/status" }] })] }),
      []
    )
    assert.deepStrictEqual(changes.map(({ origin }) => origin.by), ["unknown"])
  })

  it("leaves out the members that the server writes with every change", () => {
    assert.deepStrictEqual(provenance(order({}), order({}, 2), event(), []), [])
  })
})

describe("versionsOf", () => {
  it("a patch makes one version more than the one it was made on", () => {
    const run = event({
      callouts: [callout({ orderVersion: 3 }), callout({ orderVersion: 4, patch: [{ path: "/status" }] })]
    })
    assert.deepStrictEqual(versionsOf(run), { first: 3, last: 5 })
  })

  it("returns nothing for a run without callouts", () => {
    assert.isUndefined(versionsOf(event({})))
  })
})
