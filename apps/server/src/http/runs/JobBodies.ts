/** The bodies of requests to cancel, retry or resolve many runs, read by hand so that each fault names its member. */
import { Outcome } from "@sluice/domain/callout/Outcome"
import { given, type JsonReader, JsonReader as Reader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { RunFilter } from "@sluice/domain/run/Job"
import { RunState } from "@sluice/domain/run/ProcessEvent"
import type { JobOptions } from "@sluice/engine/internal/jobs/Jobs"
import { epochMillisOf, notMoment } from "../../wire/Moments.ts"
import { onlyThese, reasonOf, refusing } from "../../wire/ReasonBody.ts"

const momentOf = (reader: JsonReader, name: string): number | undefined => {
  const text = reader.string(name)
  if (text === undefined) return undefined
  return epochMillisOf(text) ?? reader.fault(name, notMoment)
}

/** Written as in a query, too. */
const switchOf = (reader: JsonReader, name: string): boolean | undefined => {
  const value = reader.raw(name)
  if (value === "true" || value === "false") return value === "true"
  return reader.boolean(name)
}

const textOf = (reader: JsonReader, name: string, atLeast = 1): string | undefined => {
  const text = reader.string(name)
  return text === undefined || text.length >= atLeast
    ? text
    : reader.fault(name, atLeast === 1 ? "is empty" : `must have at least ${atLeast} characters`)
}

/** The members of a filter: those of the query of `GET /v1/process-events`, and `failedStep` for `step`. */
const members = [
  "state",
  "orderId",
  "pipeline",
  "errorsOnly",
  "createdAfter",
  "createdBefore",
  "q",
  "email",
  "partner",
  "step",
  "failedStep",
  "outcome",
  "settled"
]

const stepOf = (reader: JsonReader): string | undefined => {
  const [step, failedStep] = [textOf(reader, "step"), textOf(reader, "failedStep")]
  if (step !== undefined && failedStep !== undefined && step !== failedStep) {
    return reader.fault("failedStep", "is another name of step: send one of them")
  }
  return step ?? failedStep
}

const filterOf = (source: JsonObject, faults: Array<Fault>): RunFilter => {
  const reader = new Reader(source, "filter", faults)
  onlyThese(reader, members)
  const { errorsOnly, ...filter } = given({
    state: reader.oneOf("state", RunState.literals),
    orderId: textOf(reader, "orderId"),
    pipeline: textOf(reader, "pipeline"),
    errorsOnly: switchOf(reader, "errorsOnly"),
    createdAfter: momentOf(reader, "createdAfter"),
    createdBefore: momentOf(reader, "createdBefore"),
    q: textOf(reader, "q", 4),
    email: textOf(reader, "email"),
    partner: textOf(reader, "partner"),
    step: stepOf(reader),
    outcome: reader.oneOf("outcome", Outcome.literals),
    settled: switchOf(reader, "settled")
  })
  // False says nothing: a filter of it alone would select every run.
  return errorsOnly === true ? { ...filter, errorsOnly } : filter
}

export interface ManyRequest {
  readonly filter: RunFilter
  readonly reason: string
  readonly options: JobOptions
}

/** Reads filter and reason, and by `read` what else a kind of job takes; `names` are those members. */
const manyOf = (names: ReadonlyArray<string>, verb: string, read: (reader: JsonReader) => JobOptions) =>
(
  body: JsonObject
) => {
  const faults: Array<Fault> = []
  const reader = new Reader(body, "", faults)
  onlyThese(reader, ["filter", "reason", ...names])
  const reason = reasonOf(reader, reader.required("reason", `why these runs are ${verb}`)) ?? ""
  const source = reader.object("filter")
  const filter = filterOf(source ?? {}, faults)
  if (Object.keys(filter).length === 0 && faults.every(({ path }) => !path.startsWith("filter"))) {
    reader.fault(
      "filter",
      `${source === undefined ? "is missing" : "is empty"}: send at least one member that GET /v1/process-events takes`
    )
  }
  const request: ManyRequest = { filter, reason, options: read(reader) }
  return refusing(faults, request)
}

export const cancelMany = manyOf(
  ["compensate"],
  "cancelled",
  (reader) => given({ compensate: reader.boolean("compensate") })
)

export const retryMany = manyOf(["pipeline", "newKey"], "retried", (reader) =>
  given({
    pipeline: reader.oneOf("pipeline", ["original", "current"]),
    newKey: reader.boolean("newKey")
  }))

/** The body of a request to resolve many runs. An `output` of `null` is a value. */
export const resolveMany = manyOf(["stepId", "output"], "resolved", (reader) => {
  reader.knows("output")
  const { output } = reader.source
  return { ...given({ stepId: textOf(reader, "stepId") }), ...(output !== undefined && { output }) }
})
