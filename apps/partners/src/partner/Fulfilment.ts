/** Delivers to a few countries, by `shippingAddress.countryCode`; answers 400 for an unreachable address. */
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"

const delivered: ReadonlySet<string> = new Set(["DE", "FR", "GB", "NO", "SE", "US"])

export const fulfilment: Partner = {
  name: "fulfilment",
  reply: ({ order }) => {
    const country = order.text("shippingAddress", "countryCode")
    return country !== undefined && delivered.has(country)
      ? json(200, { deliverable: true, carrier: "Post" })
      : json(400, { deliverable: false, reason: `No carrier delivers to ${country ?? "an address without a country"}` })
  }
}
