/**
 * Checks the answers of partners against a step's `responseSchema`. An answer that does not fit is `invalid-response`,
 * and the message names the place. Contract: section 4, "Every step"; section 3, "Limits".
 *
 * A small schema is compiled once for a pipeline version, and small answers are checked at once. What may take longer
 * than some tens of milliseconds goes through the port `SchemaChecker`.
 */
import { type ReceivedBody, receivedText, undecodable } from "@sluice/domain/internal/decode/ReceivedText"
import { needsCare } from "@sluice/domain/internal/json/LosslessJson"
import type { Json } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Effect } from "effect"
import type { Judgement } from "../plugins/Callout.ts"
import type { StepInput } from "../plugins/Plugin.ts"
import { compile, type Compiled, measure } from "../schemas/SchemaCompiler.ts"
import type { SchemaCheckerService } from "./SchemaChecker.ts"

/** The faults of a schema before it is saved, with paths inside it. */
export const responseSchemaFaults = (schema: Json | undefined): ReadonlyArray<Fault> => {
  const compiled = schema === undefined ? undefined : compile(schema)
  return compiled !== undefined && "fault" in compiled ? [{ path: "", message: compiled.fault }] : []
}

/** Weight times characters of a check that is made at once: some twenty milliseconds. */
const mostAtOnce = 2_000_000

/** The cost of numbers that a double does not hold, in that of others. */
const exactCost = 8

/** True if a text is checked at once against a schema of that weight, and not through the port. */
export const isCheckedAtOnce = (weight: number, text: string): boolean =>
  weight * text.length * (needsCare(text) ? exactCost : 1) <= mostAtOnce

/** The weight of a schema that is compiled at once: compiling one of 2,000 parts takes half a second. */
const mostWeight = 200

interface Known {
  readonly weight: number
  /** The compiled schema, if it is light enough to be checked in this thread. */
  readonly compiled: Compiled | undefined
}

const known = new WeakMap<Step, Known>()

const knownOf = (step: Step, schema: Json): Known => {
  const before = known.get(step)
  if (before !== undefined) return before
  const measured = measure(schema)
  const weight = "fault" in measured ? 0 : measured.weight
  const now = { weight, compiled: weight > mostWeight ? undefined : compile(schema) }
  known.set(step, now)
  return now
}

const fits: Judgement = { outcome: "succeeded" }
const invalid = (message: string): Judgement => ({ outcome: "invalid-response", message })
const judged = (misfit: string | undefined): Judgement => misfit === undefined ? fits : invalid(`the answer ${misfit}`)

/** Applies the schema to an answer that the plugin considers a success. */
const check = (
  step: Step,
  schema: Json,
  response: ReceivedBody,
  checker: SchemaCheckerService
): Effect.Effect<Judgement> => {
  const { compiled, weight } = knownOf(step, schema)
  if (compiled !== undefined && "fault" in compiled) {
    return Effect.succeed(invalid(`responseSchema ${compiled.fault}`))
  }
  if (response.truncated === true) {
    return Effect.succeed(invalid("the answer is longer than 1 MiB, and responseSchema needs all of it"))
  }
  const text = receivedText(response)
  if (text === undefined) return Effect.succeed(invalid(`the answer ${undecodable}`))
  return compiled !== undefined && isCheckedAtOnce(weight, text)
    ? Effect.succeed(judged(compiled.misfit(text)))
    : Effect.map(checker.misfit(schema, text), judged)
}

/** Wraps the callouts of a step, so that answers must fit its `responseSchema`. */
export const expecting = (
  step: Step,
  callout: StepInput<never>["callout"],
  checker: SchemaCheckerService
): StepInput<never>["callout"] => {
  const { responseSchema } = step
  if (responseSchema === undefined) return callout
  return (request) => callout({ ...request, check: (response) => check(step, responseSchema, response, checker) })
}
