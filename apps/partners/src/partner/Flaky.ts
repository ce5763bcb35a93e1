/**
 * Fails three times in two ways (503, a reset connection, 503), and answers normally from the fourth request of an
 * order on.
 */
import type { Partner } from "../Partner.ts"
import { json, reset } from "../Reply.ts"
import { accepted } from "../WorkflowAnswer.ts"

const unavailable = json(503, { error: "try again later" })

export const flaky: Partner = {
  name: "flaky",
  reply: ({ number }) => number === 2 ? reset : number <= 3 ? unavailable : accepted
}
