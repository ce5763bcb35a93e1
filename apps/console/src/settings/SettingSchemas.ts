/**
 * The members of each kind of setting, for completion and hints: contract, section 4. Faults are reported by the
 * server; options of plugins come from `GET /v1/plugins`.
 */
import type { Plugin } from "../api/Documents.ts"
import type { JsonSchema } from "./JsonSchema.ts"
import { orderTypes } from "./OrderTypes.ts"
import { webhookTypes } from "./WebhookTypes.ts"

const text = (description: string): JsonSchema => ({ type: "string", description })
const texts = (description: string, values?: ReadonlyArray<string>): JsonSchema => ({
  type: "array",
  description,
  items: values === undefined ? { type: "string" } : { type: "string", enum: values }
})
const number = (description: string): JsonSchema => ({ type: "number", description })
const flag = (description: string): JsonSchema => ({ type: "boolean", description })
const map = (description: string): JsonSchema => ({ type: "object", description })

const callout = (description: string): JsonSchema => ({
  type: "object",
  description,
  required: ["endpoint"],
  properties: {
    endpoint: text("The URL to call"),
    method: { ...text("POST where it is not given, of a probe GET"), enum: ["POST", "GET", "PUT", "PATCH", "DELETE"] },
    timeoutValue: number("Milliseconds"),
    shouldRejectOn: {
      type: "object",
      description: "Statuses that count as refusals",
      properties: { status: { type: "array" } }
    },
    headers: map("Sent with it; secrets read [redacted]"),
    signingSecret: text("whsec_…, signs it (Standard Webhooks); [redacted] keeps the stored one"),
    body: { description: "What is sent; expressions {% … %} allowed" }
  }
})

const stepMembers: Readonly<Record<string, JsonSchema>> = {
  id: text("Letters, digits and _; unique. Later steps read callouts.<id>"),
  service: text("Kept as it is"),
  active: flag("false: the step is left out"),
  critical: flag("true: its failure ends the run"),
  when: text("JSONata over { order, callouts, steps, processEvent }; false or empty skips the step"),
  responseSchema: map("JSON Schema of the answer that is expected"),
  compensate: callout("Called to undo the step, when a later critical one fails"),
  probe: callout("Asks whether a call of unknown outcome happened: 2xx yes, 404 no"),
  onUnavailable: {
    ...text("hold: the run waits for the partner rather than fail"),
    enum: ["fail", "hold"]
  },
  blocking: flag("false: the run does not wait; the call is sent as a delivery. calloutPlugin only"),
  awaitCallback: {
    type: "object",
    description: "Any 2xx says that the answer comes later, to the callback URL that the request carries",
    properties: { timeout: { description: "A TimeSpan such as 2.00:00:00, or milliseconds; at most 90 days" } },
    required: ["timeout"]
  },
  enabledForMarkets: texts("Only for these markets"),
  disabledForMarkets: texts("Not for these markets; wins"),
  enabledForStores: texts("Only for these stores"),
  disabledForStores: texts("Not for these stores; wins")
}

const stepSchema = (plugins: ReadonlyArray<Plugin>): JsonSchema => ({
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string", description: "Which plugin", enum: plugins.map(({ name }) => name) },
    ...stepMembers
  },
  chosenBy: {
    member: "name",
    cases: Object.fromEntries(
      plugins.map(({ name, description, configuredIn, optionsSchema }) => {
        const options: JsonSchema = { description, ...optionsSchema as JsonSchema }
        return [name, configuredIn === "step" ? options : { required: ["options"], properties: { options } }]
      })
    )
  }
})

export const pipelineSchema = (plugins: ReadonlyArray<Plugin>): JsonSchema => ({
  type: "object",
  required: ["name", "steps"],
  properties: {
    name: text("As in its address"),
    match: {
      type: "object",
      description: "Which orders it is for; every given condition must hold",
      properties: {
        orderTypes: texts("The order's type is one of these", orderTypes),
        statuses: texts("The order's status is one of these"),
        marketIds: texts("The order's market is one of these"),
        when: text("JSONata over { order }, without {% %}")
      }
    },
    priority: number("The highest that matches runs; 0 where it is not given"),
    failedStatus: text("The order's status when a critical step failed; Failed where it is not given"),
    completedStatus: text("The order's status when the run completed"),
    deadlineMs: number("Milliseconds from the run's start"),
    steps: { type: "array", description: "One after the other", items: stepSchema(plugins) },
    postProcessing: { type: "array", description: "After all steps of a completed run", items: stepSchema(plugins) }
  }
})

