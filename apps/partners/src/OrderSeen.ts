/**
 * The order inside a request's body: the body itself (a callout), or its `Value` (a workflow step).
 * Members are found whether they are written `marketId` or `MarketId`.
 */

type JsonObject = Readonly<Record<string, unknown>>

/** The parts of an order that a partner reads. */
export interface OrderSeen {
  /** The order's id; absent if the body has none: requests are then counted by their path alone. */
  readonly id: string | undefined
  /** The text at a path of member names; absent if there is none or it is no text. */
  readonly text: (...path: ReadonlyArray<string>) => string | undefined
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const member = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined
  const wanted = name.toLowerCase()
  return Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Reads the order in a body. A body that is not JSON has no order, and is no error here. */
export const orderSeen = (body: string): OrderSeen => {
  const document = parsed(body)
  const order = member(document, "Value") ?? document
  const text = (...path: ReadonlyArray<string>): string | undefined => {
    const found = path.reduce(member, order)
    return typeof found === "string" ? found : undefined
  }
  return { id: text("id"), text }
}
