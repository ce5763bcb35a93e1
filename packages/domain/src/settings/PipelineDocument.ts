/**
 * A pipeline as people write it, as it is stored and answered, and as it is run. Contract: section 4, "Pipeline".
 *
 * The engine checks the options of plugins and the expressions.
 */
import { camelCased, given, JsonReader, type Place, placeIn, rootPlace } from "../decode/JsonReader.ts"
import { expressionIn } from "../decode/Marks.ts"
import type { MemberPath } from "../decode/MemberPath.ts"
import { type UnknownMember, unknownMembers, withUnknownNulls } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import type { Match, Pipeline } from "../pipeline/Pipeline.ts"
import { type PlacedStep, withIds } from "../pipeline/StepIds.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { decodeStep, stepDocument } from "./StepDocument.ts"

/** The members that `GET` adds to a setting; they are ignored in a `PUT`. */
export const answeredMembers: ReadonlySet<string> = new Set(["version", "createdAt", "updatedAt", "warnings", "paused"])

/** The result of reading a document that has faults. */
export interface Undecoded {
  readonly faults: ReadonlyArray<Fault>
  readonly unknown?: ReadonlyArray<UnknownMember>
  /** The part of the document that could be read. */
  readonly document?: JsonObject
}

export type DecodedPipeline =
  | {
    readonly pipeline: Pipeline
    /** The stored document, as `GET` answers it: camelCase, with ids filled in and secrets unredacted. */
    readonly document: JsonObject
    /** Members that no decoder asked for; those of plugins among them, which the engine knows. */
    readonly unknown: ReadonlyArray<UnknownMember>
    /** Members that were written as null; the document has those that the decoder does not know. */
    readonly nulls: ReadonlyArray<MemberPath>
  }
  | Undecoded

/** Milliseconds: a year, far above what a run takes. */
const longestDeadlineMs = 365 * 24 * 3600 * 1000

/** Steps in one list: a document of a mebibyte could have a hundred thousand, each with all that is said of a step. */
const mostSteps = 1000

const placed = (document: JsonObject, phase: "steps" | "postProcessing", at: Place): ReadonlyArray<PlacedStep> => {
  const steps = document[phase]
  if (steps === undefined) {
    if (phase === "steps") {
      at.faults.push({ path: phase, message: "is missing: give a list of steps, which may be empty" })
    }
    return []
  }
  if (!Array.isArray(steps)) {
    at.faults.push({ path: phase, message: "must be a list of steps" })
    return []
  }
  if (steps.length > mostSteps) {
    at.faults.push({ path: phase, message: `must have at most ${mostSteps} steps` })
    return []
  }
  return steps.map((step: Json, index) => {
    const here = placeIn(at, phase, index)
    return { step: stepDocument(step, here), path: here.path }
  })
}

const matchDocument = (match: JsonObject, at: Place): JsonObject => {
  const { when, ...own } = camelCased(match, at)
  return when === undefined ? own : { ...own, when: typeof when === "string" ? expressionIn(when) ?? when : when }
}

/** The pipeline in the form in which it is stored. */
const pipelineDocument = (json: JsonObject, environment: Environment | undefined, at: Place): JsonObject => {
  const own = camelCased(json, at, answeredMembers)
  const steps = placed(own, "steps", at)
  const postProcessing = placed(own, "postProcessing", at)
  const named = withIds([...steps, ...postProcessing], at.faults)
  const document = {
    ...own,
    ...(own.match !== undefined && isObject(own.match)
      ? { match: matchDocument(own.match, placeIn(at, "match")) }
      : {}),
    steps: named.slice(0, steps.length),
    ...(own.postProcessing === undefined ? {} : { postProcessing: named.slice(steps.length) })
  }
  return resolveEnvironment("pipeline", document, environment, at.faults)
}

const decodeMatch = (pipeline: JsonReader): Match => {
  const reader = pipeline.inner("match")
  if (reader === undefined) return {}
  return given({
    orderTypes: reader.strings("orderTypes"),
    statuses: reader.strings("statuses"),
    marketIds: reader.strings("marketIds"),
    when: reader.string("when")
  })
}

const stepsOf = (reader: JsonReader, phase: string) => {
  const steps = reader.raw(phase)
  return Array.isArray(steps) && steps.length <= mostSteps
    ? steps.flatMap((step: Json, index) => isObject(step) ? [decodeStep(step, placeIn(reader, phase, index))] : [])
    : []
}

/**
 * Reads a pipeline, in the form that people write or in the stored form; `version` is the version that it gets. Secrets
 * may come from `environment`, which only the settings file has.
 */
export const decodePipeline = (json: Json, version: number, environment?: Environment): DecodedPipeline => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, a pipeline" }] }
  const root = rootPlace()
  const { faults, nulls } = root
  const document = pipelineDocument(json, environment, root)
  const reader = JsonReader.at(document, root)
  const failedStatus = reader.string("failedStatus")
  if (failedStatus === "") reader.fault("failedStatus", "must not be empty: leave it out for Failed")
  const pipeline: Pipeline = {
    name: reader.required("name", "the pipeline's name") ?? "",
    version,
    match: decodeMatch(reader),
    priority: reader.number("priority") ?? 0,
    failedStatus: failedStatus ?? "Failed",
    steps: stepsOf(reader, "steps"),
    postProcessing: stepsOf(reader, "postProcessing"),
    ...given({
      completedStatus: reader.string("completedStatus"),
      deadlineMs: reader.positive("deadlineMs", longestDeadlineMs)
    })
  }
  const unknown = unknownMembers(root)
  const whole = withUnknownNulls(document, root)
  return faults.length > 0 ? { faults, unknown, document: whole } : { pipeline, document: whole, unknown, nulls }
}
