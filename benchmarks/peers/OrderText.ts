/** The order as it is stored and sent: its first version, and its second, which the run's end makes. */
import { completedStatus, type SubmittedOrder } from "../Order.ts"

export interface OrderText {
  readonly document: object
  readonly text: string
}

export const firstVersion = (id: string, submitted: SubmittedOrder): OrderText => {
  const at = new Date().toISOString()
  const document = { ...submitted, id, createdAt: at, updatedAt: at, version: 1 }
  return { document, text: JSON.stringify(document) }
}

/** With the run's outcome in it. */
export const lastVersion = (document: object): string =>
  JSON.stringify({ ...document, status: completedStatus, updatedAt: new Date().toISOString(), version: 2 })
