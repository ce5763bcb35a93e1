/** The answers of a workflow step's partner, in the format of the source system. All have status 200. */
import { json } from "./Reply.ts"

/** The answer of a success without changes. */
export const accepted = json(200, { OrderActionExecutionResults: [{ ActionStatus: "Success" }] })

/** The answer of a success that changes the order. */
export const patched = json(200, {
  OrderActionExecutionResults: [{ ActionStatus: "Success" }],
  OrderPatch: {
    Status: "Validated",
    Tags: ["fraud-checked"],
    Properties: [{ Key: "ValidationScore", Value: "95" }]
  }
})

/** The answer of a failure: the workflow stops if the step says `StopOnError`. */
export const cancelled = json(200, {
  OrderActionExecutionResults: [
    { ActionStatus: "Error", CancelWorkflow: true, ErrorReason: "Shipping address could not be validated" }
  ]
})

/** An answer that is neither success nor failure; the source system names this status without an example. */
export const warned = json(200, {
  OrderActionExecutionResults: [{ ActionStatus: "Warning", ErrorReason: "The customer is on the review list" }]
})
