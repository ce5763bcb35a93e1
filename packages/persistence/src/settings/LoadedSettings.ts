/**
 * The settings as one statement sees them, decoded for use. A secret that does not open disables only the setting that
 * holds it. That setting stays among the others, so that no other is selected in its place; a step or delivery that
 * needs it fails, with nothing sent. A document that this release cannot decode is left out. Contract: section 4.
 */
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import { type JsonObject, parse } from "@sluice/domain/json/Json"
import { type Fault, faultText } from "@sluice/domain/order/Order"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import { secretTexts, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import type { SettingsSnapshot } from "@sluice/engine/settings/Settings"
import type { PartnerLimits } from "@sluice/http-client/internal/PartnerTurns"
import { Effect, Predicate } from "effect"
import type { SqlClient } from "effect/sql"
import type { SecretBox } from "../secrets/SecretBox.ts"
import { open, type Opened, unreadableText } from "./SealedDocument.ts"

/** All settings at one revision. */
export interface LoadedSettings extends SettingsSnapshot {
  readonly revision: bigint
  /** Settings that are disabled, in the order of the statement. */
  readonly unreadable: ReadonlyArray<UnreadableSetting>
  /** The endpoints by id. */
  readonly webhookEndpoints: ReadonlyMap<string, WebhookEndpoint>
}

/** A setting that cannot be used, or only in part, and the reason. */
export interface UnreadableSetting {
  readonly kind: SettingsKind
  readonly id: string
  readonly message: string
  /** The secrets that do not open. */
  readonly secrets: ReadonlyArray<string>
}

interface Row {
  readonly revision: bigint | null
  readonly kind: SettingsKind | null
  readonly id: string
  readonly version: number
  readonly document: string
  /** True if an operator has paused the pipeline. */
  readonly paused: boolean
}

/** The decoded settings of each kind, and the secrets of all. */
interface Gathered {
  readonly pipelines: Array<Pipeline>
  readonly connectors: Array<AddressedConnector>
  readonly authProviders: Array<AuthProvider>
  readonly webhookEndpoints: Map<string, WebhookEndpoint>
  readonly secrets: Set<string>
}

interface LimitsRow {
  readonly host: string
  readonly max_concurrent: number | null
  readonly rate_per_second: number | null
  readonly paused: boolean
  readonly reason: string | null
}

const limitsOf = ({ max_concurrent, paused, rate_per_second, reason }: LimitsRow): PartnerLimits => ({
  ...(max_concurrent !== null && { maxConcurrent: max_concurrent }),
  ...(rate_per_second !== null && { ratePerSecond: rate_per_second }),
  paused,
  ...(reason !== null && { reason })
})

/** The step with what of it cannot be had. A step that could not be compensated is not begun. */
const stepUnreadable = (step: Step, own: ReadonlyArray<string>, message: string): Step => {
  const { compensate, probe } = step
  if (own.length === 0) return step
  return {
    ...step,
    unreadable: message,
    ...(compensate !== undefined && own.some((member) => member.startsWith("compensate")) &&
      { compensate: { ...compensate, unreadable: message } }),
    ...(probe !== undefined && own.some((member) => member.startsWith("probe")) &&
      { probe: { ...probe, unreadable: message } })
  }
}

/** The pipeline with the steps marked that hold secrets that do not open; the others run. */
const pipelineUnreadable = (pipeline: Pipeline, unreadable: ReadonlyArray<string>, message: string): Pipeline => {
  if (unreadable.length === 0) return pipeline
  const marked = (phase: "steps" | "postProcessing") =>
    pipeline[phase].map((step, index) => {
      const path = `${phase}[${index}].`
      const own = unreadable.filter((member) => member.startsWith(path)).map((member) => member.slice(path.length))
      return stepUnreadable(step, own, message)
    })
  return { ...pipeline, steps: marked("steps"), postProcessing: marked("postProcessing") }
}

/** `connector billing: bearerToken cannot be opened …`; `undefined` where all opens. */
const messageOf = ({ id, kind }: Pick<Row, "kind" | "id">, unreadable: ReadonlyArray<string>): string | undefined =>
  kind === null || unreadable.length === 0 ? undefined : `${kindText[kind]} ${id}: ${unreadableText(unreadable)}`

/** Puts one document where it belongs; answers what keeps it from being used. */
const gather = (gathered: Gathered, row: Row, { document, unreadable }: Opened): ReadonlyArray<Fault> => {
  const { id, kind, version } = row
  const message = messageOf(row, unreadable)
  const mark = message === undefined ? {} : { unreadable: message }
  switch (kind) {
    case "pipeline": {
      const decoded = decodePipeline(document, version)
      if ("faults" in decoded) return decoded.faults
      gathered.pipelines.push(pipelineUnreadable(decoded.pipeline, unreadable, message ?? ""))
      return []
    }
    case "connector": {
      const decoded = decodeConnector(document)
      if ("faults" in decoded) return decoded.faults
      gathered.connectors.push({ id, connector: decoded.connector, ...mark })
      return []
    }
    case "authProvider": {
      const decoded = decodeAuthProvider(document)
      if ("faults" in decoded) return decoded.faults
      const { domain, name } = decoded.authProvider
      gathered.authProviders.push(
        message === undefined ? decoded.authProvider : { name, domain, type: "unreadable", message }
      )
      return []
    }
    case "webhookEndpoint": {
      const decoded = decodeWebhookEndpoint(id, document)
      if ("faults" in decoded) return decoded.faults
      gathered.webhookEndpoints.set(id, { ...decoded.endpoint, ...mark })
      return []
    }
    case null:
      return []
  }
}

const undecodable = (faults: ReadonlyArray<Fault>): string =>
  `left out, this release cannot read it: ${faults.map(faultText).join("; ")}`

/** Highest priority first, then by name: the order in which pipelines are asked whether they match. */
const byPrecedence = (a: Pipeline, b: Pipeline): number =>
  b.priority - a.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** One row for each setting, and one for the revision. A union: a join's estimated cost is the product of its tables. */
const statement = (sql: SqlClient.SqlClient) =>
  sql<Row>`
    SELECT revision, NULL AS kind, '' AS id, 0 AS version, '' AS document, false AS paused FROM settings_revision
    UNION ALL SELECT NULL, 'pipeline', id, version, document, paused_at IS NOT NULL FROM pipelines
    UNION ALL SELECT NULL, 'connector', id, version, document, false FROM connectors
    UNION ALL SELECT NULL, 'authProvider', id, version, document, false FROM auth_providers
    UNION ALL SELECT NULL, 'webhookEndpoint', id, version, document, false FROM webhook_endpoints
    ORDER BY kind, id`

export const load = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, box: SecretBox["Service"]) {
  const rows = yield* statement(sql)
  const limits = yield* sql<LimitsRow>`SELECT host, max_concurrent, rate_per_second, paused, reason FROM partner_limits`
  const gathered: Gathered = {
    pipelines: [],
    connectors: [],
    authProviders: [],
    webhookEndpoints: new Map(),
    secrets: new Set()
  }
  const unreadable: Array<UnreadableSetting> = []
  for (const row of rows) {
    const { id, kind } = row
    if (kind === null) continue
    const opened = yield* open(box, kind, id, parse(row.document) as JsonObject)
    for (const text of secretTexts(kind, opened.document)) gathered.secrets.add(text)
    const faults = gather(gathered, row, opened)
    const messages = [
      faults.length > 0 ? undecodable(faults) : undefined,
      opened.unreadable.length > 0 ? unreadableText(opened.unreadable) : undefined
    ].filter(Predicate.isNotUndefined)
    if (messages.length > 0) {
      unreadable.push({ kind, id, message: messages.join("; "), secrets: opened.unreadable })
    }
  }
  const paused = rows.filter((row) => row.paused).map(({ id }) => id)
  return {
    ...gathered,
    pipelines: gathered.pipelines.toSorted(byPrecedence),
    secrets: [...gathered.secrets],
    ...(limits.length > 0 && { partners: new Map(limits.map((row) => [row.host, limitsOf(row)])) }),
    ...(paused.length > 0 && { paused: new Set(paused) }),
    unreadable,
    revision: rows.find(({ kind }) => kind === null)?.revision ?? 0n
  } satisfies LoadedSettings
})

/** One version of a pipeline, with its secrets; `undefined` where there never was one, or this release cannot read it. */
export const loadPipeline = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  box: SecretBox["Service"],
  name: string,
  version: number
) {
  const [row] = yield* sql<Pick<Row, "document">>`
    SELECT document FROM pipeline_versions WHERE id = ${name} AND version = ${version}`
  if (row === undefined) return undefined
  const { document, unreadable } = yield* open(box, "pipeline", name, parse(row.document) as JsonObject, version)
  const decoded = decodePipeline(document, version)
  if (!("faults" in decoded)) {
    const message = messageOf({ kind: "pipeline", id: `${name} version ${version}` }, unreadable)
    return {
      pipeline: pipelineUnreadable(decoded.pipeline, unreadable, message ?? ""),
      secrets: secretTexts("pipeline", document)
    }
  }
  yield* Effect.logError(`pipeline ${name} version ${version} is ${undecodable(decoded.faults)}`)
  return undefined
})
