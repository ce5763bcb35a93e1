/**
 * Members of documents that hold data of a person. Contract: section 7, `POST /v1/customers/{id}/erase`: the members of
 * an order that name, address or pay for a person, with every string below them.
 */

const details: ReadonlySet<string> = new Set(["billingDetails", "deliveryDetails"])

/** They begin like personal members, and say nothing of a person. */
const impersonal: ReadonlySet<string> = new Set(["customerType", "payment_status", "paymentStatus"])

const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/**
 * True if every string below a member of this name is personal: `customer…`, addresses, `…Details`, `payment…`. Names in
 * PascalCase, as workflow steps send them, count too.
 */
export const isPersonalMember = (name: string): boolean => {
  const known = camel(name)
  if (impersonal.has(known)) return false
  return known.startsWith("customer") || known.startsWith("payment") || details.has(known)
    || known === "address" || known.endsWith("Address")
}

/** True if a JSON Pointer (RFC 6901) leads through a personal member. */
export const isPersonalPath = (pointer: string): boolean =>
  pointer.startsWith("/") && pointer.slice(1).split("/").some(isPersonalMember)

const kept: ReadonlySet<string> = new Set([
  "id",
  "orderType",
  "status",
  "state",
  "type",
  "kind",
  "outcome",
  "operation",
  "marketId",
  "marketGroupId",
  "storeId",
  "currency",
  "currencyCode",
  "createdAt",
  "updatedAt"
])

/**
 * True for members that hold types, states, markets and times: outside personal members they stay, even where their text
 * is also that of a personal value.
 */
export const isKeptMember = (name: string): boolean => kept.has(camel(name))
