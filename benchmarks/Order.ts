/** The order that all sides take in: 2 KB of JSON, new each time. */
import { randomBytes } from "node:crypto"

const item = (n: number) => ({
  id: `item-${n}`,
  sku: `SKU-${1000 + n}`,
  name: "Unlimited calls and 50 GB of data in the whole of Europe",
  quantity: 1,
  price: { amount: "29.90", currency: "EUR" },
  properties: { term: "24 months", activation: "2026-12-01" }
})

/** Most types make a webhook. BENCH_ORDER_TYPE names one where that is what is measured; this one makes none. */
export const orderType = process.env["BENCH_ORDER_TYPE"] ?? "REFUND"

const body = {
  orderType,
  status: "New",
  marketId: "se",
  storeId: "store-17",
  customerId: "customer-20260412",
  customerEmail: "ada.lovelace@example.com",
  customerName: "Ada Lovelace",
  customerPhone: "+46 70 123 45 67",
  billingAddress: { street: "Drottninggatan 1", zip: "111 51", city: "Stockholm", country: "SE" },
  shippingAddress: { street: "Drottninggatan 1", zip: "111 51", city: "Stockholm", country: "SE" },
  orderItems: Array.from({ length: 6 }, (_, n) => item(n)),
  total: { amount: "179.40", currency: "EUR" },
  payment: { method: "card", reference: "pay_8f2c1f", captured: false },
  tags: ["web", "campaign-autumn"],
  customFields: { campaign: "autumn", note: "" }
}

/** A document of 2,000 bytes or a few more, with a member of its own. */
export const order = (n: number) => ({
  ...body,
  externalId: `shop-${own}-${n}`,
  orderNumber: `N-${String(n).padStart(9, "0")}`,
  customFields: { ...body.customFields, note: padding }
})

/** The `Idempotency-Key` that a shop would send with it. */
export const idempotencyKey = ({ externalId }: Pick<SubmittedOrder, "externalId">): string => `key-${externalId}`

export type SubmittedOrder = ReturnType<typeof order>

/** Names the process, so that no two submit the same order. */
const own = randomBytes(6).toString("hex")

/** 2 KB with what intake adds; `growth.ts` asks for other sizes, in bytes. */
const bytes = Number(process.env["BENCH_BODY_BYTES"] ?? 1950)

/** Random, so that the database cannot compress what no real order would let it compress. */
const padding = randomBytes(bytes).toString("base64").slice(0, Math.max(0, bytes - JSON.stringify(body).length))

const count = process.env["BENCH_STEPS"]

/** The names of the three callouts, as path and as step; `growth.ts` asks for other numbers of them. */
export const steps: ReadonlyArray<string> = count === undefined
  ? ["validate", "provision", "bill"]
  : Array.from({ length: Number(count) }, (_, n) => `step-${n + 1}`)

/** In what both sides differ from each other in nothing: names that are stored with each order. */
export const pipelineName = "benchmark"
export const completedStatus = "Completed"
