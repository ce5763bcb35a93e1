/**
 * A step as it is written, stored and run. Contract: section 4, "Every step".
 *
 * The stored form has names in camelCase, headers as maps and properties as lists; unknown members are kept as they
 * came. A workflow step is configured among its own members, every other step in `options`.
 */
import { Redacted } from "effect"
import { camelCased, given, JsonReader, type Place, placeIn } from "../decode/JsonReader.ts"
import { expressionIn } from "../decode/Marks.ts"
import { longestTimeoutMs, readDuration } from "../decode/TimeSpan.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { CalloutOptions, Step } from "../pipeline/Pipeline.ts"
import { signingSecretOf } from "../webhook/SigningSecret.ts"
import { headerMap, propertyList } from "./KeyValueList.ts"

/** Members of `options` whose own members have names that the contract fixes. */
const fixedStructures = ["shouldRejectOn", "retry", "orderDataOptions"]

/** True for a workflow step, whose options are members of the step itself and not of `options`. */
export const isWorkflowStep = (step: JsonObject): boolean =>
  typeof step.name === "string" && (step.name.endsWith("WorkflowStep") || step.name === "ExportOrder") ||
  step.connector !== undefined || step.properties !== undefined

/** Options in the form in which they are stored. */
const optionsDocument = (options: JsonObject, at: Place): JsonObject => {
  const document: Record<string, Json> = { ...camelCased(options, at) }
  for (const name of fixedStructures) {
    const value = document[name]
    if (value !== undefined && isObject(value)) document[name] = camelCased(value, placeIn(at, name))
  }
  if (Array.isArray(document.subscriptions)) {
    document.subscriptions = document.subscriptions.map((item: Json, index) =>
      isObject(item) ? camelCased(item, placeIn(at, "subscriptions", index)) : item
    )
  }
  for (const name of ["headers", "customHeaders"]) {
    if (document[name] !== undefined) document[name] = headerMap(document[name], placeIn(at, name))
  }
  return document
}

/** The step in the form in which it is stored, its id still to be given where it has none. */
export const stepDocument = (json: Json, at: Place): JsonObject => {
  if (!isObject(json)) {
    at.faults.push({ path: at.path, message: "must be an object, a step" })
    return {}
  }
  const own = camelCased(json)
  const document: Record<string, Json> = {
    ...(isWorkflowStep(own) ? optionsDocument(json, at) : camelCased(json, at))
  }
  if (isWorkflowStep(own) && document.properties !== undefined) {
    document.properties = propertyList(document.properties, placeIn(at, "properties"))
  }
  if (isObject(document.awaitCallback)) document.awaitCallback = camelCased(document.awaitCallback)
  for (const name of ["options", "compensate", "probe"]) {
    const value = document[name]
    if (value !== undefined && isObject(value)) document[name] = optionsDocument(value, placeIn(at, name))
  }
  if (typeof document.when === "string") document.when = expressionIn(document.when) ?? document.when
  return document
}

const isStatus = (value: Json): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 100 && value <= 599

const statusList = (reader: JsonReader): CalloutOptions["shouldRejectOn"] => {
  const status = reader.inner("shouldRejectOn")?.raw("status")
  if (status === undefined) return undefined
  return Array.isArray(status) && status.every(isStatus)
    ? { status }
    : reader.fault("shouldRejectOn.status", "must be a list of HTTP statuses from 100 to 599")
}

const calloutOptions = (step: JsonReader, name: string): CalloutOptions | undefined => {
  const reader = step.inner(name)
  if (reader === undefined) return undefined
  const method = reader.string("method")
  if (method !== undefined && !/^[A-Za-z]+$/.test(method)) reader.fault("method", "must be an HTTP method such as POST")
  const endpoint = reader.required("endpoint", "the URL to call")
  const signingSecret = signingSecretOf(reader, "signingSecret")
  return {
    endpoint: endpoint ?? "",
    ...given({
      method,
      timeoutValue: reader.positive("timeoutValue", longestTimeoutMs),
      shouldRejectOn: statusList(reader),
      headers: reader.object("headers") as Readonly<Record<string, string>> | undefined,
      body: reader.raw("body"),
      signingSecret: signingSecret === undefined ? undefined : Redacted.value(signingSecret)
    })
  }
}

/** The longest wait for a callback, in milliseconds: 90 days. */
const longestCallbackMs = 90 * 24 * 3600 * 1000

const awaitCallback = (step: JsonReader): Step["awaitCallback"] => {
  const reader = step.inner("awaitCallback")
  if (reader === undefined) return undefined
  const value = reader.raw("timeout")
  if (value === undefined) return reader.fault("timeout", "is missing: give a TimeSpan such as \"2.00:00:00\"")
  const timeout = readDuration(value)
  if (typeof timeout === "string") return reader.fault("timeout", timeout)
  return timeout > longestCallbackMs
    ? reader.fault("timeout", "must be at most 90.00:00:00 (ninety days)")
    : { timeout }
}

/** `critical` of a workflow step and its `stopOnError` are one thing, under two names. */
const criticality = (reader: JsonReader, isWorkflow: boolean): boolean | undefined => {
  const critical = reader.boolean("critical")
  if (!isWorkflow) return critical
  const stopOnError = reader.boolean("stopOnError")
  if (critical !== undefined && stopOnError !== undefined && critical !== stopOnError) {
    return reader.fault("stopOnError", `contradicts critical: ${critical}; for a workflow step they mean the same`)
  }
  return critical ?? stopOnError
}

/** Every member that is not common to all steps: an unknown one belongs to the plugin, or travels to the partner. */
const workflowOptions = (
  reader: JsonReader,
  common: ReadonlySet<string>,
  critical: boolean | undefined
): JsonObject => {
  reader.string("connector")
  reader.string("connectorId")
  reader.boolean("runAfterOrderIsSaved")
  reader.knows("properties")
  return {
    ...reader.object("options"),
    ...Object.fromEntries(Object.entries(reader.source).filter(([name]) => !common.has(name))),
    ...(critical === undefined ? {} : { stopOnError: critical })
  }
}

/** The step as it is run, from its stored form; what is wrong with it is added to the faults. */
export const decodeStep = (document: JsonObject, at: Place): Step => {
  const reader = JsonReader.at(document, at)
  const isWorkflow = isWorkflowStep(document)
  const id = reader.raw("id")
  const critical = criticality(reader, isWorkflow)
  reader.knows("options")
  const step = {
    name: reader.required("name", "the plugin's name") ?? "",
    id: typeof id === "string" ? id : "",
    active: reader.boolean("active") ?? true,
    scope: given({
      enabledForMarkets: reader.strings("enabledForMarkets"),
      disabledForMarkets: reader.strings("disabledForMarkets"),
      enabledForStores: reader.strings("enabledForStores"),
      disabledForStores: reader.strings("disabledForStores")
    }),
    ...given({
      service: reader.string("service"),
      when: reader.string("when"),
      responseSchema: reader.raw("responseSchema"),
      compensate: calloutOptions(reader, "compensate"),
      probe: calloutOptions(reader, "probe"),
      onUnavailable: reader.oneOf("onUnavailable", ["fail", "hold"]),
      blocking: reader.boolean("blocking"),
      awaitCallback: awaitCallback(reader)
    })
  }
  const common = new Set([...reader.known].filter((name) => name !== "stopOnError"))
  // The source system's forms write these members into every step; workflow steps send them on.
  reader.string("translateKey")
  reader.string("displayName")
  return {
    ...step,
    ...given({ critical }),
    options: isWorkflow ? workflowOptions(reader, common, critical) : reader.object("options") ?? {}
  }
}
