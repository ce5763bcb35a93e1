/** The bodies of requests to retry and to resolve, read by hand so that each fault names its member. Section 7. */
import { Moment } from "@sluice/api/wire/Paging"
import { given, JsonReader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import type { RetryFilter } from "@sluice/engine/internal/journal/RetryJobs"
import { DateTime, Effect, Option, Schema } from "effect"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

/** The longest reason, in characters: it is shown in lists. */
const maxReason = 2000

const onlyThese = (reader: JsonReader, names: ReadonlyArray<string>): void => {
  for (const name of Object.keys(reader.source)) {
    if (!names.includes(name)) reader.fault(name, `is unknown: send ${names.join(", ")}`)
  }
}

const reasonOf = (reader: JsonReader, value: string | undefined): string | undefined =>
  value !== undefined && value.length > maxReason
    ? reader.fault("reason", `must have at most ${maxReason} characters`)
    : value

const refusing = <A>(faults: ReadonlyArray<Fault>, value: A) =>
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

const momentOf = (reader: JsonReader, name: string): number | undefined => {
  const text = reader.string(name)
  if (text === undefined) return undefined
  const moment = Schema.is(Moment)(text) ? DateTime.make(text) : Option.none()
  return Option.isSome(moment)
    ? DateTime.toEpochMillis(moment.value)
    : reader.fault(name, "is not a date: write one like 2026-11-22T08:00:00Z")
}

const filterOf = (source: JsonObject, faults: Array<Fault>): RetryFilter => {
  const reader = new JsonReader(source, "filter", faults)
  const names = ["state", "orderId", "pipeline", "errorsOnly", "createdAfter", "createdBefore", "failedStep"]
  onlyThese(reader, names)
  return given({
    state: reader.oneOf("state", FinalRunState.literals),
    orderId: reader.string("orderId"),
    pipeline: reader.string("pipeline"),
    errorsOnly: reader.boolean("errorsOnly"),
    createdAfter: momentOf(reader, "createdAfter"),
    createdBefore: momentOf(reader, "createdBefore"),
    failedStep: reader.string("failedStep")
  })
}

export const retryMany = (body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["filter", "reason"])
  const reason = reasonOf(reader, reader.required("reason", "why these runs are retried")) ?? ""
  const filter = reader.object("filter")
  if (filter === undefined && faults.length === 0) {
    reader.fault("filter", "is missing: send the members that GET /v1/process-events takes, or {} for all that failed")
  }
  return refusing(faults, { reason, filter: filterOf(filter ?? {}, faults) })
}
