/** The event that both sides take in: 1 KB of JSON, as `POST /v1/events` stores it. */

export const type = "payment_method.added"

const data = {
  customerId: "customer-20260412",
  customerEmail: "ada.lovelace@example.com",
  paymentMethod: { kind: "card", brand: "visa", last4: "4242", expires: "2029-11" },
  billingAddress: { street: "Drottninggatan 1", zip: "111 51", city: "Stockholm", country: "SE" },
  note: "x".repeat(640)
}

export const body = (id: string, createdAt: number): string =>
  JSON.stringify({ id: `event-${id.replaceAll("-", "")}`, type, createdAt: new Date(createdAt).toISOString(), ...data })
