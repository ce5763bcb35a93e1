import { assert, describe, it } from "@effect/vitest"
import { readWorkflowAnswer, type WorkflowAnswer } from "@sluice/domain/workflow/WorkflowAnswer"
import { Schema } from "effect"

const results = (...items: ReadonlyArray<unknown>) => JSON.stringify({ OrderActionExecutionResults: items })

describe("WorkflowAnswer", () => {
  it.each<[string, WorkflowAnswer]>([
    ["", { _tag: "Success" }],
    [" \r\n", { _tag: "Success" }],
    ["{}", { _tag: "Success" }],
    ["\ufeff{}", { _tag: "Success" }],
    ["{\"OrderActionExecutionResults\":null,\"OrderPatch\":null}", { _tag: "Success" }],
    [results(), { _tag: "Success" }],
    [results({ ActionStatus: "Success" }), { _tag: "Success", actionStatus: "Success" }],
    [results({ ActionStatus: "Warning", CancelWorkflow: false, ErrorReason: "moved house" }), {
      _tag: "Success",
      reason: "moved house",
      warns: true,
      actionStatus: "Warning"
    }],
    [results({ ActionStatus: "ERROR" }), { _tag: "Success", warns: true, actionStatus: "ERROR" }],
    [results({ ActionStatus: "Success", ErrorReason: " for your information " }), {
      _tag: "Success",
      reason: "for your information",
      actionStatus: "Success"
    }],
    [
      results({ ActionStatus: "Success" }, { ActionStatus: "Warning", ErrorReason: "a" }, {
        ActionStatus: "Error",
        ErrorReason: "b"
      }),
      { _tag: "Success", reason: "a", warns: true, actionStatus: "Error" }
    ],
    [results({ ActionStatus: null, CancelWorkflow: null, ErrorReason: null }), { _tag: "Success" }],
    [results({ CancelWorkflow: true, ErrorReason: "no" }), { _tag: "CancelWorkflow", reason: "no" }],
    [results({ CancelWorkflow: true }), { _tag: "CancelWorkflow", reason: "CancelWorkflow without an ErrorReason" }],
    [
      results({ ActionStatus: "Success", ErrorReason: " " }, { CancelWorkflow: true }, { ErrorReason: "later" }, {
        ErrorReason: "last"
      }),
      { _tag: "CancelWorkflow", reason: "later", actionStatus: "Success" }
    ],
    [results({ CancelWorkflow: true, ErrorReason: "a" }, { CancelWorkflow: false }), {
      _tag: "CancelWorkflow",
      reason: "a"
    }],
    ["{\"ORDERactionEXECUTIONresults\":[{\"cancelWORKFLOW\":true,\"errorreason\":\"x\"}]}", {
      _tag: "CancelWorkflow",
      reason: "x"
    }],
    ["{\"OrderActionExecutionResults\":[{\"CancelWorkflow\":true,\"cancelworkflow\":false}]}", { _tag: "Success" }],
    ["{\"OrderActionExecutionResults\":[{\"cancelworkflow\":false,\"CancelWorkflow\":true}]}", {
      _tag: "CancelWorkflow",
      reason: "CancelWorkflow without an ErrorReason"
    }],
    ["{\"orderPatch\":{\"Status\":\"a\",\"STATUS\":\"Validated\",\"Properties\":[{\"Key\":\"k\",\"VALUE\":\"95\"}]}}", {
      _tag: "Success",
      patch: { status: "Validated", properties: [{ key: "k", value: "95" }] }
    }],
    [
      "{\"OrderActionExecutionResults\":[{\"CancelWorkflow\":true,\"ErrorReason\":\"x\"}],\"OrderPatch\":{\"Tags\":[\"a\"]}}",
      { _tag: "CancelWorkflow", reason: "x", patch: { tags: ["a"] } }
    ],
    [
      "{\"IsAborted\":false,\"OrderActionExecutionResults\":[{},{\"Code\":7}],\"OrderPatch\":{\"Shoe\":{\"Size\":1}}}",
      {
        _tag: "Success",
        patch: {},
        unknown: { IsAborted: false, "OrderActionExecutionResults[1].Code": 7, "OrderPatch.Shoe": { Size: 1 } }
      }
    ]
  ])("%s means %j", (body, answer) => {
    assert.deepStrictEqual(readWorkflowAnswer(body), answer)
  })

  it.each([
    ["<html>", "not JSON"],
    ["{\"a\":1", "not JSON"],
    [`${"[".repeat(65)}${"]".repeat(65)}`, "64 levels"],
    ["[]", "must be a JSON object"],
    ["null", "must be a JSON object"],
    ["\"ok\"", "must be a JSON object"],
    ["{\"OrderActionExecutionResults\":{}}", "OrderActionExecutionResults must be a list"],
    [results("x"), "OrderActionExecutionResults[0] must be an object"],
    [results({}, { CancelWorkflow: "true" }), "OrderActionExecutionResults[1].CancelWorkflow must be true or false"],
    [results({ CancelWorkflow: 1 }), "OrderActionExecutionResults[0].CancelWorkflow must be true or false"],
    [
      results({ CancelWorkflow: true }, { ErrorReason: 5 }),
      "OrderActionExecutionResults[1].ErrorReason must be a string"
    ],
    [results({ ActionStatus: {} }), "OrderActionExecutionResults[0].ActionStatus must be a string"],
    ["{\"OrderPatch\":[]}", "OrderPatch must be a JSON object"],
    ["{\"OrderPatch\":{\"Status\":\"x\",\"TAGS\":\"x\"}}", "OrderPatch.TAGS must be a list of strings"],
    ["{\"OrderPatch\":{\"Id\":\"x\"}}", "OrderPatch.Id is set by the server"],
    ["{\"OrderPatch\":{\"OrderForm\":{\"LineItems\":5}}}", "OrderPatch.OrderForm.lineItems must be a list of objects"]
  ])("%s is malformed: %s", (body, message) => {
    const answer = readWorkflowAnswer(body)
    assert.strictEqual(answer._tag, "Malformed")
    assert.include(answer._tag === "Malformed" ? answer.message : "", message)
  })

  const Case = Schema.Literals(["lower", "UPPER", "As"])
  const as = (style: typeof Case.Type, name: string) =>
    style === "lower" ? name.toLowerCase() : style === "UPPER" ? name.toUpperCase() : name

  it.prop(
    "the case of names does not change the meaning of an answer",
    [Case, Case, Schema.Boolean, Schema.String],
    ([outer, inner, cancel, reason]) => {
      const write = (outer: typeof Case.Type, inner: typeof Case.Type) =>
        JSON.stringify({
          [as(outer, "OrderActionExecutionResults")]: [{
            [as(inner, "CancelWorkflow")]: cancel,
            [as(outer, "ErrorReason")]: reason
          }],
          [as(inner, "OrderPatch")]: {
            [as(outer, "OrderForm")]: { [as(inner, "LineItems")]: [{ [as(outer, "LineItemId")]: "1" }] }
          }
        })
      assert.deepStrictEqual(readWorkflowAnswer(write(outer, inner)), readWorkflowAnswer(write("As", "As")))
    }
  )

  it.prop("any text is read without throwing", [Schema.String, Schema.Json], ([text, json]) => {
    for (const body of [text, JSON.stringify(json), JSON.stringify({ OrderPatch: json }), results(json)]) {
      assert.include(["Success", "CancelWorkflow", "Malformed"], readWorkflowAnswer(body)._tag)
    }
  })
})
