/**
 * The operations on documents of outsiders, over the documents that cost a careless program the most: the rows of the
 * table test and of the benchmark of document times. Contract: section 3, "Limits".
 */
import type { UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import { textMembers } from "@sluice/domain/internal/json/JsonText"
import { remember, textSteps, textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { canonicalSteps, equalSteps } from "@sluice/domain/internal/json/SteppedCanonical"
import { parseOwnSteps, parseSteps } from "@sluice/domain/internal/json/SteppedJson"
import type { Steps } from "@sluice/domain/internal/json/Steps"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { unsendable } from "@sluice/domain/internal/sending/Sendable"
import { hostileDocuments, hostileMerges } from "@sluice/domain/internal/testing/HostileDocuments"
import { type Json, type JsonObject, parse, parseOwn } from "@sluice/domain/json/Json"
import {
  firstVersion,
  firstVersionSteps,
  nextVersionSteps,
  type Order,
  submissionFaults
} from "@sluice/domain/order/Order"
import { decodeSteps, mergePatchSteps } from "@sluice/domain/order/OrderPatch"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import { redactDocument, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { answerSteps } from "@sluice/domain/workflow/WorkflowAnswer"
import { workflowBody } from "@sluice/domain/workflow/WorkflowBody"
import { explanation } from "../expressions/MissingMember.ts"
import { compile, measure } from "../schemas/SchemaCompiler.ts"
import { judgeUnknown } from "../validation/CheckContext.ts"
import { isCheckedAtOnce } from "../validation/ResponseSchema.ts"
import { sizeFaults } from "../validation/SettingSize.ts"

/** A hostile document, and the work that one operation does with it. */
export interface DocumentCase {
  readonly document: string
  /** The work, from its beginning at each call. Between two of its steps the process may do other work. */
  readonly steps: () => Steps<unknown>
}

export interface DocumentOperation {
  readonly name: string
  /** The cases for documents of at most so many bytes, made one by one. */
  readonly cases: (bytes: number) => Iterable<DocumentCase>
}

function* once(work: () => unknown): Steps<unknown> {
  yield
  return work()
}

/** An operation that is one step. */
const single = (name: string, prepare: (text: string) => () => unknown): DocumentOperation => ({
  name,
  *cases(bytes) {
    for (const { make, name: document } of hostileDocuments) {
      const work = prepare(make(bytes))
      yield { document, steps: () => once(work) }
    }
  }
})

const stepped = (name: string, prepare: (text: string) => () => Steps<unknown>): DocumentOperation => ({
  name,
  *cases(bytes) {
    for (const { make, name: document } of hostileDocuments) yield { document, steps: prepare(make(bytes)) }
  }
})

const ofMerges = (
  name: string,
  prepare: (order: Order, patch: JsonObject) => () => Steps<unknown>
): DocumentOperation => ({
  name,
  *cases(bytes) {
    for (const { make, name: document } of hostileMerges) {
      const { order, patch } = make(bytes)
      yield { document, steps: prepare(orderOf(order), patch) }
    }
  }
})

const orderOf = (members: JsonObject): Order =>
  firstVersion({ ...members, orderType: "A" }, "o", "2026-01-01T00:00:00Z")

const mergedWithout = (order: Order, patch: JsonObject) => {
  const steps = mergePatchSteps(order, patch)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Secrets of which the contents of the documents remind. */
const redactor = makeRedactor(["aaaaaaaaaaaaaaaaaaaaaaaab", "correct-horse-battery-staple/42", "1000000000000001"])

const secretTexts: ReadonlyArray<readonly [string, (bytes: number) => string]> = [
  ["one secret over and over", (bytes) => "correct-horse-battery-staple/42".repeat(Math.floor(bytes / 31))],
  ["the beginning of a secret over and over", (bytes) => "correct-horse".repeat(Math.floor(bytes / 13))],
  ["all of a secret but its end", (bytes) => "a".repeat(bytes)]
]

const redacting = (name: string, prepare: (text: string) => () => unknown): DocumentOperation => ({
  name,
  *cases(bytes) {
    const texts = [...hostileDocuments.map(({ make, name }) => [name, make] as const), ...secretTexts]
    for (const [document, make] of texts) {
      const work = prepare(make(bytes))
      yield { document, steps: () => once(work) }
    }
  }
})

/** The headers of an answer, of so many characters. */
const answerHeaders: ReadonlyArray<readonly [string, (bytes: number) => Readonly<Record<string, string>>]> = [
  [
    "many names",
    (bytes) => Object.fromEntries(Array.from({ length: bytes / 12 }, (_, i) => [`x-${100_000 + i}`, "v"]))
  ],
  [
    "many names of secrets",
    (bytes) => Object.fromEntries(Array.from({ length: bytes / 16 }, (_, i) => [`x-key-${100_000 + i}`, "v"]))
  ],
  ["one long value", (bytes) => ({ "x-long": "a".repeat(bytes) })],
  ["a long value of secrets", (bytes) => ({ "x-long": secretTexts[0]?.[1](bytes) ?? "" })],
  ["many cookies", (bytes) => ({ "set-cookie": "a=b; HttpOnly, ".repeat(bytes / 15) })]
]

const redactingHeaders: DocumentOperation = {
  name: "redact and record the headers of an answer",
  *cases(bytes) {
    for (const [document, make] of answerHeaders) {
      const headers = make(bytes)
      yield {
        document,
        *steps() {
          yield
          const shown = redactor.headers(headers)
          yield
          return JSON.stringify(shown)
        }
      }
    }
  }
}

/** Schemas that look at every value of the documents, in every way that costs more than one look. */
const schemas: ReadonlyArray<readonly [string, Json]> = [
  ["uniqueItems", { properties: { list: { uniqueItems: true } } }],
  ["a pattern", { additionalProperties: { items: { pattern: "^(a+)+$" } } }],
  ["a pattern of names", { patternProperties: { "(x|y|z)+$": { type: "number" } } }],
  ["enum", { properties: { list: { items: { enum: ["a", "b", 1, [], {}] } } } }],
  ["oneOf", { properties: { list: { items: { oneOf: [{ type: "object" }, { maxLength: 3 }, { type: "array" }] } } } }]
]

const checking: DocumentOperation = {
  name: "check against a responseSchema",
  *cases(bytes) {
    for (const [keyword, schema] of schemas) {
      const measured = measure(schema)
      const compiled = compile(schema)
      if ("fault" in measured || "fault" in compiled) throw new Error(`${keyword} is refused`)
      for (const { make, name } of hostileDocuments) {
        // A heavier document is checked on another thread.
        let text = make(bytes)
        for (let size = bytes; !isCheckedAtOnce(measured.weight, text);) text = make(size >>= 1)
        yield { document: `${keyword}: ${name}`, steps: () => once(() => compiled.misfit(text)) }
      }
    }
  }
}

const items = (bytes: number, item: (index: number) => string): string => {
  const all: Array<string> = []
  for (let left = bytes, index = 0; left > 0; index++) {
    const next = item(index)
    left -= next.length + 1
    all.push(next)
  }
  return all.join(",")
}

const connectorWith = (members: string) => `{"name":"Webhook","host":"https://a.example",${members}}`
const stepWith = (members: string) =>
  `{"name":"p","steps":[{"name":"calloutPlugin","id":"a","options":{"endpoint":"https://a.example"},${members}}]}`

/** Settings that the API may be sent, by kind. */
const settingsDocuments: ReadonlyArray<readonly [name: string, SettingsKind, (bytes: number) => string]> = [
  ["unknown members", "connector", (bytes) => connectorWith(items(bytes, (i) => `"tiemout${i}":1`))],
  ["unknown members that are null", "connector", (bytes) => connectorWith(items(bytes, (i) => `"tiemout${i}":null`))],
  ["members twice", "connector", (bytes) => connectorWith(items(bytes, (i) => `"a${i}":1,"A${i}":1`))],
  [
    "a query of secrets",
    "connector",
    (bytes) => connectorWith(`"x-url":"https://b.example/?${items(bytes, (i) => `key${i}=1`).replaceAll(",", "&")}"`)
  ],
  [
    "hosts",
    "connector",
    (bytes) => connectorWith(`"allowedHosts":[${items(bytes, (i) => `"https://h${i}.example"`)}]`)
  ],
  [
    "unknown types",
    "webhookEndpoint",
    (bytes) => `{"url":"https://a.example","types":[${items(bytes, (i) => `"t${i}"`)}]}`
  ],
  ["steps", "pipeline", (bytes) => `{"name":"p","steps":[${items(bytes, () => "{\"name\":\"x\",\"a\":null}")}]}`],
  [
    "a hundred steps of unknown members",
    "pipeline",
    (bytes) =>
      `{"name":"p","steps":[${
        Array.from(
          { length: 100 },
          () => `{"name":"x",${items(Math.max(1, bytes / 100 - 14), (i) => `"b${i}":null`)}}`
        ).join(",")
      }]}`
  ],
  ["a step's unknown members", "pipeline", (bytes) => stepWith(items(bytes, (i) => `"b${i}":1`))],
  [
    "properties",
    "pipeline",
    (bytes) => stepWith(`"connector":"W","properties":[${items(bytes, (i) => `{"key":"k${i}","value":1,"c":null}`)}]`)
  ],
  [
    "a body",
    "pipeline",
    (bytes) => stepWith(`"probe":{"endpoint":"https://a.example","body":[${items(bytes, () => "{}")}]}`)
  ]
]

const decodeSetting: Readonly<Record<SettingsKind, (document: Json) => object>> = {
  pipeline: (document) => decodePipeline(document, 1),
  connector: decodeConnector,
  authProvider: decodeAuthProvider,
  webhookEndpoint: (document) => decodeWebhookEndpoint("e", document)
}

const ofSettings = (
  name: string,
  prepare: (kind: SettingsKind, document: JsonObject) => () => unknown
): DocumentOperation => ({
  name,
  *cases(bytes) {
    for (const [document, kind, make] of settingsDocuments) {
      // A document with too many members is refused at once; a tenth of it usually is not.
      for (const [part, size] of [["all", bytes], ["a tenth", bytes / 10]] as const) {
        const setting = parse(make(size)) as JsonObject
        const work = prepare(kind, setting)
        // Everything else is done for settings of an admissible size alone.
        const admitted = () => sizeFaults(setting).length > 0 ? undefined : work()
        yield { document: `${kind}: ${document}, ${part}`, steps: () => once(admitted) }
      }
    }
  }
})

const partner = { callouts: {}, steps: {}, order: {}, processEvent: {} }

export const documentOperations: ReadonlyArray<DocumentOperation> = [
  stepped("read", (text) => () => parseSteps(text)),
  stepped("read what is stored", (text) => () => parseOwnSteps(text)),
  stepped("make the first version", (text) => {
    const document = parse(text) as JsonObject
    return () => firstVersionSteps(document, "o", "2026-01-01T00:00:00Z")
  }),
  stepped("make the next version", (text) => {
    const document = parse(text) as JsonObject
    return () => nextVersionSteps(document, 1, "2026-01-01T00:00:00Z", { status: "Changed" })
  }),
  single("look for faults", (text) => {
    const members = parse(text) as JsonObject
    const order = { ...members, orderType: "A", tags: members["list"] ?? [], properties: members["list"] ?? [] }
    return () => submissionFaults(order)
  }),
  stepped("canonical text, for the fingerprint", (text) => {
    const document = parse(text)
    return () => canonicalSteps(document)
  }),
  stepped("write", (text) => {
    const document = parse(text) as JsonObject
    return () => textSteps(document)
  }),
  stepped("compare", (text) => {
    const [one, other] = [parse(text), parse(text)]
    return () => equalSteps(one, other)
  }),
  single("body of a workflow step", (text) => () => workflowBody(text, "\"WorkflowStep\":{}")),
  stepped("read an answer", (text) => () => answerSteps(`{"Other":${text}}`)),
  stepped("read the patch of an answer", (text) => () => answerSteps(`{"OrderPatch":{"shippingAddress":${text}}}`)),
  ofMerges("decode a patch", (_order, patch) => () => decodeSteps(patch, "partner")),
  ofMerges("merge a patch", (order, patch) => () => mergePatchSteps(order, patch)),
  ofMerges("write what a patch changed", (order, patch) => {
    const { changes, order: merged } = mergedWithout(order, patch)
    return function*() {
      for (const { after } of changes) {
        yield
        if (typeof after === "object" && after !== null) remember(after, yield* textSteps(after))
      }
      yield
      const next = yield* nextVersionSteps(merged, 1, "2026-01-01T00:00:00Z", { status: "Changed" })
      yield
      return yield* textSteps(next)
    }
  }),
  ofMerges("write the record of a patch", (order, patch) => {
    const { changes } = mergedWithout(order, patch)
    const text = JSON.stringify(order)
    for (const { name, value } of textMembers(text)) remember(order[name], value)
    for (const { after } of changes) remember(after, JSON.stringify(after))
    return () => once(() => textWithKnown({ attempt: 1, patch: changes }))
  }),
  ofMerges("read a stored record", (order, patch) => {
    const { changes } = mergedWithout(order, patch)
    const text = JSON.stringify({ attempt: 1, patch: changes })
    return () => parseOwnSteps(text)
  }),
  redacting("redact a text", (text) => () => redactor.text(text)),
  redacting("redact bytes", (text) => {
    const bytes = Utf8.encode(text)
    return () => redactor.bytes(bytes)
  }),
  redactingHeaders,
  checking,
  ofSettings("read and judge a setting", (kind, document) => () => {
    const decoded = decodeSetting[kind](document) as { readonly unknown?: ReadonlyArray<UnknownMember> }
    const unknown = decoded.unknown ?? []
    return [judgeUnknown(kind, document, unknown, {}), judgeUnknown(kind, document, unknown, { stored: document })]
  }),
  ofSettings("hide a setting's secrets", (kind, document) => () => redactDocument(kind, document)),
  ofSettings("look for what cannot be sent", (kind, document) => () => unsendable(kind, document)),
  single("explain an expression that finds nothing", (text) => {
    const body = parseOwn(text)
    const scope = { ...partner, callouts: { a: { status: 200, body, list: (body as JsonObject)["list"] ?? [] } } }
    const paths = [["body", "nowhere"], ["list", "nowhere"]].map((members) => ({ stepId: "a", members }))
    return () => paths.map((path) => explanation([path], scope))
  })
]
