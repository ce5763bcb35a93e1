/**
 * `WebhookWorkflowStep`: asks a partner about the order, and lets the answer amend it or stop the workflow.
 * Contract: section 6.
 */
import { isLargeBody } from "@sluice/domain/internal/decode/ReceivedJson"
import { type ReceivedBody, receivedText, undecodable } from "@sluice/domain/internal/decode/ReceivedText"
import { originOf } from "@sluice/domain/internal/decode/Url"
import { inTurns, measured } from "@sluice/domain/internal/json/LargeText"
import { selectConnector } from "@sluice/domain/internal/pipeline/ConnectorSelection"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { executeExportOrder } from "@sluice/domain/order/History"
import { type AddressedConnector, type Connector, defaultTimeoutMs, speaksFor } from "@sluice/domain/pipeline/Connector"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { answerSteps, readWorkflowAnswer, type WorkflowAnswer } from "@sluice/domain/workflow/WorkflowAnswer"
import { workflowTail } from "@sluice/domain/workflow/WorkflowBody"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Effect, Result, Schema } from "effect"
import type { Judgement, RequestCredentials } from "../Callout.ts"
import type { ConnectorUse, Plugin, StepInput } from "../Plugin.ts"
import { Unprepared } from "../PluginError.ts"
import { type AttemptEnd, delays, isNetworkError } from "../RetrySchedule.ts"

/** The version in `User-Agent: OmniumOms/<version>`: what partners of the source system expect to read. */
export const userAgent = "OmniumOms/1.0"

/** Milliseconds before the second, third and fourth attempt. */
export const retryDelaysMs = [1000, 5000, 15_000] as const
const maxDeliveryCount = retryDelaysMs.length + 1

const Property = Schema.Struct({
  key: Schema.String,
  value: Schema.Json,
  keyGroup: Schema.optionalKey(Schema.NullOr(Schema.String))
})

export const WebhookWorkflowStepOptions = Schema.Struct({
  /** The connector's kind; always `Webhook`. */
  connector: Schema.optionalKey(Schema.String),
  connectorId: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** A failure ends the workflow. */
  stopOnError: Schema.optionalKey(Schema.Boolean),
  /** Read the order again just before the first attempt. */
  runAfterOrderIsSaved: Schema.optionalKey(Schema.Boolean),
  translateKey: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** `Host`, `ErrorStatus`, headers under the key group `RequestHeaders`, and custom properties for the partner. */
  properties: Schema.optionalKey(Schema.Array(Property))
})
export type WebhookWorkflowStepOptions = typeof WebhookWorkflowStepOptions.Type

type Properties = NonNullable<WebhookWorkflowStepOptions["properties"]>

/** The value of the property `key` (without regard to case) that is in no key group. */
const property = (properties: Properties, key: string): string | undefined => {
  const value = properties.find((one) => one.key.toLowerCase() === key && (one.keyGroup ?? "") === "")?.value
  return typeof value === "string" && value !== "" ? value : undefined
}

export const requestHeaders = (properties: Properties): Record<string, string> =>
  Object.fromEntries(
    properties.filter(({ keyGroup }) => keyGroup?.toLowerCase() === "requestheaders")
      .map(({ key, value }) => [key.toLowerCase(), typeof value === "string" ? value : JSON.stringify(value)])
  )

export const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** True if a workflow call is tried again: after network errors, timeouts, and answers other than 2xx, 400 and 404. */
export const isRetried = (end: AttemptEnd): boolean => {
  const { outcome, status } = end
  // A 2xx that was rejected is the partner's decision; without a status no token could be had.
  if (outcome === "rejected") return status === undefined || (!isSuccess(status) && status !== 400 && status !== 404)
  return outcome === "timed-out" || isNetworkError(end)
}

/** Answers that were read: each is judged first, and then obeyed. */
const answers = new WeakMap<Uint8Array, WorkflowAnswer>()

const remember = ({ body }: ReceivedBody, text: string, answer: WorkflowAnswer): WorkflowAnswer => {
  if (answer._tag !== "Malformed") measured(answer.patch, text.length)
  answers.set(body, answer)
  return answer
}

