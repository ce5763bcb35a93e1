import { assert, describe, it } from "@effect/vitest"
import { Credentials } from "@sluice/http-client/Credentials"
import { OutboundTimedOut } from "@sluice/http-client/Outbound"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import type { PartnerCheckOptions } from "@sluice/partner-check/CheckedSettings"
import { checkPartner } from "@sluice/partner-check/PartnerCheck"
import { PartnerReport } from "@sluice/partner-check/PartnerReport"
import { render } from "@sluice/partner-check/PartnerReportText"
import { Effect, Layer, Redacted, Schema } from "effect"

const url = "https://partner.example/validate"
const { respond } = OutboundMemory

const checking = (
  script: OutboundMemory.OutboundScript,
  options: Partial<PartnerCheckOptions> = {}
) =>
  Effect.gen(function*() {
    const report = yield* checkPartner({ url, speedSamples: 1, ...options })
    // A report is a value: it survives being stored.
    assert.deepStrictEqual(Schema.decodeUnknownSync(PartnerReport)(JSON.parse(JSON.stringify(report))), report)
    return { report, requests: (yield* OutboundMemory.OutboundMemory).requests }
  }).pipe(Effect.provide(Credentials.layerMemory.pipe(Layer.provideMerge(OutboundMemory.layer(script)))))

const caseOf = (report: PartnerReport, name: string) => {
  const found = report.cases.find((one) => one.name === name)
  assert.isDefined(found)
  return found
}

const findings = (report: PartnerReport, name: string) =>
  caseOf(report, name).findings.map(({ level, rule }) => `${level} ${rule}`)

/** The ends of the order, with and without StopOnError. */
const ends = (report: PartnerReport) => {
  const { critical, tolerant } = caseOf(report, "order")
  return [critical, tolerant].map((one) =>
    [one?.step, one?.run, one?.status.after, ...one?.notedOnOrder === true ? ["noted"] : []].join(" ")
  )
}

const patch = { OrderPatch: { Status: "Validated", Tags: ["seen"] } }
const cancel = { OrderActionExecutionResults: [{ CancelWorkflow: true, ErrorReason: "no" }], ...patch }

describe("an answer to a workflow step, and what it does to an order", () => {
  it.effect.each<[string, OutboundMemory.OutboundScript, string, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ["{}", () => respond(200, {}), "ready", ["ok patch"], ["succeeded completed New", "succeeded completed New"]],
    ["a patch", () => respond(200, patch), "ready", ["ok patch"], [
      "succeeded completed Validated",
      "succeeded completed Validated"
    ]],
    ["a patch of a wrong type", () => respond(200, { OrderPatch: { Tags: "seen" } }), "broken", ["fail json"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]],
    ["CancelWorkflow with a patch", () => respond(200, cancel), "careful", ["note cancel", "warn patch"], [
      "failed failed StoppedByCheck noted",
      "warning completed New"
    ]],
    ["a misspelt member", () => respond(200, { OrderPatches: {} }), "careful", ["ok patch", "warn unknown-members"], [
      "succeeded completed New",
      "succeeded completed New"
    ]],
    ["a web page", () => respond(200, "<html>", { "content-type": "text/html" }), "broken", [
      "warn content-type",
      "fail json"
    ], ["failed failed StoppedByCheck noted", "warning completed New noted"]],
    ["2 MiB", () => ({ ...respond(200, {}), truncated: true, announcedLength: 2_097_152 }), "broken", ["fail size"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]],
    ["301", () => respond(301), "broken", ["fail redirect"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]],
    ["400", () => respond(400), "careful", ["warn status"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]],
    ["500", () => respond(500), "broken", ["fail status"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]],
    ["no answer", () => new OutboundTimedOut({ sent: true }), "broken", ["fail speed"], [
      "failed failed StoppedByCheck noted",
      "warning completed New noted"
    ]]
  ])("%s", ([, script, verdict, found, effects]) =>
    Effect.gen(function*() {
      const { report } = yield* checking(script)
      assert.strictEqual(report.verdict, verdict, render(report))
      assert.deepStrictEqual(findings(report, "order"), found)
      assert.deepStrictEqual(ends(report), effects)
    }))

  it.effect("a patch of a read-only order is refused, and the report says why", () =>
    Effect.gen(function*() {
      const { report } = yield* checking(() => respond(200, patch))
      assert.strictEqual(caseOf(report, "read-only").critical?.status.after, "New")
      assert.include(caseOf(report, "read-only").findings[0]?.message, "the order is read-only")
    }))
})

