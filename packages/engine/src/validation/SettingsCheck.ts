/**
 * Checks a setting before it is used: its members, addresses, credentials and expressions, and its references to other
 * settings. One check for the API, the settings file and `SettingsStatic`. Contract: section 4.
 */
import { headerFaults, headerWarnings } from "@sluice/domain/internal/sending/OwnHeaders"
import { unsendable } from "@sluice/domain/internal/sending/Sendable"
import { suspectedSecrets } from "@sluice/domain/internal/settings/SuspectedSecrets"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { type Fault, faultBelow } from "@sluice/domain/order/Order"
import { type Connector, speaksFor } from "@sluice/domain/pipeline/Connector"
import { tlsIdentityIn } from "@sluice/domain/pipeline/TlsIdentity"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import { decodeAuthProvider, unusedMembers } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import type { Undecoded } from "@sluice/domain/settings/PipelineDocument"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { Outbound } from "@sluice/http-client/Outbound"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { Expressions } from "../expressions/Expressions.ts"
import { expressionsIn } from "../expressions/Template.ts"
import { otherOrigin } from "../plugins/builtin/WebhookWorkflowStep.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { type CheckContext, judgeUnknown } from "./CheckContext.ts"
import { markWarnings } from "./MarkWarnings.ts"
import { PipelineCheck } from "./PipelineCheck.ts"
import { sizeFaults } from "./SettingSize.ts"

