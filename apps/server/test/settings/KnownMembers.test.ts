/**
 * Nothing is swallowed (contract, section 4): a misspelt member of any setting is refused with the member that was
 * meant. The table is made from what the decoders and the plugins' schemas know at each place of whole documents.
 */
import { assert, layer } from "@effect/vitest"
import { pathText } from "@sluice/domain/internal/decode/MemberPath"
import type { UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import { memberAt, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { unknownIn } from "@sluice/engine/internal/validation/SchemaMembers"
import { type SettingInvalid, SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Effect, Result } from "effect"
import { checks } from "./Checks.ts"

const pipeline = (members: JsonObject): readonly [SettingsKind, JsonObject] => [
  "pipeline",
  { name: "p", steps: [], ...members }
]

const options = (name: string, members: JsonObject) => pipeline({ steps: [{ name, options: members }] })

/** Between them, documents with an object at every place where names are fixed, and where they are data. */
const documents: ReadonlyArray<readonly [SettingsKind, JsonObject]> = [
  pipeline({ match: { orderTypes: ["NEW_ORDER"] } }),
  options("calloutPlugin", {
    endpoint: "https://a.example",
    shouldRejectOn: { status: [400] },
    retry: { delaysMs: [1] },
    headers: { "X-Any": "1" }
  }),
  pipeline({
    steps: [{
      name: "calloutPlugin",
      options: { endpoint: "https://a.example" },
      responseSchema: { type: "object" },
      compensate: { endpoint: "https://a.example", shouldRejectOn: { status: [400] }, body: { any: 1 } },
      probe: { endpoint: "https://a.example", headers: { any: "1" } }
    }]
  }),
  pipeline({
    steps: [{
      name: "WebhookWorkflowStep",
      connector: "Webhook",
      properties: [{ key: "Host", value: "https://b.example" }]
    }]
  }),
  pipeline({ steps: [{ name: "ExportOrder", properties: [{ key: "Host", value: "https://b.example" }] }] }),
  options("salesforceV3", {
    instanceUrl: "https://s.example",
    orderDataOptions: {},
    retry: { delaysMs: [] },
    fields: { ContactId: "1" }
  }),
  options("zuora", {
    baseUrl: "https://z.example",
    account: { any: 1 },
    subscriptions: [{ productRatePlanId: "1", terms: { any: 1 } }],
    retry: { delaysMs: [] }
  }),
  pipeline({
    postProcessing: [{ name: "webhook", options: { endpoint: "https://c.example", payload: { any: 1 } } }]
  }),
  ["connector", { name: "Webhook", host: "https://c.example", customHeaders: { any: "1" } }],
  ["connector", { name: "Webhook", host: "https://c.example", customHeaders: [{ key: "a", value: "1" }] }],
  ["authProvider", { name: "a", domain: "a.example", type: "bearer", token: "token" }],
  ["webhookEndpoint", {
    url: "https://w.example",
    types: ["*"],
    headers: { any: "1" },
    auth: { type: "basic", username: "me", password: "it" }
  }]
]

type Path = ReadonlyArray<string | number>

const objectsIn = (value: Json, path: Path = []): ReadonlyArray<Path> => {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => objectsIn(item, [...path, index]))
  if (!isObject(value)) return []
  return [path, ...Object.entries(value).flatMap(([name, member]) => objectsIn(member, [...path, name]))]
}

const changed = (value: Json, [token, ...rest]: Path, change: (object: JsonObject) => JsonObject): Json => {
  if (token === undefined) return isObject(value) ? change(value) : value
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => index === token ? changed(item, rest, change) : item)
  }
  return isObject(value) ? { ...value, [token]: changed(value[token] ?? null, rest, change) } : value
}

const check = Effect.fnUntraced(function*(kind: SettingsKind, document: Json, context = {}) {
  const settings = yield* SettingsCheck
  return yield* Effect.result(settings.check(kind, "id", document as JsonObject, context))
})

const faultsOf = (result: Result.Result<unknown, SettingInvalid>) =>
  Result.isFailure(result) ? result.failure.faults : []

/** The usual typos of a name: a letter left out, doubled, swapped with its neighbour, wrong, or of the wrong case. */
const typosOf = (name: string): ReadonlyArray<string> => {
  const middle = Math.max(1, Math.floor(name.length / 2))
  return [
    name.slice(0, middle) + name.slice(middle + 1),
    name.slice(0, middle) + name.slice(middle - 1),
    name.slice(0, middle - 1) + name[middle] + name[middle - 1] + name.slice(middle + 1),
    `${name.slice(0, middle)}q${name.slice(middle + 1)}`,
    name.slice(0, middle) + name.slice(middle).toUpperCase()
  ]
}

const decoders: Readonly<
  Record<SettingsKind, (document: Json) => { readonly unknown?: ReadonlyArray<UnknownMember> }>
> = {
  pipeline: (document) => decodePipeline(document, 1),
  connector: decodeConnector,
  authProvider: decodeAuthProvider,
  webhookEndpoint: (document) => decodeWebhookEndpoint("id", document)
}

