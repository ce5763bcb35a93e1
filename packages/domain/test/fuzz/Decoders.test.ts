/** Everything in this package that reads what outsiders write. Cursors and expressions are in packages of their own. */
import { assert, describe, it } from "@effect/vitest"
import { expressionIn, unreadMarks } from "../../src/decode/Marks.ts"
import { retryAfterMs } from "../../src/decode/RetryAfter.ts"
import { parseTimeSpan, readTimeout } from "../../src/decode/TimeSpan.ts"
import { parseHttpUrl } from "../../src/decode/Url.ts"
import { makeEraser } from "../../src/erasure/Eraser.ts"
import { PersonalValueCollector } from "../../src/erasure/PersonalValues.ts"
import { uuidOf } from "../../src/identity/Ids.ts"
import { canonical, type Json, JsonUnreadable, parse, stringify } from "../../src/json/Json.ts"
import { submissionFaults } from "../../src/order/Order.ts"
import { decodePatch } from "../../src/order/OrderPatch.ts"
import { makeRedactor } from "../../src/redaction/Redaction.ts"
import { decodeAuthProvider } from "../../src/settings/AuthProviderDocument.ts"
import { decodeConnector } from "../../src/settings/ConnectorDocument.ts"
import { decodePipeline } from "../../src/settings/PipelineDocument.ts"
import { decodeSettingsFile } from "../../src/settings/SettingsFile.ts"
import { decodeWebhookEndpoint } from "../../src/settings/WebhookEndpointDocument.ts"
import { fuzz, patience, reads, target } from "../../src/testing/Fuzz.ts"
import { garbled, mutated, type Random } from "../../src/testing/Mutations.ts"
import { readWorkflowAnswer } from "../../src/workflow/WorkflowAnswer.ts"

const order: Json = {
  id: "o-1",
  orderType: "NEW_ORDER",
  externalId: "x-1",
  customerEmail: "a@example.org",
  tags: ["a"],
  billingAddress: { line1: "Street 1", city: "Oslo" },
  orderForm: { total: 12.5, lineItems: [{ lineItemId: "1", quantity: 2 }], payments: [{ amount: 1 }] },
  properties: [{ key: "a", value: "b", keyGroup: "c" }],
  externalIds: [{ providerName: "p", id: "1" }],
  orderNotes: [{ id: "n", text: "t" }],
  isReadOnly: false
}
const patch: Json = {
  status: "Sent",
  tags: ["b"],
  properties: [{ key: "a", value: "c" }],
  keepExistingListItems: false,
  propertiesRemovalConditions: [{ key: "a" }],
  forceUpdate: ["status"],
  billingAddress: { city: "Bergen" }
}
const answer: Json = {
  OrderActionExecutionResults: [
    { ActionStatus: "Warning", CancelWorkflow: false, ErrorReason: "late" },
    { ActionStatus: "Success", CancelWorkflow: false }
  ],
  OrderPatch: { Status: "Sent", Properties: [{ Key: "a", Value: "b" }], keepExistingListItems: false }
}
/** The token of a callback URL, which a partner repeats in its answer. */
const token = "Zt1_k3n-of-a-callback-Zt1_k3n-of-a-callback"
const callback = JSON.stringify({ ...answer as object, Note: token })
const redactor = makeRedactor([token])
const connector: Json = {
  Name: "Webhook",
  ConnectorId: "c",
  Host: "https://p.example.com/x?key=1",
  BearerToken: "t",
  Timeout: "00:00:30",
  CustomHeaders: [{ Key: "X-A", Value: "1" }],
  EnabledForMarkets: ["NO"]
}
const authProvider: Json = {
  name: "a",
  domain: "p.example.com:8443",
  type: "oauth2ClientCredentials",
  tokenUrl: "https://p.example.com/token",
  clientId: "i",
  clientSecret: "s",
  scope: "x"
}
const endpoint: Json = {
  url: "https://h.example.com/in",
  types: ["*"],
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  headers: { "x-api-key": "k" },
  retrySchedule: ["00:00:05", 10],
  filter: "order.total > 1",
  ordering: "none"
}
const pipeline: Json = {
  name: "p",
  match: { orderTypes: ["A"], when: "order.total > 1" },
  priority: 1,
  deadlineMs: 1000,
  steps: [
    {
      name: "calloutPlugin",
      id: "a",
      critical: true,
      options: {
        endpoint: "https://p.example.com",
        timeoutValue: 10,
        shouldRejectOn: { status: [500] },
        body: { a: "{% order.id %}" }
      },
      compensate: { endpoint: "https://p.example.com/undo" },
      responseSchema: { type: "object", properties: { a: { pattern: "^a+$" } } }
    },
    { name: "WebhookWorkflowStep", Connector: "Webhook", Properties: [{ Key: "Host", Value: "https://p.example.com" }] }
  ],
  postProcessing: [{ name: "webhook", options: { endpoint: "https://p.example.com" } }]
}
const file: Json = {
  pipelines: [pipeline],
  connectors: [connector],
  authProviders: [authProvider],
  webhookEndpoints: [endpoint]
}

