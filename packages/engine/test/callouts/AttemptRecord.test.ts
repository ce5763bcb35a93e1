import { assert, describe, it } from "@effect/vitest"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import { OutboundTimedOut, OutboundUnreachable, OutboundUnreadable } from "@sluice/http-client/Outbound"
import { failureRecord } from "../../src/callouts/AttemptRecord.ts"
import { merged } from "../../src/callouts/AttemptRequest.ts"
import { toDefect } from "../../src/plugins/PluginError.ts"

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
