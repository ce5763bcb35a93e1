import { assert, describe, it } from "@effect/vitest"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import { OutboundTimedOut, OutboundUnreachable, OutboundUnreadable } from "@sluice/http-client/Outbound"
import { Schema } from "effect"
import { exchangeRecord, failureRecord } from "../../src/callouts/AttemptRecord.ts"
import { merged } from "../../src/callouts/AttemptRequest.ts"
import { toDefect } from "../../src/plugins/PluginError.ts"
import { never } from "../../src/plugins/RetrySchedule.ts"

const redactor = makeRedactor(["hunter22"])
const message = "no answer to hunter22"

describe("the record of an exchange without an answer", () => {
  const timedOut = (sent: boolean) => new OutboundTimedOut({ sent })
  const unreachable = (code: "reset" | "refused", sent: boolean) => new OutboundUnreachable({ code, message, sent })
  const unreadable = (sent: boolean, status?: number) =>
    new OutboundUnreadable({ message, sent, ...(status !== undefined && { status }) })

  const rows = [
    ["a timeout before sending", timedOut(false), false, "timed-out", false],
    ["a timeout after sending", timedOut(true), true, "timed-out", true],
    ["a refused connection", unreachable("refused", false), false, "unreachable", false],
    ["a connection that was reset before sending", unreachable("reset", false), false, "unreachable", false],
    ["a connection that was reset after sending", unreachable("reset", true), true, "unreachable", true],
    ["an answer that is not HTTP", unreadable(true), true, "invalid-response", true],
    ["an answer that has a status and no readable body", unreadable(true, 200), true, "invalid-response", false],
    ["a defect before sending", toDefect(new Error(message)), false, "invalid-response", false],
    ["a defect after sending", toDefect(new Error(message)), true, "invalid-response", true]
  ] as const
  for (const [name, error, sending, outcome, unknown] of rows) {
    it(`of ${name} is ${outcome}${unknown ? ", and it is not known whether the request took effect" : ""}`, () => {
      const record = failureRecord(error, sending, redactor)
      assert.strictEqual(record.outcome, outcome)
      assert.strictEqual(record.unknown ?? false, unknown)
      assert.notInclude(record.error?.message, "hunter22")
    })
  }
})

it("of headers whose names differ only in case the later one is sent, and Host never is", () => {
  assert.deepStrictEqual(
    merged({ "content-type": "a", host: "x" }, { "Content-Type": "b", Host: "y" }, { "X-Key": "c", "x-KEY": "d" }),
    { "Content-Type": "b", "x-KEY": "d" }
  )
})

describe("headers of several parts", () => {
  const Part = Schema.Record(Schema.Literals(["a", "A", "b", "bC", "bc", "BC", "host", "Host"]), Schema.String)

  it.prop("are merged in the last spelling of each name with its last value", [Schema.Array(Part)], ([parts]) => {
    const last = new Map<string, readonly [name: string, value: string]>()
    for (const part of parts) {
      for (const [name, value] of Object.entries(part)) last.set(name.toLowerCase(), [name, value])
    }
    last.delete("host")
    assert.deepStrictEqual(merged(...parts), Object.fromEntries(last.values()))
  }, { arbitrary: { runs: 500 } })
})

describe("the recorded body of an order that is sent again", () => {
  const order = {
    id: "o-1",
    orderType: "NEW",
    status: "New",
    createdAt: "",
    updatedAt: "",
    version: 1,
    note: "hunter22"
  }
  const document = { order, text: JSON.stringify(order) }
  const recorded = (secrets: ReadonlyArray<string>) =>
    exchangeRecord(
      {
        method: "POST",
        url: "https://partner.example/",
        headers: {},
        body: { form: "order" },
        timeoutMs: 1,
        credentials: { providers: [] },
        retry: never,
        judge: () => ({ outcome: "succeeded" })
      },
      {
        orderId: order.id,
        request: 0,
        attempt: 1,
        idempotencyKey: "k",
        document,
        redactor: secrets.length === 0 ? nothing : makeRedactor(secrets)
      },
      { id: "0190aabb-ccdd-7eef-8011-223344556677", startedAt: 0, begun: 0n, sending: true },
      1,
      { text: document.text, headers: {} }
    ).body
  const nothing = makeRedactor([])

  it("is a reference until a secret is added that the order holds", () => {
    assert.deepStrictEqual(recorded([]), { form: "order" })
    assert.deepStrictEqual(recorded([]), { form: "order" })
    const hidden = recorded(["hunter22"])
    assert.strictEqual(hidden.form, "text")
    assert.notInclude(JSON.stringify(hidden), "hunter22")
    assert.deepStrictEqual(recorded([]), { form: "order" })
  })
})
