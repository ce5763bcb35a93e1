/** The bodies of requests to retry and to resolve, read by hand so that each fault names its member. Section 7. */
import { given, JsonReader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { onlyThese, reasonOf, refusing } from "../../wire/ReasonBody.ts"

/** Decodes the body of a retry. `null` means "absent". */
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

/** Decodes the body of a resolution. An `output` of `null` is a value. */
export const resolve = (body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["output", "reason"])
  const reason = reasonOf(reader, reader.required("reason", "why, and what was done by hand")) ?? ""
  const { output } = body
  return refusing(faults, { reason, ...(output !== undefined && { output }) })
}