const document = (sample: Json) => (random: Random): Json => {
  let value = sample
  for (let changes = 1 + random.below(4); changes > 0; changes--) value = mutated(random, value)
  return value
}
const text = (...samples: ReadonlyArray<string>) => (random: Random): string => garbled(random, random.one(samples))

const person = new PersonalValueCollector()
person.addDocument(JSON.stringify(order))
const eraser = makeEraser(person.values)

const targets = [
  target({
    name: "JSON",
    make: text(JSON.stringify(order), JSON.stringify(file), "[[[[1e400]]]]"),
    read: (input) => {
      try {
        parse(input)
        return true
      } catch (error) {
        if (error instanceof JsonUnreadable) return false
        throw error
      }
    }
  }),
  target({ name: "order", make: document(order), read: (input) => submissionFaults(input).length === 0 }),
  target({ name: "patch", make: document(patch), read: (input) => reads(decodePatch(input, "api")) }),
  target({ name: "patch of a partner", make: document(patch), read: (input) => reads(decodePatch(input, "partner")) }),
  target({
    name: "answer",
    make: (random) =>
      random.below(2) === 0 ? JSON.stringify(document(answer)(random)) : garbled(random, JSON.stringify(answer)),
    read: (input) => readWorkflowAnswer(input)._tag !== "Malformed"
  }),
  target({
    name: "callback",
    make: (random) => [`{"x-a":"${garbled(random, token)}"}`, garbled(random, callback)] as const,
    // As `POST /v1/callbacks/{token}` treats a body: read, hidden, compared, and judged as a partner's answer.
    read: ([header, body]) => {
      try {
        const value = parse(body)
        const kept = redactor.text(stringify(value))
        assert.notInclude(kept, token)
        assert.notInclude(redactor.headers({ "x-a": header })["x-a"], token)
        canonical(value)
        decodePatch(value, "partner")
        return readWorkflowAnswer(kept)._tag !== "Malformed"
      } catch (error) {
        if (error instanceof JsonUnreadable) return false
        throw error
      }
    }
  }),
  target({
    name: "connector",
    make: document(connector),
    read: (input) => reads(decodeConnector(input, () => undefined))
  }),
  target({
    name: "auth provider",
    make: document(authProvider),
    read: (input) => reads(decodeAuthProvider(input, () => undefined))
  }),
  target({
    name: "webhook endpoint",
    make: document(endpoint),
    read: (input) => reads(decodeWebhookEndpoint("e", input, () => undefined))
  }),
  target({
    name: "pipeline",
    make: document(pipeline),
    read: (input) => reads(decodePipeline(input, 1, () => undefined))
  }),
  target({
    name: "settings file",
    make: document(file),
    read: (input) => reads(decodeSettingsFile(input, () => undefined))
  }),
  target({
    name: "expression marks",
    make: text("{% order.total > 1 %}", "a {{ b }} {% c %}", "{%%}"),
    read: (input) => expressionIn(input) !== undefined || unreadMarks(input) !== undefined
  }),
  target({
    name: "Retry-After",
    make: text("120", "Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 GMT"),
    read: (input) => {
      const ms = retryAfterMs(input, 0)
      assert.isTrue(ms === undefined || ms >= 0 && ms <= 24 * 3_600_000, input)
      return ms !== undefined
    }
  }),
  target({
    name: "TimeSpan",
    make: text("00:00:30", "-1.23:59:59.9999999", "12:00"),
    read: (input) => {
      readTimeout(input)
      const ms = parseTimeSpan(input)
      assert.isTrue(ms === undefined || Number.isFinite(ms), input)
      return ms !== undefined
    }
  }),
  target({
    name: "URL",
    make: text("https://p.example.com:8443/a?b=c#d", "http://[::1]/", "http://0x7f.1/"),
    read: (input) => parseHttpUrl(input) !== undefined
  }),
  target({
    name: "id",
    make: text("order-01a2050da10e768a82efbaff85a1c63a", "process_event-01a2050da10e768a82efbaff85a1c63a"),
    read: (input) => uuidOf(input) !== undefined
  }),
  target({
    name: "text of a person",
    make: text(JSON.stringify(order), "https://x.y/?e=a%40example.org", "<a>Oslo</a>"),
    read: (input) => eraser.text(input) === input
  })
]

describe("decoders", () => {
  it.each(targets)("$name: every input is read or refused", async (target) => {
    assert.isUndefined(await fuzz(target))
  }, patience)
})