/** The members for TLS, PEM text each. */
const tlsMembers: Readonly<Record<string, JsonSchema>> = {
  caCertificate: text("PEM: authorities that are trusted for this partner, besides the common ones"),
  clientCertificate: text("PEM: the certificate shown to the partner; needs clientKey"),
  clientKey: text("PEM, without passphrase. Secret; [redacted] keeps the stored one")
}

export const connectorSchema: JsonSchema = {
  type: "object",
  required: ["name", "host"],
  properties: {
    name: { ...text("Workflow steps find it by this"), enum: ["Webhook"] },
    connectorId: text("Workflow steps may name it exactly"),
    displayName: text("For people"),
    host: text("The URL to call"),
    bearerToken: text("Secret; [redacted] keeps the stored one"),
    username: text("For Basic authorization"),
    password: text("Secret; [redacted] keeps the stored one"),
    signingSecret: text("whsec_…, signs the requests (Standard Webhooks); [redacted] keeps the stored one"),
    timeout: { type: "string", description: "\"00:00:30\" or milliseconds", default: "00:00:30" },
    customHeaders: map("Sent with every request"),
    enabledForMarkets: texts("Only for these markets"),
    disabledForMarkets: texts("Not for these markets; wins"),
    allowedHosts: texts("Further origins to which the credentials may go, like https://partner.example.com:8443"),
    ...tlsMembers
  }
}

const authMembers: Readonly<Record<string, JsonSchema>> = {
  type: { type: "string", description: "How", enum: ["basic", "bearer", "oauth2ClientCredentials"] },
  ...tlsMembers
}

const authCases: Readonly<Record<string, JsonSchema>> = {
  basic: {
    required: ["username", "password"],
    properties: { username: text("Who"), password: text("Secret; [redacted] keeps the stored one") }
  },
  bearer: { required: ["token"], properties: { token: text("Secret; [redacted] keeps the stored one") } },
  oauth2ClientCredentials: {
    required: ["tokenUrl", "clientId", "clientSecret"],
    properties: {
      tokenUrl: text("Where tokens are fetched"),
      clientId: text("Who"),
      clientSecret: text("Secret; [redacted] keeps the stored one"),
      scope: text("Asked for with the token"),
      clientAuthentication: {
        type: "string",
        description: "Where the token request carries id and secret",
        enum: ["body", "basic"],
        default: "body"
      }
    }
  }
}

export const authProviderSchema: JsonSchema = {
  type: "object",
  required: ["name", "domain", "type"],
  properties: {
    name: text("As in its address"),
    domain: text("The host that it is for, with its port where URLs have one"),
    ...authMembers
  },
  chosenBy: { member: "type", cases: authCases }
}

export const webhookEndpointSchema: JsonSchema = {
  type: "object",
  required: ["url", "types"],
  properties: {
    url: text("Where messages are sent"),
    types: texts("The event types to send; * for all", ["*", ...webhookTypes]),
    description: text("For people"),
    secret: text("whsec_…; made where it is not given; [redacted] keeps the stored one"),
    headers: map("Sent with every message"),
    auth: {
      type: "object",
      description: "How requests authenticate themselves",
      required: ["type"],
      properties: authMembers,
      chosenBy: { member: "type", cases: authCases }
    },
    rateLimitPerSecond: number("Attempts a second, over all processes"),
    retrySchedule: { type: "array", description: "Milliseconds before each attempt, from the one before it" },
    ordering: { ...text("perOrder: one after the other for each order"), enum: ["perOrder", "none"] },
    filter: text("JSONata over the message; false or nothing leaves the message out"),
    payload: text("JSONata over the message: what is sent in its place"),
    disabled: flag("true: messages are held until they are replayed")
  }
}