/** The members that are known at a place of a document: what is not known there is told with them. */
const knownAt = Effect.fnUntraced(function*(kind: SettingsKind, document: JsonObject, path: Path) {
  const { byName } = yield* Plugins
  const text = pathText([...path, "stranger"])
  const strange = changed(document, path, (object) => ({ ...object, stranger: 1 })) as JsonObject
  const [phase, index = 0, member] = path
  const list = strange[String(phase)]
  const step: Json | undefined = Array.isArray(list) ? list[Number(index)] : undefined
  const plugin = isObject(step) ? byName.get(String(step["name"])) : undefined
  const found = [
    ...decoders[kind](strange).unknown ?? [],
    ...(plugin !== undefined && isObject(step) && member === "options"
      ? unknownIn(plugin.options, step["options"] ?? null, path.slice(0, 3))
      : [])
  ].find((unknown) => pathText(unknown.path) === text)
  // The items of a list of headers are told as faults, since a map has no place for more.
  return found?.known ?? (phase === "customHeaders" && path.length === 2 ? ["key", "value", "keyGroup"] : [])
})

layer(checks, { excludeTestServices: true })("the members of settings", (it) => {
  it.effect(
    "a misspelt member is refused with the one that was meant, wherever names are fixed",
    () =>
      Effect.gen(function*() {
        const tried = new Set<string>()
        const silent: Array<string> = []
        const places = new Set<string>()
        for (const [kind, document] of documents) {
          assert.deepStrictEqual(faultsOf(yield* check(kind, document)), [], "the document itself is in order")
          for (const path of objectsIn(document)) {
            const known = yield* knownAt(kind, document, path)
            if (known.length > 0) places.add(`${kind} ${pathText(path)}`)
            for (const name of known) {
              for (const typo of typosOf(name)) {
                if (known.includes(typo) || tried.has(`${kind} ${pathText([...path, typo])}`)) continue
                tried.add(`${kind} ${pathText([...path, typo])}`)
                const written = changed(
                  document,
                  path,
                  ({ [name]: value = 1, ...rest }) => ({ ...rest, [typo]: value })
                )
                const beside = changed(document, path, (object) => ({ ...object, [typo]: null }))
                const at = pathText([...path, typo])
                for (const misspelt of [written, beside]) {
                  const fault = faultsOf(yield* check(kind, misspelt)).find(({ path }) => path === at)
                  if (fault?.message !== `${at} is not known: did you mean ${name}?`) {
                    const value = misspelt === beside ? "null" : "with its value"
                    silent.push(`${kind} ${at} ${value}: ${fault?.message ?? "silent"}`)
                  }
                }
              }
            }
          }
        }
        assert.deepStrictEqual(silent, [])
        assert.isAtLeast(tried.size, 500)
        assert.includeMembers([...places], [
          "pipeline ",
          "pipeline match",
          "pipeline steps[0]",
          "pipeline steps[0].options",
          "pipeline steps[0].options.shouldRejectOn",
          "pipeline steps[0].options.retry",
          "pipeline steps[0].options.orderDataOptions",
          "pipeline steps[0].options.subscriptions[0]",
          "pipeline steps[0].compensate",
          "pipeline steps[0].compensate.shouldRejectOn",
          "pipeline steps[0].probe",
          "pipeline steps[0].properties[0]",
          "pipeline postProcessing[0].options",
          "connector ",
          "connector customHeaders[0]",
          "authProvider ",
          "webhookEndpoint ",
          "webhookEndpoint auth"
        ])
        for (
          const data of ["headers", "responseSchema", "body", "account", "terms", "fields", "payload", "customHeaders"]
        ) {
          assert.isEmpty([...places].filter((place) => place.endsWith(data)), `${data} is data`)
        }
      }),
    { timeout: 600_000 }
  )

  it.effect("a member that is given twice, with either case of its first letter, is refused by name", () =>
    Effect.gen(function*() {
      const silent: Array<string> = []
      let tried = 0
      for (const [kind, document] of documents) {
        for (const path of objectsIn(document)) {
          const known = yield* knownAt(kind, document, path)
          const object = memberAt(document, path)
          for (const name of known) {
            const value = isObject(object) ? object[name] : undefined
            if (value === undefined) continue
            tried++
            const upper = name.charAt(0).toUpperCase() + name.slice(1)
            const at = pathText([...path, name])
            const message = `is given twice, as ${name} and as ${upper}`
            const twice = changed(document, path, (object) => ({ ...object, [upper]: value }))
            const faults = faultsOf(yield* check(kind, twice))
            if (!faults.some((fault) => fault.path === at && fault.message === message)) {
              silent.push(`${kind} ${at}: ${JSON.stringify(faults)}`)
            }
            const nothing = changed(document, path, (object) => ({ ...object, [upper]: null }))
            assert.deepStrictEqual(faultsOf(yield* check(kind, nothing)), [], "null is not given")
          }
        }
      }
      assert.deepStrictEqual(silent, [])
      assert.isAtLeast(tried, 40)
    }))

  it.effect("a member that is null and not known is kept and warned about with lenient; a known one is not given", () =>
    Effect.gen(function*() {
      const settings = yield* SettingsCheck
      const written = {
        name: "p",
        priority: null,
        pirority: null,
        steps: [{
          name: "calloutPlugin",
          critical: null,
          options: { endpoint: "https://a.example", timeoutValue: null, timeoutValeu: null }
        }]
      }
      const { document, warnings } = yield* settings.check("pipeline", "p", written, { lenient: true })
      assert.deepStrictEqual(document, {
        name: "p",
        pirority: null,
        steps: [{
          id: "calloutPlugin",
          name: "calloutPlugin",
          options: { endpoint: "https://a.example", timeoutValeu: null }
        }]
      })
      assert.deepStrictEqual(warnings, [
        "pirority is not known: did you mean priority?",
        "steps[0].options.timeoutValeu is not known: did you mean timeoutValue?"
      ])
      assert.deepStrictEqual(yield* settings.warnings("pipeline", "p", document, {}), warnings)
    }))
})
