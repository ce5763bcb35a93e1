/** The failure of a request: the server's problem (RFC 9457), or the lack of an answer. */

export interface Fault {
  /** Like `steps[0].options.endpoint`; empty for the body as a whole. */
  readonly path: string
  readonly message: string
}

export class ApiProblem extends Error {
  /** The status; 0 if nothing answered. */
  readonly status: number
  /** `urn:sluice:problem:<slug>` without its front; `offline` where nothing answered. */
  readonly slug: string
  readonly title: string
  readonly faults: ReadonlyArray<Fault>

  constructor(status: number, slug: string, title: string, detail: string, faults: ReadonlyArray<Fault> = []) {
    super(detail)
    this.name = "ApiProblem"
    this.status = status
    this.slug = slug
    this.title = title
    this.faults = faults
  }
}

const text = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "path" in value && "message" in value

/** Reads a problem from the body of an answer that was not 2xx. */
export const problemOf = (status: number, body: unknown): ApiProblem => {
  const said = typeof body === "object" && body !== null ? body as Record<string, unknown> : {}
  const title = text(said["title"]) ?? `The server answered ${status}`
  const slug = text(said["type"])?.replace("urn:sluice:problem:", "") ?? `status-${status}`
  const faults = Array.isArray(said["errors"]) ? said["errors"].filter(isFault) : []
  return new ApiProblem(status, slug, title, text(said["detail"]) ?? title, faults)
}

export const offline = (cause: unknown): ApiProblem =>
  new ApiProblem(
    0,
    "offline",
    "The server does not answer",
    cause instanceof Error && cause.message !== "" ? cause.message : "No connection could be made"
  )

export const isProblem = (error: unknown): error is ApiProblem => error instanceof ApiProblem