describe("what is sent", () => {
  it.effect("a retryable refusal leads to four attempts with one key and body, and a partner that does not answer to one", () =>
    Effect.gen(function*() {
      const { requests } = yield* checking((_, index) =>
        index < 3 ? respond(503) : new OutboundTimedOut({ sent: true })
      )
      assert.strictEqual(requests.length, 4)
      assert.deepStrictEqual(requests.map(({ headers }) => headers["x-delivery-count"]), ["1", "2", "3", "4"])
      assert.strictEqual(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 1)
      assert.strictEqual(new Set(requests.map(({ body }) => String(body))).size, 1)
      const hanging = yield* checking(() => new OutboundTimedOut({ sent: true }))
      assert.strictEqual(hanging.requests.length, 1)
      assert.deepStrictEqual(
        hanging.report.cases.map(({ attempts }) => attempts.map(({ assumed }) => assumed === true)),
        [
          [false, true, true, true]
        ]
      )
    }))

  it.effect("the repetition has the key and bytes of the first request, and other requests have their own keys", () =>
    Effect.gen(function*() {
      const { requests } = yield* checking(() => respond(200, {}))
      const [first, repeated, changed, ...others] = requests.map(({ body, headers }) => ({
        key: headers["idempotency-key"],
        body: String(body)
      }))
      assert.deepStrictEqual(repeated, first)
      assert.strictEqual(changed?.key, first?.key)
      assert.notStrictEqual(changed?.body, first?.body)
      assert.strictEqual(new Set([first, ...others].map((one) => one?.key)).size, others.length + 1)
    }))

  it.effect("credentials are sent, and are not in the report", () =>
    Effect.gen(function*() {
      const token = "a-token-of-some-length"
      const { report, requests } = yield* checking(
        () => respond(200, { OrderActionExecutionResults: [{ CancelWorkflow: true, ErrorReason: `not ${token}` }] }),
        { credentials: { bearerToken: Redacted.make(token) } }
      )
      assert.strictEqual(requests[0]?.headers["authorization"], `Bearer ${token}`)
      assert.notInclude(JSON.stringify(report), token)
      assert.notInclude(render(report), token)
    }))
})

describe("repeated under one key", () => {
  it.effect.each<[string, OutboundMemory.OutboundScript, ReadonlyArray<string>]>([
    ["kept by key", ({ headers }) => respond(200, { x: headers["idempotency-key"] }), ["ok idempotency"]],
    ["always the same", () => respond(200, {}), ["note idempotency"]],
    ["done twice", (_, index) => respond(200, { x: index }), ["fail idempotency"]],
    ["refused", (_, index) => index === 0 ? respond(200, {}) : respond(409), ["fail idempotency"]]
  ])("an answer that is %s", ([, script, found]) =>
    Effect.gen(function*() {
      const { report } = yield* checking(script)
      assert.deepStrictEqual(findings(report, "repeat"), found)
    }))
})

it.effect("a callout treats a 500 as success unless it is listed", () =>
  Effect.gen(function*() {
    const step = "calloutPlugin"
    const open = yield* checking(() => respond(500, {}), { step })
    assert.deepStrictEqual(findings(open.report, "order"), ["warn status"])
    assert.deepStrictEqual(ends(open.report), ["succeeded completed New", "succeeded completed New"])
    const listed = yield* checking(() => respond(500, {}), { step, shouldRejectOn: [500] })
    assert.deepStrictEqual(ends(listed.report), ["failed failed StoppedByCheck", "failed completed New"])
  }))
