import { assert, describe, it } from "@effect/vitest"
import { decide, StepOutcome } from "@sluice/engine/internal/steps/StepDecision"
import type { StepPolicy } from "@sluice/engine/plugins/Plugin"
import {
  Cancelled,
  InvalidResponse,
  type PluginError,
  Rejected,
  TimedOut,
  toDefect,
  Unprepared,
  Unreachable
} from "@sluice/engine/plugins/PluginError"

const plugin: StepPolicy = { critical: false, tolerated: "failed", failedStatus: "Failed", notesFailures: false }
const workflow: StepPolicy = {
  critical: false,
  tolerated: "warning",
  failedStatus: "ValidationFailed",
  notesFailures: true
}
const critical = (policy: StepPolicy): StepPolicy => ({ ...policy, critical: true })
const withoutStatus = (policy: StepPolicy): StepPolicy => ({ ...policy, failedStatus: undefined })

const byPartner = new Rejected({ message: "no such address", byPartner: true })
const status500 = new Rejected({ message: "status 500" })
const timeout = new TimedOut({ message: "This operation was aborted" })
const refused = new Unreachable({ message: "refused", code: "refused" })
const malformed = new InvalidResponse({ message: "not JSON" })
const noConnector = new Unprepared({ message: "connector not found", continues: true })
const thrown = toDefect(new Error("out of order"))
const noValue = new Unprepared({ message: "yields nothing" })

interface Row {
  readonly policy: StepPolicy
  readonly error: PluginError
  readonly state: string
  readonly run: string
  readonly status?: string
  /** True if the order's errors[] gets an entry; likewise for its history and pluginErrorOutput. */
  readonly note: boolean
  readonly history: boolean
  readonly output: boolean
}

/** Contract section 6: the table of WebhookWorkflowStep, and "Failure of a run" for plugins. */
const table: Record<string, Row> = {
  "CancelWorkflow with StopOnError": {
    policy: critical(workflow),
    error: byPartner,
    state: "failed",
    run: "stop",
    status: "ValidationFailed",
    note: true,
    history: true,
    output: true
  },
  "CancelWorkflow with StopOnError and no ErrorStatus": {
    policy: withoutStatus(critical(workflow)),
    error: byPartner,
    state: "failed",
    run: "stop",
    note: true,
    history: true,
    output: true
  },
  "CancelWorkflow without StopOnError": {
    policy: workflow,
    error: byPartner,
    state: "warning",
    run: "continue",
    note: false,
    history: true,
    output: false
  },
  "retries exhausted with StopOnError": {
    policy: critical(workflow),
    error: status500,
    state: "failed",
    run: "stop",
    status: "ValidationFailed",
    note: true,
    history: true,
    output: true
  },
  "retries exhausted without StopOnError": {
    policy: workflow,
    error: status500,
    state: "warning",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "unreachable without StopOnError": {
    policy: workflow,
    error: refused,
    state: "warning",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "malformed with StopOnError": {
    policy: critical(workflow),
    error: malformed,
    state: "failed",
    run: "stop",
    status: "ValidationFailed",
    note: true,
    history: true,
    output: true
  },
  "malformed without StopOnError": {
    policy: workflow,
    error: malformed,
    state: "warning",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "connector not found": {
    policy: workflow,
    error: noConnector,
    state: "failed",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "connector not found with StopOnError": {
    policy: critical(workflow),
    error: noConnector,
    state: "failed",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "a connector that cannot be used": {
    policy: workflow,
    error: noValue,
    state: "failed",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "a connector that cannot be used, with StopOnError": {
    policy: critical(workflow),
    error: noValue,
    state: "failed",
    run: "stop",
    status: "ValidationFailed",
    note: true,
    history: true,
    output: true
  },
  "a critical plugin rejected": {
    policy: critical(plugin),
    error: status500,
    state: "failed",
    run: "stop",
    status: "Failed",
    note: false,
    history: false,
    output: true
  },
  "a critical plugin timed out": {
    policy: critical(plugin),
    error: timeout,
    state: "failed",
    run: "stop",
    status: "Failed",
    note: false,
    history: false,
    output: true
  },
  "a non-critical plugin timed out": {
    policy: plugin,
    error: timeout,
    state: "failed",
    run: "continue",
    note: false,
    history: false,
    output: true
  },
  "an expression of a critical plugin": {
    policy: critical(plugin),
    error: noValue,
    state: "failed",
    run: "stop",
    status: "Failed",
    note: false,
    history: false,
    output: true
  },
  "a critical plugin threw": {
    policy: critical(plugin),
    error: thrown,
    state: "failed",
    run: "stop",
    status: "Failed",
    note: false,
    history: false,
    output: true
  },
  "a workflow step threw": {
    policy: workflow,
    error: thrown,
    state: "warning",
    run: "continue",
    note: true,
    history: true,
    output: true
  },
  "an operator's cancel": {
    policy: critical(workflow),
    error: new Cancelled({ message: "by hand" }),
    state: "cancelled",
    run: "cancel",
    note: false,
    history: false,
    output: false
  }
}

describe("what a run does when a step has failed", () => {
  it.each(Object.entries(table))("%s", (_name, row) => {
    const decision = decide(StepOutcome.Failed({ error: row.error }), row.policy)
    assert.deepStrictEqual(
      {
        state: decision.state,
        run: decision.run,
        status: decision.status,
        note: decision.note !== undefined,
        history: decision.history !== undefined,
        output: decision.error !== undefined
      },
      { state: row.state, run: row.run, status: row.status, note: row.note, history: row.history, output: row.output }
    )
  })

  it("each typed error is named in the step's error, but for a partner's own decision", () => {
    const kindOf = (error: PluginError) => decide(StepOutcome.Failed({ error }), workflow).kind
    assert.deepStrictEqual(
      [status500, timeout, refused, malformed, noValue, thrown, new Cancelled({ message: "" }), byPartner].map(kindOf),
      [
        "rejected",
        "timed-out",
        "unreachable",
        "invalid-response",
        "unprepared",
        "defect",
        "cancelled",
        undefined
      ]
    )
  })

  it("a success continues and says why", () => {
    const decision = decide(StepOutcome.Succeeded({ result: { reason: "answered 200" } }), critical(workflow))
    assert.deepStrictEqual(decision, { state: "succeeded", run: "continue", reason: "answered 200" })
  })
})
