/**
 * Checks a pipeline before it is saved: its shape, its plugins and their options, its expressions and what they refer
 * to, its addresses, its connectors. Contract: section 4.
 */
import { nearestOf } from "@sluice/domain/internal/decode/DidYouMean"
import { type UnknownMember, withoutNulls } from "@sluice/domain/internal/decode/UnknownMembers"
import { unsendable } from "@sluice/domain/internal/sending/Sendable"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { type Fault, faultBelow } from "@sluice/domain/order/Order"
import { speaksFor } from "@sluice/domain/pipeline/Connector"
import type { CalloutOptions, Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import { Outbound } from "@sluice/http-client/Outbound"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { type CalloutPath, Expressions, scopeNames } from "../expressions/Expressions.ts"
import { expressionsIn, type Placed } from "../expressions/Template.ts"
import { otherOrigin } from "../plugins/builtin/WebhookWorkflowStep.ts"
import { CallbackBase } from "../plugins/CallbackAddress.ts"
import { bodyRefusal, calloutMethods, probeMethods } from "../plugins/CalloutMethod.ts"
import type { AnyPlugin } from "../plugins/Plugin.ts"
import { toDefect } from "../plugins/PluginError.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { type CheckContext, judgeUnknown } from "./CheckContext.ts"
import { markWarnings } from "./MarkWarnings.ts"
import { responseSchemaFaults } from "./ResponseSchema.ts"
import { schemaFaults } from "./SchemaFaults.ts"
import { type PathVerdict, verdictOf } from "./SchemaPath.ts"
import { sizeFaults } from "./SettingSize.ts"
import { stepUnknown } from "./StepMembers.ts"

/** The pipeline cannot be saved. Nothing was stored. */
export class PipelineInvalid extends Schema.TaggedError<PipelineInvalid>()("PipelineInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

export interface CheckedPipeline {
  readonly pipeline: Pipeline
  /** camelCase, ids filled in: what is stored and answered. */
  readonly document: JsonObject
  /** Warnings about settings that are allowed but probably unintended. */
  readonly warnings: ReadonlyArray<string>
}

export class PipelineCheck extends Context.Service<PipelineCheck, {
  readonly check: (document: Json, context?: CheckContext) => Effect.Effect<CheckedPipeline, PipelineInvalid>
}>()("@sluice/engine/PipelineCheck") {
  static readonly layer = Layer.effect(PipelineCheck, Effect.suspend(() => make))
}

/** Callouts beside a step's own. */
const sides = ["probe", "compensate"] as const

/** Steps that come before, by id. */
type Earlier = ReadonlyMap<string, Step>

/** The findings of the schemas of earlier answers about the places that an expression reads. */
const answersOf = (paths: ReadonlyArray<CalloutPath>, earlier: Earlier): ReadonlyArray<PathVerdict> =>
  paths.flatMap(({ members: [part, ...path], stepId }) => {
    const schema = earlier.get(stepId)?.responseSchema
    return schema === undefined || part !== "body" || path.length === 0 || responseSchemaFaults(schema).length > 0
      ? []
      : [readingOf(stepId, path, verdictOf(schema, path, `callouts.${stepId}.body`))]
  })

const readingOf = (stepId: string, path: ReadonlyArray<string>, verdict: PathVerdict): PathVerdict =>
  verdict._tag === "Unknown"
    ? verdict
    : {
      ...verdict,
      message: `reads callouts.${stepId}.body.${path.join(".")}, and by that step's responseSchema ${verdict.message}`
    }

interface PlacedStep {
  readonly step: Step
  readonly path: string
}

/** The steps with the paths of their options in the document. */
const placesOf = (pipeline: Pipeline): ReadonlyArray<PlacedStep> => [
  ...pipeline.steps.map((step, index) => ({ step, path: `steps[${index}]` })),
  ...pipeline.postProcessing.map((step, index) => ({ step, path: `postProcessing[${index}]` }))
]

const listOf = (value: Json | undefined): ReadonlyArray<Json> => Array.isArray(value) ? value : []

/** Options hold expressions whose values are not known yet: what the schema says of those places does not count. */
const optionFaults = (plugin: AnyPlugin, step: Step, placed: ReadonlyArray<Placed>): ReadonlyArray<Fault> => {
  const faults = [
    ...schemaFaults(plugin.options, step.options)
      .filter(({ path }) => !placed.some((expression) => expression.path === path)),
    ...plugin.checkWritten?.(step.options, step) ?? []
  ]
  if (faults.length > 0) return faults
  if (placed.length > 0) return []
  const options = Schema.decodeUnknownResult(plugin.options)(step.options)
  return Result.isSuccess(options) ? plugin.check?.(options.success, step) ?? [] : []
}

const warningsOf = (plugin: AnyPlugin, step: Step, placed: ReadonlyArray<Placed>): ReadonlyArray<string> => {
  const options = placed.length > 0 ? undefined : Schema.decodeUnknownResult(plugin.options)(step.options)
  const own = options !== undefined && Result.isSuccess(options) ? plugin.warn?.(options.success, step) ?? [] : []
  return own.map((warning) => `${step.id}: ${warning}`)
}

/** The faults and warnings of the connector that a step asks for. */
const connectorFindings = (
  plugin: AnyPlugin,
  { path, step }: PlacedStep,
  { settings }: CheckContext
): { readonly faults: ReadonlyArray<Fault>; readonly warnings: ReadonlyArray<string> } => {
  const use = settings === undefined ? undefined : plugin.connectorUse?.(step.options)
  if (use === undefined || settings === undefined) return { faults: [], warnings: [] }
  const { connectorId, host, name } = use
  const found = settings.connectors.map(({ connector }) => connector).filter((connector) =>
    connectorId === undefined ? connector.name === name : connector.connectorId === connectorId
  )
  if (found.length === 0) {
    if (connectorId === undefined && host !== undefined) return { faults: [], warnings: [] }
    const sought = connectorId === undefined ? `${path}: no connector is named ${name}` : `${path}.connectorId: ` +
      `no connector has the ConnectorId ${connectorId}`
    return {
      faults: [],
      warnings: [`${sought}: ${host === undefined ? "until one is saved, the step fails" : "only Host is used"}`]
    }
  }
  const other = connectorId === undefined || host === undefined || expressionsIn(host.url).length > 0
    ? undefined
    : found.find((connector) => !speaksFor(connector, host.url))
  return other === undefined || host === undefined || connectorId === undefined
    ? { faults: [], warnings: [] }
    : { faults: [{ path: host.path, message: otherOrigin(connectorId, host.url, other) }], warnings: [] }
}

/** The faults that the plugin finds. One whose check throws cannot be relied on: that is a fault, too. */
const faultsOf = (plugin: AnyPlugin, faults: () => ReadonlyArray<Fault>): ReadonlyArray<Fault> => {
  try {
    return faults()
  } catch (thrown) {
    return [{ path: "", message: `cannot be checked: ${plugin.name} ended with a defect: ${toDefect(thrown).message}` }]
  }
}

/** The members that say when the step's answer comes. */
const answerFaults = (plugin: AnyPlugin, { awaitCallback }: Step): ReadonlyArray<Fault> =>
  awaitCallback === undefined || plugin.mayAwaitCallback === true
    ? []
    : [{ path: "awaitCallback", message: `is not for ${plugin.name}: use calloutPlugin or WebhookWorkflowStep` }]

/** The members that say that the run does not wait for the step's call. */
const blockingFaults = (plugin: AnyPlugin, step: Step, pipeline: Pipeline): ReadonlyArray<Fault> => {
  if (step.blocking !== false) return []
  if (plugin.deferred === undefined) {
    return [{ path: "blocking", message: `cannot be false for ${plugin.name}: use calloutPlugin, or ExportOrder` }]
  }
  const contradicting = [
    ...(plugin.policy(step, pipeline).critical ? ["critical"] : []),
    ...(step.awaitCallback !== undefined ? ["awaitCallback"] : []),
    ...(step.options["retry"] !== undefined ? ["options.retry"] : []),
    ...(step.compensate !== undefined ? ["compensate"] : [])
  ]
  return contradicting.map((member) => ({
    path: "blocking",
    message: `cannot be false together with ${member}: the run does not wait for the call. Remove one of them`
  }))
}

/** Members that have no effect where the run does not wait for the call. */
const withoutEffect = (step: Step): ReadonlyArray<string> =>
  step.blocking !== false ? [] : (["probe", "responseSchema", "onUnavailable"] as const)
    .filter((member) => step[member] !== undefined)
    .map((member) => `${step.id}: ${member} has no effect with blocking: false, whose call is a delivery`)

const unreachableCallback =
  "awaitCallback: the callback URL holds the address that this server listens on, which stands "
  + "for every interface: set SLUICE_PUBLIC_URL to the address under which partners reach it"

const servicesOf = Effect.gen(function*() {
  const callbackBase = yield* CallbackBase
  const { byName } = yield* Plugins
  const expressions = yield* Expressions
  const outbound = yield* Outbound
  return { byName, callbackBase, expressions, outbound }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const addressFaults = ({ outbound }: Services, plugin: AnyPlugin, step: Step): ReadonlyArray<Fault> =>
  (plugin.addresses?.(step.options) ?? []).flatMap(({ path, url }) => {
    const refusal = expressionsIn(url).length > 0 ? undefined : outbound.refuse(url)
    return refusal === undefined ? [] : [{ path, message: refusal }]
  })

/** The members of the document that neither the decoder nor the plugins know. */
const unknownOf = (
  { byName }: Services,
  document: JsonObject,
  found: ReadonlyArray<UnknownMember>
): ReadonlyArray<UnknownMember> => {
  const byStep = Map.groupBy(
    found,
    ({ path: [phase, index] }) => typeof index === "number" ? `${phase}[${index}]` : ""
  )
  return [
    ...byStep.get("") ?? [],
    ...["steps", "postProcessing"].flatMap((phase) =>
      listOf(document[phase]).flatMap((step, index) => {
        const own = byStep.get(`${phase}[${index}]`) ?? []
        return isObject(step) ? stepUnknown(byName.get(String(step.name)), step, [phase, index], own) : own
      })
    )
  ]
}

/** Returns the faults found; adds warnings to the list. */
const expressionFaults = Effect.fnUntraced(function*(
  { expressions }: Services,
  placed: ReadonlyArray<Placed>,
  earlier: Earlier,
  all: ReadonlySet<string>,
  warnings: Array<string>
) {
  const faults: Array<Fault> = []
  for (const { path, source } of placed) {
    const facts = yield* Effect.result(expressions.check(source))
    if (Result.isFailure(facts)) {
      faults.push({ path, message: facts.failure.message })
      continue
    }
    for (const name of facts.success.rootNames) {
      if ((scopeNames as ReadonlyArray<string>).includes(name)) continue
      faults.push({
        path,
        message: `reads ${name}, which is not known here: did you mean ${nearestOf(name, scopeNames)}?`
      })
    }
    for (const id of facts.success.stepReferences) {
      if (earlier.has(id)) continue
      faults.push({
        path,
        message: all.has(id)
          ? `refers to step ${id}, which does not come earlier: move it before this step`
          : `refers to step ${id}, which is not in this pipeline`
      })
    }
    for (const id of new Set(facts.success.calloutPaths.map(({ stepId }) => stepId))) {
      if (earlier.get(id)?.blocking !== false) continue
      faults.push({
        path,
        message: `reads callouts.${id}, and the run does not wait for that step's answer: it has blocking: false`
      })
    }
    for (const verdict of answersOf(facts.success.calloutPaths, earlier)) {
      if (verdict._tag === "Excluded") faults.push({ path, message: verdict.message })
      if (verdict._tag === "Suspicious") warnings.push(`${path}: ${verdict.message}`)
    }
  }
  return faults
})

const sideMethods: Readonly<Record<(typeof sides)[number], ReadonlyArray<string>>> = {
  compensate: calloutMethods,
  probe: probeMethods
}

/** The faults of a request as it is written: a compensation is a POST by default, a probe a GET. */
const requestFaults = (
  side: (typeof sides)[number],
  { body, method: written }: CalloutOptions,
  path: string
): ReadonlyArray<Fault> => {
  const methods = sideMethods[side]
  const method = written?.toUpperCase() ?? methods[0]
  if (method === undefined || !methods.includes(method)) {
    return [{ path: `${path}.method`, message: `must be one of ${methods.join(", ")}` }]
  }
  const refusal = body === undefined ? undefined : bodyRefusal(method)
  return refusal === undefined ? [] : [{ path: `${path}.body`, message: refusal }]
}

/** The faults of a probe or a compensation. It sees what the step sees, a compensation also the step. */
const sideFaults = Effect.fnUntraced(function*(
  services: Services,
  step: Step,
  path: string,
  earlier: Earlier,
  all: ReadonlySet<string>,
  warnings: Array<string>
) {
  const { outbound } = services
  const faults: Array<Fault> = []
  for (const side of sides) {
    const options = step[side]
    if (options === undefined) continue
    const inside = `${path}.${side}`
    const refusal = expressionsIn(options.endpoint).length > 0 ? undefined : outbound.refuse(options.endpoint)
    if (refusal !== undefined) faults.push({ path: `${inside}.endpoint`, message: refusal })
    faults.push(...requestFaults(side, options, inside))
    const placed = expressionsIn(options as unknown as JsonObject, inside)
    const seen = side === "probe" ? earlier : new Map([...earlier, [step.id, step] as const])
    faults.push(...yield* expressionFaults(services, placed, seen, all, warnings))
  }
  return faults
})

const check = Effect.fnUntraced(function*(services: Services, json: Json, context: CheckContext = {}) {
  const { byName, callbackBase } = services
  const size = sizeFaults(json)
  if (size.length > 0) return yield* new PipelineInvalid({ faults: size })
  const decoded = decodePipeline(json, 1)
  const read = decoded.document ?? {}
  const unknown = unknownOf(services, read, decoded.unknown ?? [])
  const judged = judgeUnknown("pipeline", read, unknown, context)
  if ("faults" in decoded) return yield* new PipelineInvalid({ faults: [...judged.faults, ...decoded.faults] })
  const { pipeline } = decoded
  // A null means "not given" and is dropped; the null of an unknown member is kept.
  const document = withoutNulls(decoded.document, decoded.nulls, unknown)
  const faults: Array<Fault> = [...unsendable("pipeline", document)]
  const warnings: Array<string> = [...markWarnings("pipeline", document)]
  const places = placesOf(pipeline)
  const all = new Set(places.map(({ step }) => step.id))
  const earlier = new Map<string, Step>()

  if (pipeline.match.when !== undefined) {
    const placed = [{ path: "match.when", source: pipeline.match.when }]
    faults.push(...yield* expressionFaults(services, placed, earlier, all, warnings))
  }
  for (const place of places) {
    const { path, step } = place
    const plugin = byName.get(step.name)
    if (plugin === undefined) {
      const known = [...byName.keys()].join(", ")
      faults.push({ path: `${path}.name`, message: `there is no plugin ${step.name}: use one of ${known}` })
      earlier.set(step.id, step)
      continue
    }
    const inside = plugin.configuredIn === "options" ? `${path}.options` : path
    const placed = expressionsIn(step.options)
    const own = faultsOf(plugin, () => {
      const connectors = connectorFindings(plugin, place, context)
      warnings.push(...warningsOf(plugin, step, placed), ...connectors.warnings)
      return [...optionFaults(plugin, step, placed), ...addressFaults(services, plugin, step), ...connectors.faults]
    })
    faults.push(...own.map((fault) => faultBelow(inside, fault)))
    const placedHere = placed.map((one) => ({
      source: one.source,
      path: faultBelow(inside, { path: one.path, message: "" }).path
    }))
    const waiting = faultsOf(plugin, () => [...answerFaults(plugin, step), ...blockingFaults(plugin, step, pipeline)])
    faults.push(...waiting.map((fault) => faultBelow(path, fault)))
    warnings.push(...withoutEffect(step))
    if (step.awaitCallback !== undefined && !callbackBase.isReachable) {
      warnings.push(`${step.id}: ${unreachableCallback}`)
    }
    const whens = step.when === undefined ? [] : [{ path: `${path}.when`, source: step.when }]
    faults.push(...yield* expressionFaults(services, [...whens, ...placedHere], earlier, all, warnings))
    faults.push(...yield* sideFaults(services, step, path, earlier, all, warnings))
    faults.push(
      ...responseSchemaFaults(step.responseSchema).map((fault) => faultBelow(`${path}.responseSchema`, fault))
    )
    earlier.set(step.id, step)
  }
  if (judged.faults.length + faults.length > 0) {
    return yield* new PipelineInvalid({ faults: [...judged.faults, ...faults] })
  }
  const checked: CheckedPipeline = { pipeline, document, warnings: [...judged.warnings, ...warnings] }
  return checked
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return PipelineCheck.of({ check: (json, context) => check(services, json, context) })
})
