/** The HTTP methods of callouts, and which of them carry a body. Contract: section 6. */

/** The methods of a callout and of a compensation; the default is the first. */
export const calloutMethods = ["POST", "PUT", "PATCH", "GET", "DELETE"] as const

/** The methods of a probe, which may also ask for the head alone; the default is the first. */
export const probeMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const

/** True if a request without a body of its own is sent with an empty one; with other methods it carries the order. */
export const isEmptyByDefault = (method: string): boolean => method === "DELETE" || bodyRefusal(method) !== undefined

/** The fault of a body together with this method, in words; `undefined` where the method takes one. */
export const bodyRefusal = (method: string): string | undefined =>
  method === "GET" || method === "HEAD"
    ? `cannot be sent with ${method}: leave it out, or choose another method`
    : undefined
