import { assert, describe, layer } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import type { CheckContext } from "@sluice/engine/internal/validation/CheckContext"
import { SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import { Settings } from "@sluice/engine/settings/Settings"
import * as SettingsStatic from "@sluice/engine/settings/SettingsStatic"
import { Effect, Result } from "effect"
import { checks } from "./Checks.ts"

const step = (members: JsonObject): JsonObject => ({
  name: "calloutPlugin",
  options: { endpoint: "https://a.example" },
  ...members
})
const pipeline = (...steps: ReadonlyArray<JsonObject>): JsonObject => ({ name: "p", steps })
const workflow = (members: JsonObject): JsonObject => ({
  name: "WebhookWorkflowStep",
  Connector: "Webhook",
  ...members
})
const connector = (members: JsonObject = {}): JsonObject => ({
  Name: "Webhook",
  ConnectorId: "c",
  Host: "https://a.example",
  ...members
})
const provider = (members: JsonObject): JsonObject => ({ name: "a", domain: "a.example", ...members })
const endpoint = (members: JsonObject = {}): JsonObject => ({ url: "https://a.example", types: ["*"], ...members })

const check = Effect.fnUntraced(function*(kind: SettingsKind, document: JsonObject, context: CheckContext = {}) {
  const settings = yield* SettingsCheck
  return yield* Effect.result(settings.check(kind, "id", document, context))
})

const faultsOf = Effect.fnUntraced(function*(kind: SettingsKind, document: JsonObject, context?: CheckContext) {
  const result = yield* check(kind, document, context)
  return Result.isFailure(result) ? result.failure.faults : []
})

const warningsOf = Effect.fnUntraced(function*(kind: SettingsKind, document: JsonObject, context?: CheckContext) {
  const result = yield* check(kind, document, context)
  assert.isTrue(Result.isSuccess(result), JSON.stringify(result))
  return Result.isSuccess(result) ? result.success.warnings : []
})

/** Settings in force: connectors and pipelines as they are written. */
const inForce = (
  { connectors = [], pipelines = [] }: {
    readonly connectors?: ReadonlyArray<JsonObject>
    readonly pipelines?: ReadonlyArray<JsonObject>
  }
): CheckContext => ({
  settings: {
    connectors: connectors.map((document, index) => {
      const decoded = decodeConnector(document)
      if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
      return { id: `c${index}`, connector: decoded.connector }
    }),
    pipelines: pipelines.map((document) => {
      const decoded = decodePipeline(document, 1)
      if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
      return decoded.pipeline
    })
  }
})

const on = (host: string, members: JsonObject = {}) =>
  workflow({ Properties: [{ Key: "Host", Value: host }], ...members })

layer(checks, { excludeTestServices: true })("SettingsCheck", (it) => {
  describe("blocking: false", () => {
    const told = (members: JsonObject = {}): JsonObject => step({ id: "told", blocking: false, ...members })
    const side = { endpoint: "https://a.example/undo" }
    const together = (member: string) =>
      `cannot be false together with ${member}: the run does not wait for the call. Remove one of them`
    const refused: ReadonlyArray<readonly [string, JsonObject, string]> = [
      ["of a critical step", told({ critical: true }), together("critical")],
      ["of a step that awaits a callback", told({ awaitCallback: { timeout: 1000 } }), together("awaitCallback")],
      ["of a step with a compensation", told({ compensate: side }), together("compensate")],
      [
        "of a callout with retries",
        told({ options: { endpoint: "https://a.example", retry: { delaysMs: [1] } } }),
        together("options.retry")
      ],
      [
        "of a step that obeys its answer",
        on("https://a.example", { blocking: false }),
        "cannot be false for WebhookWorkflowStep: use calloutPlugin, or ExportOrder"
      ]
    ]
    for (const [name, refusedStep, message] of refused) {
      it.effect(`${name} is refused`, () =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* faultsOf("pipeline", pipeline(refusedStep)), [
            { path: "steps[0].blocking", message }
          ])
        }))
    }

    it.effect("is refused where it is no boolean", () =>
      Effect.gen(function*() {
        const [fault] = yield* faultsOf("pipeline", pipeline(told({ blocking: "no" })))
        assert.strictEqual(fault?.path, "steps[0].blocking")
      }))

    it.effect("leaves no record that a later expression could read", () =>
      Effect.gen(function*() {
        for (const read of ["callouts.told.body.id", "callouts.told", "$exists(callouts.told.status)"]) {
          const faults = yield* faultsOf("pipeline", pipeline(told(), step({ when: read })))
          assert.deepStrictEqual(faults, [{
            path: "steps[1].when",
            message: "reads callouts.told, and the run does not wait for that step's answer: it has blocking: false"
          }], read)
        }
        assert.deepStrictEqual(yield* faultsOf("pipeline", pipeline(told(), step({ when: "steps.told.state" }))), [])
      }))

    it.effect("warns about members that have no effect", () =>
      Effect.gen(function*() {
        const members = { probe: side, responseSchema: { type: "object" }, onUnavailable: "hold" }
        assert.deepStrictEqual(
          yield* warningsOf("pipeline", pipeline(told(members))),
          ["probe", "responseSchema", "onUnavailable"].map((member) =>
            `told: ${member} has no effect with blocking: false, whose call is a delivery`
          )
        )
        assert.deepStrictEqual(yield* faultsOf("pipeline", pipeline(step({ blocking: true, critical: true }))), [])
      }))
  })

  describe("unknown members", () => {
    it.effect("a misspelt member is reported before a missing one", () =>
      Effect.gen(function*() {
        const faults = yield* faultsOf(
          "pipeline",
          pipeline({ name: "calloutPlugin", options: { endpont: "https://a.example" } })
        )
        assert.deepStrictEqual(faults.map(({ path }) => path), [
          "steps[0].options.endpont",
          "steps[0].options.endpoint"
        ])
        const connectorFaults = yield* faultsOf("connector", { Name: "Webhook", Hosst: "https://a.example" })
        assert.deepStrictEqual(connectorFaults[0], {
          path: "hosst",
          message: "hosst is not known: did you mean host?"
        })
      }))

    it.effect("names that begin with x-, and members of the seeds' objects, are accepted", () =>
      Effect.gen(function*() {
        const free = { "x-team": 1, "X-Note": "2", service: "limio", TranslateKey: "k", DisplayName: "d" }
        assert.deepStrictEqual(
          yield* faultsOf("pipeline", {
            ...pipeline(
              step(free),
              workflow({ ...free, Properties: { Host: "https://a.example", Anything: { at: "all" } } })
            ),
            "x-owner": "me"
          }),
          []
        )
        assert.deepStrictEqual(yield* faultsOf("connector", connector({ DisplayName: "d", "x-y": { any: 1 } })), [])
      }))

    it.effect("an unknown member that is stored already is a warning, and so is any with lenient", () =>
      Effect.gen(function*() {
        const written = pipeline(step({ id: "b", "critcal": true }), step({ id: "a" }))
        const message = "steps[0].critcal is not known: did you mean critical?"
        assert.deepStrictEqual(yield* faultsOf("pipeline", written), [{ path: "steps[0].critcal", message }])
        const stored = { name: "p", steps: [{ ...step({ id: "a" }) }, { ...step({ id: "b" }), critcal: false }] }
        assert.deepStrictEqual(yield* warningsOf("pipeline", written, { stored }), [message])
        const elsewhere = { name: "p", steps: [{ ...step({ id: "a" }), critcal: false }] }
        assert.lengthOf(yield* faultsOf("pipeline", written, { stored: elsewhere }), 1)
        assert.deepStrictEqual(yield* warningsOf("pipeline", written, { lenient: true }), [message])
      }))

    it.effect("the members of a workflow step are not known to other plugins", () =>
      Effect.gen(function*() {
        const faults = yield* faultsOf("pipeline", pipeline(step({ Properties: [{ Key: "a", Value: "b" }] })))
        assert.deepStrictEqual(faults.map(({ path }) => path), ["steps[0].properties"])
      }))

    it.effect("a member of another credentials type is a warning", () =>
      Effect.gen(function*() {
        const written = provider({ type: "bearer", token: "token", username: "me" })
        assert.deepStrictEqual(yield* warningsOf("authProvider", written), [
          "username is not used by credentials of type bearer"
        ])
      }))
  })

  describe("what no request can carry", () => {
    it.effect.each<[SettingsKind, JsonObject, ReadonlyArray<string>]>([
      ["connector", connector({ Host: "https://me:it@a.example/x" }), ["host"]],
      ["connector", connector({ Host: "https://me@a.example/x" }), ["host"]],
      ["connector", connector({ BearerToken: "" }), ["bearerToken"]],
      ["connector", connector({ BearerToken: " " }), ["bearerToken"]],
      ["connector", connector({ BearerToken: "a\nb" }), ["bearerToken"]],
      ["connector", connector({ BearerToken: "tökén" }), []],
      ["connector", connector({ BearerToken: "ключ" }), ["bearerToken"]],
      ["connector", connector({ Username: "a:b", Password: "p" }), ["username"]],
      ["connector", connector({ Username: "a", Password: "a:b пароль" }), []],
      ["connector", connector({ Username: "a", Password: "a\tb" }), ["password"]],
      ["connector", connector({ CustomHeaders: { "X-A": "\u0007" } }), ["customHeaders.X-A"]],
      ["connector", connector({ CustomHeaders: { "X-A": "€" } }), ["customHeaders.X-A"]],
      ["connector", connector({ CustomHeaders: { "X-A": "tab\tand é" } }), []],
      ["authProvider", provider({ type: "basic", username: "a:b", password: "p" }), ["username"]],
      ["authProvider", provider({ type: "bearer", token: "a\u007f" }), ["token"]],
      [
        "authProvider",
        provider({
          type: "oauth2ClientCredentials",
          tokenUrl: "https://me:it@a.example",
          clientId: "i",
          clientSecret: "ключ"
        }),
        ["tokenUrl"]
      ],
      ["webhookEndpoint", endpoint({ url: "https://me:it@a.example" }), ["url"]],
      ["webhookEndpoint", endpoint({ headers: { a: "ключ" } }), ["headers.a"]],
      ["webhookEndpoint", endpoint({ auth: { type: "basic", username: "a:b", password: "p" } }), ["auth.username"]],
      ["pipeline", pipeline(step({ options: { endpoint: "https://me:it@a.example" } })), ["steps[0].options.endpoint"]],
      ["pipeline", pipeline(step({ compensate: { endpoint: "https://me:it@a.example" } })), [
        "steps[0].compensate.endpoint"
      ]],
      ["pipeline", pipeline(step({ probe: { endpoint: "https://a.example", headers: { a: "€" } } })), [
        "steps[0].probe.headers.a"
      ]],
      ["pipeline", pipeline(on("https://me:it@a.example")), ["steps[0].properties[0].value"]],
      ["pipeline", pipeline(workflow({ Properties: [{ Key: "A", Value: "€", KeyGroup: "RequestHeaders" }] })), [
        "steps[0].properties[0].value"
      ]],
      ["pipeline", pipeline(step({ options: { endpoint: "https://a.example", headers: { a: "{% '€' %}" } } })), []]
    ])("%s %j is refused at %j", ([kind, document, paths]) =>
      Effect.gen(function*() {
        const faults = yield* faultsOf(kind, document)
        assert.deepStrictEqual(faults.map(({ path }) => path), paths)
        for (const { message } of faults) assert.notMatch(message, /ключ|€|me:it/)
      }))
  })

  describe("connectors", () => {
    it.effect("an undefined ConnectorId, and a step with neither Host nor connector, are warnings", () =>
      Effect.gen(function*() {
        const settings = inForce({ connectors: [connector()] })
        const warned = (document: JsonObject) => warningsOf("pipeline", pipeline(document), settings)
        assert.deepStrictEqual(yield* warned(workflow({ ConnectorId: "c" })), [])
        assert.deepStrictEqual(yield* warned(workflow({})), [])
        assert.deepStrictEqual(
          yield* warned({ ...workflow({}), Connector: "Other", Properties: { Host: "https://x.example" } }),
          []
        )
        assert.match(
          (yield* warned(workflow({ ConnectorId: "d" })))[0] ?? "",
          /^steps\[0\].connectorId: no connector has the ConnectorId d/
        )
        assert.match(
          (yield* warned({ ...workflow({}), Connector: "Other" }))[0] ?? "",
          /^steps\[0\]: no connector is named Other/
        )
      }))

    it.effect("a Host of another origin than the ConnectorId's is refused when either is saved", () =>
      Effect.gen(function*() {
        const stray = pipeline(on("https://b.example:8443/x", { ConnectorId: "c" }))
        const paths = Effect.map(
          faultsOf("pipeline", stray, inForce({ connectors: [connector()] })),
          (faults) => faults.map(({ path }) => path)
        )
        assert.deepStrictEqual(yield* paths, ["steps[0].properties[0].value"])
        const allowed = connector({ AllowedHosts: ["https://b.example:8443"] })
        assert.deepStrictEqual(yield* faultsOf("pipeline", stray, inForce({ connectors: [allowed] })), [])
        assert.deepStrictEqual(
          yield* faultsOf("pipeline", pipeline(on("https://b.example")), inForce({ connectors: [connector()] })),
          []
        )

        const settings = inForce({ pipelines: [stray] })
        const [fault] = yield* faultsOf("connector", connector(), settings)
        assert.strictEqual(fault?.path, "host")
        assert.match(fault?.message ?? "", /step WebhookWorkflowStep of pipeline p/)
        assert.deepStrictEqual(yield* faultsOf("connector", allowed, settings), [])
        assert.deepStrictEqual(yield* faultsOf("connector", connector({ ConnectorId: "other" }), settings), [])
      }))
  })

  describe("expressions", () => {
    it.effect.each<[string, string | undefined]>([
      ["callout.a.status", "callout, which is not known here: did you mean callouts?"],
      ["$$.ordr.id", "ordr, which is not known here: did you mean order?"],
      [
        "$map(order.items, function($i) { $i.id & prcessEvent.id })",
        "prcessEvent, which is not known here: did you mean processEvent?"
      ],
      ["{ \"id\": id }", "id, which is not known here: did you mean "],
      ["order.items[sku = 'x'].(price * quantity)", undefined],
      ["order.items{sku: price}", undefined],
      ["( $a := order.total; $a.amount )", undefined]
    ])("%s reads %s", ([source, message]) =>
      Effect.gen(function*() {
        const faults = yield* faultsOf("pipeline", pipeline(step({ options: { endpoint: `{% ${source} %}` } })))
        assert.deepStrictEqual(
          faults.map(({ path }) => path),
          message === undefined ? [] : ["steps[0].options.endpoint"]
        )
        if (message !== undefined) assert.include(faults[0]?.message ?? "", message)
        assert.deepStrictEqual(yield* faultsOf("webhookEndpoint", endpoint({ filter: source, payload: source })), [])
      }))

    it.effect("when, match.when and filter are read without their markers", () =>
      Effect.gen(function*() {
        const written = { ...pipeline(step({ when: "{% order.a = 1 %}" })), match: { when: " {% order.b = 1 %} " } }
        const result = yield* check("pipeline", written)
        assert.isTrue(Result.isSuccess(result))
        const { match, steps } = Result.getOrThrow(result).document
        assert.deepStrictEqual(match, { when: "order.b = 1" })
        assert.deepStrictEqual((steps as ReadonlyArray<JsonObject>)[0]?.["when"], "order.a = 1")
        const filtered = Result.getOrThrow(yield* check("webhookEndpoint", endpoint({ filter: "{% total > 1 %}" })))
        assert.strictEqual(filtered.document["filter"], "total > 1")
      }))

    it.effect("markers inside longer strings, and those of other systems, are warnings that do not repeat the value", () =>
      Effect.gen(function*() {
        const warnings = yield* warningsOf(
          "pipeline",
          pipeline(
            step({
              options: { endpoint: "https://a.example/{% order.id %}", headers: { "X-Key": "Bearer {{ secret }}" } },
              when: "order.a = \"{{x}}\""
            })
          )
        )
        assert.deepStrictEqual(warnings.map((warning) => warning.split(" is sent")[0]), [
          "steps[0].options.endpoint: {% %}",
          "steps[0].options.headers.X-Key: {{ }}"
        ])
        const [other] = yield* warningsOf("connector", connector({ CustomHeaders: { a: "{% order.id %}" } }))
        assert.match(other ?? "", /^customHeaders.a: .*pipelines only/)
      }))
  })

  describe("SettingsStatic", () => {
    const start = (document: Json, environment?: (name: string) => string | undefined) =>
      Effect.result(Effect.provide(Settings, SettingsStatic.layer(document, environment)))

    it.effect("reports every fault that a server would report, with its path", () =>
      Effect.gen(function*() {
        const result = yield* start({
          pipelines: [
            pipeline(step({ critcal: true }), { name: "nobody" }, step({ when: "callout.a" })),
            pipeline()
          ].map((document, index) => ({ ...document, name: `p${index}` })),
          connectors: [connector({ BearerToken: { env: "TOKEN" } })],
          authProviders: [provider({ type: "basic", username: "a:b", password: "p" })]
        }, () => "two\nlines")
        assert.isTrue(Result.isFailure(result))
        const faults = Result.isFailure(result) && result.failure._tag === "SettingsInvalid"
          ? result.failure.faults
          : []
        assert.deepStrictEqual(faults.map(({ path }) => path), [
          "authProviders[0].username",
          "connectors[0].bearerToken",
          "pipelines[0].steps[0].critcal",
          "pipelines[0].steps[1].name",
          "pipelines[0].steps[2].when"
        ])
        assert.strictEqual(faults[2]?.message, "pipelines[0].steps[0].critcal is not known: did you mean critical?")
      }))

    it.effect("accepts lenient at the top of the document, and refuses a misspelt kind", () =>
      Effect.gen(function*() {
        const members = { pipelines: [pipeline(step({ critcal: true }))] }
        assert.isTrue(Result.isFailure(yield* start(members)))
        assert.isTrue(Result.isSuccess(yield* start({ ...members, lenient: true, conectors: [] })))
        const result = yield* start({ conectors: [] })
        assert.deepInclude(Result.isFailure(result) ? result.failure : {}, {
          faults: [{ path: "conectors", message: "conectors is not known: did you mean connectors?" }]
        })
      }))
  })
})
