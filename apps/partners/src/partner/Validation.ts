/**
 * Checks orders for fraud: a shipping address without a postal code cancels the workflow, an e-mail address at
 * `review.example` gives a warning, and every other order comes back with the seed's OrderPatch.
 */
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"
import { accepted, cancelled, patched, warned } from "../WorkflowAnswer.ts"

export const validation: Partner = {
  name: "validation",
  reply: ({ order }) => {
    if (order.text("shippingAddress", "postalCode") === undefined) return cancelled
    return order.text("customerEmail")?.endsWith("@review.example") === true ? warned : patched
  }
}

/** A second office of the same kind, for one market only: accepts everything and changes nothing. */
export const nordic: Partner = {
  name: "nordic",
  reply: () => accepted
}

/** The office for everybody else: accepts with an empty object, which is success too. */
export const worldwide: Partner = {
  name: "worldwide",
  reply: () => json(200, {})
}
