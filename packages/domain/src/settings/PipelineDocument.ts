/**
 * A pipeline as people write it, as it is stored and answered, and as it is run. Contract: section 4, "Pipeline".
 *
 * What a plugin wants of its options and what is wrong with an expression is the engine's to say.
 */
import { camelCased, given, JsonReader } from "../decode/JsonReader.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import type { Match, Pipeline } from "../pipeline/Pipeline.ts"
import { type PlacedStep, withIds } from "../pipeline/StepIds.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { decodeStep, stepDocument } from "./StepDocument.ts"

/** Added by the server to what `GET` answers, and ignored where it comes back. */
export const answeredMembers: ReadonlySet<string> = new Set(["version", "createdAt", "updatedAt", "warnings"])

export type DecodedPipeline =
  | {
    readonly pipeline: Pipeline
    /** The stored document, as `GET` answers it: camelCase, with ids filled in and secrets unredacted. */
    readonly document: JsonObject
  }
  | { readonly faults: ReadonlyArray<Fault> }

/** Milliseconds: a year, far above what a run takes. */
const longestDeadlineMs = 365 * 24 * 3600 * 1000

const placed = (
  document: JsonObject,
  phase: "steps" | "postProcessing",
  faults: Array<Fault>
): ReadonlyArray<PlacedStep> => {
  const steps = document[phase]
  if (steps === undefined) {
    if (phase === "steps") faults.push({ path: phase, message: "is missing: give a list of steps, which may be empty" })
    return []
  }
  if (!Array.isArray(steps)) {
    faults.push({ path: phase, message: "must be a list of steps" })
    return []
  }
  return steps.map((step: Json, index) => {
    const path = `${phase}[${index}]`
    return { step: stepDocument(step, path, faults), path }
  })
}

/** The pipeline in the form in which it is stored. */
const pipelineDocument = (json: JsonObject, environment: Environment | undefined, faults: Array<Fault>): JsonObject => {
  const own = Object.fromEntries(Object.entries(camelCased(json)).filter(([name]) => !answeredMembers.has(name)))
  const steps = placed(own, "steps", faults)
  const postProcessing = placed(own, "postProcessing", faults)
  const named = withIds([...steps, ...postProcessing], faults)
  const document = {
    ...own,
    ...(own.match !== undefined && isObject(own.match) ? { match: camelCased(own.match) } : {}),
    steps: named.slice(0, steps.length),
    ...(own.postProcessing === undefined ? {} : { postProcessing: named.slice(steps.length) })
  }
  return resolveEnvironment("pipeline", document, environment, faults)
}

const decodeMatch = (pipeline: JsonReader): Match => {
  const source = pipeline.object("match")
  if (source === undefined) return {}
  const reader = new JsonReader(source, "match", pipeline.faults)
  return given({
    orderTypes: reader.strings("orderTypes"),
    statuses: reader.strings("statuses"),
    marketIds: reader.strings("marketIds"),
    when: reader.string("when")
  })
}

const stepsOf = (value: Json | undefined, phase: string, faults: Array<Fault>) =>
  Array.isArray(value)
    ? value.flatMap((step: Json, index) => isObject(step) ? [decodeStep(step, `${phase}[${index}]`, faults)] : [])
    : []

/**
 * Reads a pipeline; `version` is what it is to be known by. Secrets may come from `environment`, in the settings file
 * alone. The stored form is read by the same function.
 */
export const decodePipeline = (json: Json, version: number, environment?: Environment): DecodedPipeline => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, a pipeline" }] }
  const faults: Array<Fault> = []
  const document = pipelineDocument(json, environment, faults)
  const reader = new JsonReader(document, "", faults)
  const failedStatus = reader.string("failedStatus")
  if (failedStatus === "") reader.fault("failedStatus", "must not be empty: leave it out for Failed")
  const pipeline: Pipeline = {
    name: reader.required("name", "the pipeline's name") ?? "",
    version,
    match: decodeMatch(reader),
    priority: reader.number("priority") ?? 0,
    failedStatus: failedStatus ?? "Failed",
    steps: stepsOf(document.steps, "steps", faults),
    postProcessing: stepsOf(document.postProcessing, "postProcessing", faults),
    ...given({
      completedStatus: reader.string("completedStatus"),
      deadlineMs: reader.positive("deadlineMs", longestDeadlineMs)
    })
  }
  return faults.length > 0 ? { faults } : { pipeline, document }
}
