/** The server's refusals: RFC 9457 problems, thrown as an error that is distinguished by `type`. */
import type { components } from "./OpenApi.ts"

type Schemas = components["schemas"]
type OneOf<Name extends keyof Schemas> = Name extends unknown ? Extract<Schemas[Name], ProblemShape> : never
interface ProblemShape {
  readonly type: `urn:sluice:problem:${string}`
}

/** The body of any problem of the API, discriminated by `type`. */
export type ProblemBody = OneOf<keyof Schemas>

/** The type of a problem. `about:blank`: an answer that is no problem of the API, from a proxy for instance. */
export type ProblemType = ProblemBody["type"] | "about:blank"

/** One fault of the input: `path` like `steps[0].options.endpoint`. */
export interface Fault {
  readonly path: string
  readonly message: string
}

/** An answer other than 2xx. `message` is the problem's detail. */
export class Problem extends Error {
  override readonly name = "Problem"
  readonly type: ProblemType
  readonly title: string
  readonly status: number
  readonly detail: string | undefined
  /** The faults of the input with their places; otherwise empty. */
  readonly errors: ReadonlyArray<Fault>
  /** The number of seconds after which another try is worthwhile, if the server gave one. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, body: Partial<Record<string, unknown>>, retryAfterSeconds: number | undefined) {
    const title = typeof body["title"] === "string" ? body["title"] : `HTTP ${status}`
    const detail = typeof body["detail"] === "string" ? body["detail"] : undefined
    super(detail ?? title)
    // Types that a newer server has are not in this list; a default branch takes them.
    this.type = typeof body["type"] === "string" ? body["type"] as ProblemType : "about:blank"
    this.title = title
    this.status = status
    this.detail = detail
    this.errors = Array.isArray(body["errors"]) ? body["errors"] as ReadonlyArray<Fault> : []
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Reads the problem from an answer that is not 2xx, including one that a proxy wrote. */
  static async of(response: Response): Promise<Problem> {
    const text = await response.text()
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN)
    return new Problem(response.status, parsed(text), Number.isFinite(retryAfter) ? retryAfter : undefined)
  }
}

const parsed = (text: string): Partial<Record<string, unknown>> => {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === "object" && body !== null ? body as Partial<Record<string, unknown>> : {}
  } catch {
    return text === "" ? {} : { detail: text.slice(0, 500) }
  }
}