/** The setting cannot be used: every fault with its place. */
export class SettingInvalid extends Schema.TaggedError<SettingInvalid>()("SettingInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** A document that can be saved: camelCase, names resolved. */
export interface CheckedSetting {
  readonly document: JsonObject
  /** Warnings about what is allowed but probably unintended. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * Removes the document's secrets from a message: the document is not stored yet, so no redactor knows them. A quoted
 * expression may hold one.
 */
const withoutSecrets = <Said>(document: JsonObject, said: Said): Said =>
  makeRedactor(suspectedSecrets(document)).json(said)

type Checked = Effect.Effect<CheckedSetting, SettingInvalid>

/** The checks common to all kinds but pipelines; `more` are the faults of one kind. */
const judged = (
  kind: SettingsKind,
  decoded: Undecoded | {
    readonly document: JsonObject
    readonly unknown: NonNullable<Undecoded["unknown"]>
  },
  body: JsonObject,
  more: ReadonlyArray<Fault>,
  context: CheckContext
): Checked => {
  const { faults, warnings } = judgeUnknown(kind, decoded.document ?? body, decoded.unknown ?? [], context)
  if ("faults" in decoded) return Effect.fail(new SettingInvalid({ faults: [...faults, ...decoded.faults] }))
  const all = [...faults, ...unsendable(kind, decoded.document), ...more]
  return all.length > 0
    ? Effect.fail(new SettingInvalid({ faults: all }))
    : Effect.succeed({
      document: decoded.document,
      warnings: [...warnings, ...markWarnings(kind, decoded.document), ...unused(kind, decoded.document)]
    })
}

const refused = (outbound: Outbound["Service"], path: string, url: Json | undefined): ReadonlyArray<Fault> => {
  const refusal = typeof url === "string" ? outbound.refuse(url) : undefined
  return refusal === undefined ? [] : [{ path, message: refusal }]
}

/** Certificates and keys that TLS cannot use. A key that reads `[redacted]` is judged where it is known. */
const tlsFaults = (outbound: Outbound["Service"], document: JsonObject): ReadonlyArray<Fault> => {
  const found = tlsIdentityIn(document)
  return found === undefined
    ? []
    : outbound.refuseTls(found.identity).map((fault) => found.path === "" ? fault : faultBelow(found.path, fault))
}

/** Steps whose own address is none of the connector's that they name. */
const strayHosts = (
  plugins: Plugins["Service"],
  connector: Connector,
  { settings }: CheckContext
): ReadonlyArray<Fault> =>
  (settings?.pipelines ?? []).flatMap(({ name, postProcessing, steps }) =>
    [...steps, ...postProcessing].flatMap((step) => {
      const { connectorId, host } = plugins.byName.get(step.name)?.connectorUse?.(step.options) ?? {}
      return connectorId === undefined || connectorId !== connector.connectorId || host === undefined ||
          expressionsIn(host.url).length > 0 || speaksFor(connector, host.url)
        ? []
        : [{
          path: "host",
          message: `step ${step.id} of pipeline ${name} would fail: ${otherOrigin(connectorId, host.url, connector)}`
        }]
    })
  )

/** Expressions of a webhook endpoint that do not parse. */
const endpointExpressions = Effect.fnUntraced(function*(
  expressions: Expressions["Service"],
  document: JsonObject
) {
  const faults: Array<Fault> = []
  for (const path of ["filter", "payload"]) {
    const source = document[path]
    const facts = typeof source === "string" ? yield* Effect.result(expressions.check(source)) : undefined
    if (facts !== undefined && Result.isFailure(facts)) faults.push({ path, message: facts.failure.message })
  }
  return faults
})

const make = Effect.gen(function*() {
  const pipelines = yield* PipelineCheck
  const plugins = yield* Plugins
  const outbound = yield* Outbound
  const expressions = yield* Expressions

  const checks: Readonly<
    Record<SettingsKind, (body: JsonObject, id: string, context: CheckContext) => Checked>
  > = {
    pipeline: (body, _, context) =>
      Effect.mapError(pipelines.check(body, context), ({ faults }) => new SettingInvalid({ faults })),
    connector: (body, _, context) => {
      const decoded = decodeConnector(body)
      const { host, allowedHosts = [] } = "faults" in decoded ? { host: "" } : decoded.connector
      const faults = "faults" in decoded ? [] : [
        ...refused(outbound, "host", host),
        ...allowedHosts.flatMap((origin, index) => refused(outbound, `allowedHosts[${index}]`, origin)),
        ...strayHosts(plugins, decoded.connector, context),
        ...tlsFaults(outbound, decoded.document)
      ]
      return judged("connector", decoded, body, faults, context)
    },
    authProvider: (body, _, context) => {
      const decoded = decodeAuthProvider(body)
      const faults = "faults" in decoded
        ? []
        : [...refused(outbound, "tokenUrl", decoded.document.tokenUrl), ...tlsFaults(outbound, decoded.document)]
      return judged("authProvider", decoded, body, faults, context)
    },
    webhookEndpoint: Effect.fnUntraced(function*(body: JsonObject, id: string, context: CheckContext) {
      const decoded = decodeWebhookEndpoint(id, body)
      if ("faults" in decoded) return yield* judged("webhookEndpoint", decoded, body, [], context)
      const { auth, url } = decoded.document
      const faults = [
        ...refused(outbound, "url", url),
        ...refused(outbound, "tokenUrl", isObject(auth) ? auth.tokenUrl : undefined).map((fault) =>
          faultBelow("auth", fault)
        ),
        ...tlsFaults(outbound, decoded.document),
        ...yield* endpointExpressions(expressions, decoded.document)
      ]
      return yield* judged("webhookEndpoint", decoded, body, faults, context)
    })
  }

  const check = (kind: SettingsKind, id: string, document: JsonObject, context: CheckContext): Checked => {
    const faults = sizeFaults(document)
    return faults.length > 0 ? Effect.fail(new SettingInvalid({ faults })) : checkMembers(kind, id, document, context)
  }

  const checkMembers = (kind: SettingsKind, id: string, document: JsonObject, context: CheckContext): Checked =>
    Effect.flatMap(checks[kind](document, id, context), (checked) => {
      const faults = headerFaults(checked.document)
      return faults.length > 0
        ? Effect.fail(new SettingInvalid({ faults }))
        : Effect.succeed({ ...checked, warnings: [...checked.warnings, ...headerWarnings(checked.document)] })
    }).pipe(
      Effect.mapError(({ faults }) => new SettingInvalid({ faults: withoutSecrets(document, faults) })),
      Effect.map((checked) =>
        checked.warnings.length === 0 ? checked : { ...checked, warnings: withoutSecrets(document, checked.warnings) }
      )
    )

  return SettingsCheck.of({
    check: (kind, id, document, context = {}) => check(kind, id, document, context),
    warnings: (kind, id, document, context) =>
      check(kind, id, document, { ...context, lenient: true }).pipe(
        Effect.map(({ warnings }) => warnings),
        Effect.catch(({ faults }) =>
          Effect.succeed(faults.map(({ message, path }) => `${path}: ${message} (it could not be saved so any more)`))
        )
      )
  })
})

/** Members of another type of credentials than the setting's own. */
const unused = (kind: SettingsKind, document: JsonObject): ReadonlyArray<string> => {
  const [at, holder]: readonly [string, Json | undefined] = kind === "authProvider"
    ? ["", document]
    : kind === "webhookEndpoint"
    ? ["auth.", document.auth]
    : ["", undefined]
  return isObject(holder)
    ? unusedMembers(holder).map((name) => `${at}${name} is not used by credentials of type ${String(holder.type)}`)
    : []
}

export class SettingsCheck extends Context.Service<SettingsCheck, {
  /** Checks a setting under its id. Stores nothing. */
  readonly check: (
    kind: SettingsKind,
    id: string,
    document: JsonObject,
    context?: CheckContext
  ) => Effect.Effect<CheckedSetting, SettingInvalid>
  /** The warnings about a stored setting; a fault for which it could not be saved today is one of them. */
  readonly warnings: (
    kind: SettingsKind,
    id: string,
    document: JsonObject,
    context: CheckContext
  ) => Effect.Effect<ReadonlyArray<string>>
}>()("@sluice/engine/SettingsCheck") {
  static readonly layer: Layer.Layer<SettingsCheck, never, PipelineCheck | Plugins | Outbound | Expressions> = Layer
    .effect(SettingsCheck, make)
}
