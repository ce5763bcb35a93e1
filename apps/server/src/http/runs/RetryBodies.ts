/** The bodies of requests to retry and to resolve, read by hand so that each fault names its member. Section 7. */
import { given, JsonReader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { Effect } from "effect"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

/** The longest reason, in characters: it is shown in lists. */
const maxReason = 2000

export const onlyThese = (reader: JsonReader, names: ReadonlyArray<string>): void => {
  for (const name of Object.keys(reader.source)) {
    if (!names.includes(name)) reader.fault(name, `is unknown: send ${names.join(", ")}`)
  }
}

export const reasonOf = (reader: JsonReader, value: string | undefined): string | undefined =>
  value !== undefined && value.length > maxReason
    ? reader.fault("reason", `must have at most ${maxReason} characters`)
    : value

export const refusing = <A>(faults: ReadonlyArray<Fault>, value: A) =>
  faults.length > 0 ? Effect.fail(ErrorMapping.invalid(faults)) : Effect.succeed(value)

/** `null` means "absent". */
export const retry = (body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["from", "pipeline", "reason", "newKey"])
  return refusing(
    faults,
    given({
      from: reader.string("from"),
      pipeline: reader.oneOf("pipeline", ["original", "current"]),
      reason: reasonOf(reader, reader.string("reason")),
      newKey: reader.boolean("newKey")
    })
  )
}

/** An `output` of `null` is an output. */
export const resolve = (body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["output", "reason"])
  const reason = reasonOf(reader, reader.required("reason", "why, and what was done by hand")) ?? ""
  const { output } = body
  return refusing(faults, { reason, ...(output !== undefined && { output }) })
}