/** Reads an answer; `undefined` where it cannot be decoded. */
const readAnswer = (received: ReceivedBody): WorkflowAnswer | undefined => {
  const known = answers.get(received.body)
  if (known !== undefined) return known
  const text = receivedText(received)
  return text === undefined ? undefined : remember(received, text, readWorkflowAnswer(text))
}

/** Reads a large answer with pauses, before it is judged. */
const readInTurns = (received: ReceivedBody): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (answers.has(received.body)) return Effect.void
    const text = receivedText(received)
    return text === undefined
      ? Effect.void
      : Effect.map(inTurns(answerSteps(text)), (answer) => void remember(received, text, answer))
  })

/** Judges an answer before the order is changed. */
export const judge = (response: OutboundResponse): Judgement => {
  if (!isSuccess(response.status)) {
    return { outcome: "rejected", message: `webhook workflow step failed due to response status: [${response.status}]` }
  }
  if (response.truncated) {
    return { outcome: "invalid-response", message: "the answer is longer than 1 MiB, and JSON is needed" }
  }
  const answer = readAnswer(response)
  if (answer === undefined) return { outcome: "invalid-response", message: `the answer ${undecodable}` }
  switch (answer._tag) {
    case "Success":
      return { outcome: "succeeded" }
    case "CancelWorkflow":
      return { outcome: "rejected", message: answer.reason, byPartner: true }
    case "Malformed":
      return { outcome: "invalid-response", message: answer.message }
  }
}

export const credentialsOf = (connector: Connector | undefined): RequestCredentials["connector"] =>
  connector?.bearerToken !== undefined
    ? { bearerToken: connector.bearerToken }
    : connector?.username !== undefined && connector.password !== undefined
    ? { username: connector.username, password: connector.password }
    : undefined

/** The target of the step. `connector` is absent where the step is inline: only its own credentials are sent. */
export interface Target {
  readonly url: string
  readonly connector: AddressedConnector | undefined
  readonly reason: string
}

const targetOf = (
  { options, order, connectors }: StepInput<WebhookWorkflowStepOptions>
): Result.Result<Target, Unprepared> => {
  const wanted = { name: options.connector ?? "Webhook", connectorId: options.connectorId || undefined }
  const { connector, reason } = selectConnector(connectors, wanted, order)
  const addressed = connectors.find((one) => one.connector === connector)
  const host = property(options.properties ?? [], "host")
  if (addressed === undefined) {
    return host === undefined
      ? Result.fail(new Unprepared({ message: `connector not found: ${reason}`, continues: true }))
      : Result.succeed({ url: host, connector: undefined, reason: `Host property; ${reason}` })
  }
  const url = host ?? addressed.connector.host
  if (!speaksFor(addressed.connector, url)) {
    return wanted.connectorId === undefined
      ? Result.succeed({
        url,
        connector: undefined,
        reason: `Host property, without connector ${addressed.id}, which is for another origin`
      })
      : Result.fail(new Unprepared({ message: otherOrigin(wanted.connectorId, url, addressed.connector) }))
  }
  return addressed.unreadable === undefined
    ? Result.succeed({ url, connector: addressed, reason: host === undefined ? reason : `Host property; ${reason}` })
    : Result.fail(new Unprepared({ message: addressed.unreadable }))
}

/**
 * The address and credentials of a workflow step. Fails if the connector is not found, is not for the step's `Host`,
 * or cannot be read.
 */
export const configured = (input: StepInput<WebhookWorkflowStepOptions>): Effect.Effect<Target, Unprepared> =>
  Effect.fromResult(targetOf(input))

/** The message for a `Host` at another origin than the connector named by `ConnectorId`. */
export const otherOrigin = (connectorId: string, url: string, { host }: Connector): string =>
  `Host is at ${originOf(url) ?? "no origin"}, and connector ${connectorId} is for ${originOf(host) ?? "no origin"}: `
  + "take one of them out, or name the origin in the connector's AllowedHosts"

