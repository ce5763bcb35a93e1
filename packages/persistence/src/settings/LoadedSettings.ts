/**
 * The settings as one statement sees them, decoded for use. A document that this release cannot read is left out and
 * logged, and the other settings go on working. A secret that does not open is an error: with the wrong key nothing can
 * be called or redacted.
 */
import { type JsonObject, parse } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { shortestSecret } from "@sluice/domain/redaction/Redaction"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { decodePipeline } from "@sluice/domain/settings/PipelineDocument"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import type { SettingsSnapshot } from "@sluice/engine/settings/Settings"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SecretBox } from "../secrets/SecretBox.ts"
import { open, secretTextsOf } from "./SealedDocument.ts"

/** Everything at one revision. */
export interface LoadedSettings extends SettingsSnapshot {
  readonly revision: bigint
  /** The endpoints by id. */
  readonly webhookEndpoints: ReadonlyMap<string, WebhookEndpoint>
}

interface Row {
  readonly revision: bigint | null
  readonly kind: SettingsKind | null
  readonly id: string
  readonly version: number
  readonly document: string
}

/**
 * The secrets of a document, and the values derived from them in a request: the token of a header, the text of basic
 * credentials.
 */
export const secretTexts = (kind: SettingsKind, document: JsonObject): ReadonlyArray<string> => {
  const { username, password } = document
  const basic = typeof username === "string" && typeof password === "string" ? [`${username}:${password}`] : []
  return [
    ...secretTextsOf(kind, document).flatMap((text) => {
      const token = /^(?:Bearer|Basic|Token) +(.+)$/i.exec(text)?.[1]
      return token === undefined ? [text] : [text, token]
    }),
    ...basic
  ].filter((text) => text.length >= shortestSecret)
}

/** The decoded settings of each kind, and the secrets of all. */
interface Gathered {
  readonly pipelines: Array<Pipeline>
  readonly connectors: Array<AddressedConnector>
  readonly authProviders: Array<AuthProvider>
  readonly webhookEndpoints: Map<string, WebhookEndpoint>
  readonly secrets: Set<string>
}

/** Puts one document where it belongs; answers what keeps it from being used. */
const gather = (gathered: Gathered, { kind, id, version }: Row, document: JsonObject): ReadonlyArray<Fault> => {
  switch (kind) {
    case "pipeline": {
      const decoded = decodePipeline(document, version)
      if ("faults" in decoded) return decoded.faults
      gathered.pipelines.push(decoded.pipeline)
      return []
    }
    case "connector": {
      const decoded = decodeConnector(document)
      if ("faults" in decoded) return decoded.faults
      gathered.connectors.push({ id, connector: decoded.connector })
      return []
    }
    case "authProvider": {
      const decoded = decodeAuthProvider(document)
      if ("faults" in decoded) return decoded.faults
      gathered.authProviders.push(decoded.authProvider)
      return []
    }
    case "webhookEndpoint": {
      const decoded = decodeWebhookEndpoint(id, document)
      if ("faults" in decoded) return decoded.faults
      gathered.webhookEndpoints.set(id, decoded.endpoint)
      return []
    }
    case null:
      return []
  }
}

const logFaults = (kind: SettingsKind, id: string, faults: ReadonlyArray<Fault>) =>
  Effect.logError(
    `${kind} ${id} is left out, this release cannot read it: `
      + faults.map(({ path, message }) => `${path} ${message}`).join("; ")
  )

/** Highest priority first, then by name: the order in which pipelines are asked whether they match. */
const byPrecedence = (a: Pipeline, b: Pipeline): number =>
  b.priority - a.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** One row for each setting, and one for the revision. A union: a join's estimated cost is the product of its tables. */
const statement = (sql: SqlClient.SqlClient) =>
  sql<Row>`
    SELECT revision, NULL AS kind, '' AS id, 0 AS version, '' AS document FROM settings_revision
    UNION ALL SELECT NULL, 'pipeline', id, version, document FROM pipelines
    UNION ALL SELECT NULL, 'connector', id, version, document FROM connectors
    UNION ALL SELECT NULL, 'authProvider', id, version, document FROM auth_providers
    UNION ALL SELECT NULL, 'webhookEndpoint', id, version, document FROM webhook_endpoints
    ORDER BY kind, id`

export const load = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, box: SecretBox["Service"]) {
  const rows = yield* statement(sql)
  const gathered: Gathered = {
    pipelines: [],
    connectors: [],
    authProviders: [],
    webhookEndpoints: new Map(),
    secrets: new Set()
  }
  for (const row of rows) {
    if (row.kind === null) continue
    const document = yield* open(box, row.kind, row.id, parse(row.document) as JsonObject)
    for (const text of secretTexts(row.kind, document)) gathered.secrets.add(text)
    const faults = gather(gathered, row, document)
    if (faults.length > 0) yield* logFaults(row.kind, row.id, faults)
  }
  return {
    ...gathered,
    pipelines: gathered.pipelines.toSorted(byPrecedence),
    secrets: [...gathered.secrets],
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
  const document = yield* open(box, "pipeline", name, parse(row.document) as JsonObject)
  const decoded = decodePipeline(document, version)
  if (!("faults" in decoded)) return { pipeline: decoded.pipeline, secrets: secretTexts("pipeline", document) }
  yield* logFaults("pipeline", `${name} version ${version}`, decoded.faults)
  return undefined
})
