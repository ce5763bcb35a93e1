/** Reads the conditions in a request's headers. Contract: section 7. */
import * as Problems from "@sluice/api/wire/Problems"
import { isStorable } from "@sluice/domain/order/Order"
import { Duration, Effect } from "effect"

/** The longest key, in characters: it is part of an index. */
const maxKey = 255

/** The longest wait, in seconds. */
const maxWait = 60

const refuse = (path: string, message: string) =>
  new Problems.InvalidRequest({ detail: `${path} ${message}`, errors: [{ path, message }] })

/** The version that `If-Match` names; `undefined` where the request has none. */
export const ifMatch = (header: string | undefined): Effect.Effect<number | undefined, Problems.InvalidRequest> => {
  if (header === undefined) return Effect.undefined
  const version = /^\s*"(\d{1,10})"\s*$/.exec(header)?.[1]
  return version === undefined
    ? refuse("If-Match", "must be one version in double quotes, as in the ETag: \"3\"")
    : Effect.succeed(Number(version))
}

/** The parts of a `Prefer` header, between commas and semicolons that no quoted string holds. */
const preferenceParts = /(?:[^,;"]|"(?:[^"\\]|\\.)*"?)+/g

/** The wait that `Prefer: wait=<s>` asks for; `undefined` without one. Other preferences are ignored. Source: RFC 7240. */
export const wait = (
  prefer: string | undefined
): Effect.Effect<Duration.Duration | undefined, Problems.InvalidRequest> => {
  if (prefer === undefined) return Effect.undefined
  const preference = prefer.match(preferenceParts)?.map((part) => part.trim()).find((part) =>
    /^wait\s*(?:=|$)/i.test(part)
  )
  if (preference === undefined) return Effect.undefined
  const seconds = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(preference)?.[1]
  return seconds !== undefined && Number(seconds) <= maxWait
    ? Effect.succeed(Duration.seconds(Number(seconds)))
    : refuse("Prefer", `must say wait=<seconds>, 0 to ${maxWait}`)
}

/** The `Idempotency-Key`; `undefined` if there is none. */
export const idempotencyKey = (
  header: string | undefined
): Effect.Effect<string | undefined, Problems.InvalidRequest> => {
  if (header === undefined) return Effect.undefined
  return header.length >= 1 && header.length <= maxKey && isStorable(header)
    ? Effect.succeed(header)
    : refuse("Idempotency-Key", `must have 1 to ${maxKey} characters`)
}

/** The shipment that the run concerns; `undefined` if there is none. */
export const shipmentId = (value: string | undefined): Effect.Effect<string | undefined, Problems.InvalidRequest> =>
  value === undefined || (value.length <= maxKey && isStorable(value))
    ? Effect.succeed(value)
    : refuse("shipmentId", `must have 1 to ${maxKey} characters, without NUL`)