const optionsOf = (step: Step): { readonly stopOnError: boolean; readonly errorStatus: string | undefined } => {
  const properties = Array.isArray(step.options.properties) ? step.options.properties as unknown as Properties : []
  return {
    stopOnError: step.options.stopOnError === true || step.critical === true,
    errorStatus: property(properties, "errorstatus")
  }
}

/** The addresses among options as they are written. */
const hosts = ({ properties }: JsonObject) =>
  (Array.isArray(properties) ? properties as unknown as Properties : []).flatMap(({ key, value, keyGroup }, index) =>
    key.toLowerCase() === "host" && (keyGroup ?? "") === "" && typeof value === "string"
      ? [{ path: `properties[${index}].value`, url: value }]
      : []
  )

/** The addresses that settings give a step, secrets in their queries included. */
export const configuredUrls = (options: JsonObject, connector: Connector | undefined): ReadonlyArray<string> => [
  ...hosts(options).map(({ url }) => url),
  ...(connector === undefined ? [] : [connector.host])
]

const connectorUse = (options: JsonObject): ConnectorUse => ({
  name: typeof options.connector === "string" ? options.connector : "Webhook",
  connectorId: typeof options.connectorId === "string" && options.connectorId !== "" ? options.connectorId : undefined,
  host: hosts(options).find(({ url }) => url !== "")
})

export const webhookWorkflowStep: Plugin<WebhookWorkflowStepOptions> = {
  name: "WebhookWorkflowStep",
  description: "POSTs the order to a connector or host, and applies the OrderPatch or CancelWorkflow of the answer.",
  options: WebhookWorkflowStepOptions,
  configuredIn: "step",
  mayAwaitCallback: true,
  addresses: hosts,
  connectorUse,
  policy: (step) => {
    const { stopOnError, errorStatus } = optionsOf(step)
    return { critical: stopOnError, tolerated: "warning", failedStatus: errorStatus, notesFailures: true }
  },
  run: Effect.fnUntraced(function*(input) {
    const { options, step, shipmentId, callout, authProviders } = input
    const { connector: addressed, reason, url } = yield* configured(input)
    const connector = addressed?.connector
    const own = requestHeaders(options.properties ?? [])
    const credentials = credentialsOf(connector)
    const answer = yield* callout({
      method: "POST",
      url,
      headers: {
        "user-agent": userAgent,
        accept: "application/json",
        ...lowerCased(connector?.customHeaders ?? {}),
        ...own
      },
      attemptHeaders: (attempt) => ({
        "x-delivery-count": String(attempt),
        "x-max-delivery-count": String(maxDeliveryCount)
      }),
      body: { form: "workflow", tail: workflowTail(step, shipmentId) },
      timeoutMs: connector?.timeout ?? defaultTimeoutMs,
      credentials: {
        ...(credentials !== undefined && { connector: credentials }),
        ...(connector?.signingSecret !== undefined && { signingSecret: connector.signingSecret }),
        ...(connector?.tls !== undefined && { tls: connector.tls }),
        providers: authProviders
      },
      retry: { schedule: delays(retryDelaysMs), retries: isRetried },
      judge,
      read: readInTurns,
      freshOrder: options.runAfterOrderIsSaved === true
    })
    // Another one than was judged where a token was hidden in it, or where it comes from the record.
    if (isLargeBody(answer)) yield* readInTurns(answer)
    const read = readAnswer(answer)
    const said: Extract<WorkflowAnswer, { readonly _tag: "Success" }> = read?._tag === "Success"
      ? read
      : { _tag: "Success" }
    const { actionStatus = "Success" } = said
    const output: Json = { actionStatus }
    const because = said.reason === undefined ? "" : `: ${said.reason}`
    const found = said.warns === true ? `with ActionStatus ${actionStatus}` : "without CancelWorkflow"
    return {
      output,
      reason: `answered ${answer.status} ${found}${because}; ${reason}`,
      clearErrors: true,
      ...(said.warns === true && { warns: true }),
      ...(said.patch !== undefined && { patch: said.patch }),
      history: {
        ...executeExportOrder,
        message: `${step.name} ${step.id} ended with ${actionStatus} after ${answer.attempts} attempt(s)${because}`
      }
    }
  })
}
