/** Bodies that hold a `reason` and nothing else, read by hand so that each fault names its member. */
import { JsonReader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { Effect } from "effect"
import * as ErrorMapping from "./ErrorMapping.ts"

/** The longest reason, in characters: it is shown in lists. */
const maxReason = 2000

/** Refuses members that are not named. */
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

/** Reads the reason, which must be present; `example` shows a valid one. */
export const required = (body: JsonObject, example: string) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["reason"])
  const reason = reasonOf(reader, reader.required("reason", example)) ?? ""
  return refusing(faults, reason)
}

/** Reads the reason, if there is one. */
export const optional = (body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["reason"])
  return refusing(faults, reasonOf(reader, reader.string("reason")))
}
