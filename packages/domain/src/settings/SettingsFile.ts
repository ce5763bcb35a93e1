/** The settings file: all four kinds in one document. Contract: section 2, `SLUICE_CONFIG`, and section 4. */
import { camelCased, JsonReader } from "../decode/JsonReader.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import type { AuthProvider } from "../pipeline/AuthProvider.ts"
import type { AddressedConnector } from "../pipeline/Connector.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import type { WebhookEndpoint } from "../webhook/WebhookEndpoint.ts"
import { decodeAuthProvider } from "./AuthProviderDocument.ts"
import { decodeConnector } from "./ConnectorDocument.ts"
import type { Environment } from "./EnvironmentSecret.ts"
import { decodePipeline } from "./PipelineDocument.ts"
import { type DecodedWebhookEndpoint, decodeWebhookEndpoint } from "./WebhookEndpointDocument.ts"

export interface SettingsFile {
  readonly pipelines: ReadonlyArray<{ readonly pipeline: Pipeline; readonly document: JsonObject }>
  /** The id that addresses a connector is its `connectorId`, else its name, else the name with a number. */
  readonly connectors: ReadonlyArray<AddressedConnector & { readonly document: JsonObject }>
  readonly authProviders: ReadonlyArray<{ readonly authProvider: AuthProvider; readonly document: JsonObject }>
  /** The id is its `id`, else its `url`: the file is applied over and over, and must find it again. */
  readonly webhookEndpoints: ReadonlyArray<{ readonly endpoint: WebhookEndpoint; readonly document: JsonObject }>
}

export type DecodedSettingsFile =
  | { readonly settings: SettingsFile }
  | { readonly faults: ReadonlyArray<Fault> }

const kinds = ["pipelines", "connectors", "authProviders", "webhookEndpoints"] as const

/** The items of one kind that could be read; faults of the others name the item. */
const decodeEach = <Decoded extends object>(
  reader: JsonReader,
  kind: (typeof kinds)[number],
  decode: (json: Json) => Decoded | { readonly faults: ReadonlyArray<Fault> }
): ReadonlyArray<Decoded> => {
  const list = reader.raw(kind)
  if (list === undefined) return []
  if (!Array.isArray(list)) {
    reader.fault(kind, "must be a list")
    return []
  }
  return list.flatMap((item: Json, index): ReadonlyArray<Decoded> => {
    const decoded = decode(item)
    if (!("faults" in decoded)) return [decoded]
    for (const { path, message } of decoded.faults) {
      reader.fault(path === "" ? `${kind}[${index}]` : `${kind}[${index}].${path}`, message)
    }
    return []
  })
}

const refuseDoubles = (reader: JsonReader, kind: string, names: ReadonlyArray<string>): void => {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) reader.fault(`${kind}[${index}]`, `there is another one called ${name}`)
  })
}

const addressed = <Decoded extends { readonly connector: AddressedConnector["connector"] }>(
  connectors: ReadonlyArray<Decoded>
): ReadonlyArray<Decoded & { readonly id: string }> => {
  const taken = new Set(connectors.flatMap(({ connector }) => connector.connectorId || []))
  return connectors.map((decoded) => {
    const { connectorId, name } = decoded.connector
    if (connectorId) return { ...decoded, id: connectorId }
    let id = name
    for (let number = 2; taken.has(id); number++) id = `${name}_${number}`
    taken.add(id)
    return { ...decoded, id }
  })
}

const endpointOf = (json: Json, environment: Environment): DecodedWebhookEndpoint => {
  const { id, url } = isObject(json) ? camelCased(json) : {}
  const address = typeof id === "string" && id !== "" ? id : typeof url === "string" ? url.slice(0, 128) : ""
  return decodeWebhookEndpoint(address, json, environment)
}

/** Reads a settings file, resolving `{ "env": "NAME" }` by `environment`. Anything wrong in it refuses the whole. */
export const decodeSettingsFile = (json: Json, environment: Environment): DecodedSettingsFile => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, the settings" }] }
  const faults: Array<Fault> = []
  const reader = new JsonReader(camelCased(json), "", faults)
  for (const name of Object.keys(reader.source)) {
    if (!(kinds as ReadonlyArray<string>).includes(name)) {
      reader.fault(name, `is none of the settings: ${kinds.join(", ")}`)
    }
  }
  const pipelines = decodeEach(reader, "pipelines", (item) => decodePipeline(item, 1, environment))
  const connectors = addressed(decodeEach(reader, "connectors", (item) => decodeConnector(item, environment)))
  const authProviders = decodeEach(reader, "authProviders", (item) => decodeAuthProvider(item, environment))
  const endpoints = decodeEach(reader, "webhookEndpoints", (item) => endpointOf(item, environment))
  refuseDoubles(reader, "pipelines", pipelines.map(({ pipeline }) => pipeline.name))
  refuseDoubles(reader, "connectors", connectors.map(({ id }) => id))
  refuseDoubles(reader, "authProviders", authProviders.map(({ authProvider }) => authProvider.name))
  refuseDoubles(reader, "webhookEndpoints", endpoints.map(({ endpoint }) => endpoint.id))
  if (faults.length > 0) return { faults }
  return {
    settings: {
      pipelines,
      connectors,
      authProviders,
      webhookEndpoints: endpoints
    }
  }
}
