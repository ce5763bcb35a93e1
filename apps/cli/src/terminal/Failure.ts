/** Turns a failure into a message that says what to change, and into an exit code. */
import { faultText } from "@sluice/domain/order/Order"
import { Schema } from "effect"

/**
 * The exit codes: 0 done; 1 the run that was waited for did not complete, or the partner is not ready; 2 the command line or a file cannot be used;
 * 3 the server refused; 4 the server cannot be reached, or failed.
 */
export const exitCodes = { done: 0, notCompleted: 1, usage: 2, refused: 3, unavailable: 4 } as const

export class Failure extends Schema.TaggedError<Failure>()("Failure", {
  message: Schema.String,
  code: Schema.Int,
  /** The server's problem (RFC 9457), for `--json`. */
  problem: Schema.optionalKey(Schema.Json)
}) {}

export const usage = (message: string) => new Failure({ message, code: exitCodes.usage })

interface Problem {
  readonly status: number
  readonly title?: string
  readonly detail?: string
  readonly type?: string
  readonly errors?: ReadonlyArray<{ readonly path: string; readonly message: string }>
}

const isProblem = (error: unknown): error is Problem =>
  typeof error === "object" && error !== null && "status" in error && typeof error.status === "number" &&
  "detail" in error

/** Hints by problem type. */
const hints: ReadonlyMap<string | undefined, string> = new Map([
  ["urn:sluice:problem:unauthorized", "Set SLUICE_API_KEY (or --key) to one of the server's keys"],
  ["urn:sluice:problem:too-many-wrong-keys", "Set SLUICE_API_KEY (or --key) to one of the server's keys"],
  ["urn:sluice:problem:forbidden", "Set SLUICE_API_KEY (or --key) to a key with that role"],
  [
    "urn:sluice:problem:foreign-host",
    "Set SLUICE_URL (or --url) to the server's own name: without keys it answers to loopback names only"
  ]
])

const ofProblem = (problem: Problem): Failure => {
  const { detail, errors = [], status, title, type } = problem
  const hint = hints.get(type)
  return new Failure({
    message: [
      `${detail ?? title ?? "The server refused"} (${status})`,
      // A single fault is often the detail word for word.
      ...errors.filter((fault) => detail !== faultText(fault)).map(({ message, path }) =>
        message.startsWith(`${path} `) ? `  ${message}` : `  ${path === "" ? "body" : path}: ${message}`
      ),
      ...(hint === undefined ? [] : [hint])
    ].join("\n"),
    code: status >= 500 ? exitCodes.unavailable : exitCodes.refused,
    problem: { status, ...(type !== undefined && { type }), detail: detail ?? title ?? "", errors: [...errors] }
  })
}

const innermost = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "cause" in error && error.cause !== undefined
    ? innermost(error.cause)
    : error

/** The address as it may be shown, without user and password. */
const shownUrl = (url: string): string => url.replace(/\/\/[^/?#]*@/, "//")

/** The failure for any error of a command. */
export const failureOf = (error: unknown, url: string): Failure => {
  if (error instanceof Failure) return error
  if (isProblem(error)) return ofProblem(error)
  const tag = typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined
  const text = error instanceof Error ? error.message : String(error)
  const cause = innermost(error)
  const why = cause instanceof Error && cause !== error ? `${text}: ${cause.message}` : text
  return new Failure({
    message: tag === "HttpClientError" || tag === "SchemaError"
      ? `${shownUrl(url)} cannot be reached or does not answer as Sluice does: ${why}\n`
        + "Is the server running? Set SLUICE_URL (or --url) to its address"
      : why,
    code: exitCodes.unavailable
  })
}
