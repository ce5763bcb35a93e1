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

/** A partner for one market only, which accepts every order and changes nothing. */
export const nordic: Partner = {
  name: "nordic",
  reply: () => accepted
}

/** The partner for all other markets, which accepts with an empty object: that is a success too. */
export const worldwide: Partner = {
  name: "worldwide",
  reply: () => json(200, {})
}
