/** The settings file: all four kinds in one document. Contract: section 2, `SLUICE_CONFIG`, and section 4. */
import { camelCased, JsonReader, lowerFirst, rootPlace } from "../decode/JsonReader.ts"
import { unknownFaults, type UnknownMember, unknownMembers } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { type Fault, faultBelow } from "../order/Order.ts"
import type { AuthProvider } from "../pipeline/AuthProvider.ts"
import type { AddressedConnector } from "../pipeline/Connector.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import type { WebhookEndpoint } from "../webhook/WebhookEndpoint.ts"
import { decodeAuthProvider } from "./AuthProviderDocument.ts"
import { decodeConnector } from "./ConnectorDocument.ts"
import type { Environment } from "./EnvironmentSecret.ts"
import { decodePipeline, type Undecoded } from "./PipelineDocument.ts"
import type { SettingsKind } from "./SettingsKind.ts"
import { type DecodedWebhookEndpoint, decodeWebhookEndpoint } from "./WebhookEndpointDocument.ts"

export interface SettingsFile {
  /** Members that are not known are stored and warned about, instead of refused. */
  readonly lenient: boolean
  /** The unknown members outside of all items. */
  readonly unknown: ReadonlyArray<UnknownMember>
  readonly pipelines: ReadonlyArray<{ readonly pipeline: Pipeline; readonly document: JsonObject }>
  /** The id that addresses a connector is its `connectorId`, else its name, else the name with a number. */
  readonly connectors: ReadonlyArray<AddressedConnector & { readonly document: JsonObject }>
  readonly authProviders: ReadonlyArray<{ readonly authProvider: AuthProvider; readonly document: JsonObject }>
  /** The id is its `id`, else its `url`: the file is applied over and over, and must find it again. */
  readonly webhookEndpoints: ReadonlyArray<{ readonly endpoint: WebhookEndpoint; readonly document: JsonObject }>
}

/** One setting of a file. */
export interface PlacedSetting {
  /** Its place in the file, `connectors[0]`. */
  readonly path: string
  readonly kind: SettingsKind
  readonly id: string
  readonly document: JsonObject
}

/** The settings of a file, in the order in which they are written: what is referred to comes first. */
export const settingsIn = (file: SettingsFile): ReadonlyArray<PlacedSetting> => [
  ...file.authProviders.map(({ authProvider, document }, index) => ({
    path: `authProviders[${index}]`,
    kind: "authProvider" as const,
    id: authProvider.name,
    document
  })),
  ...file.connectors.map(({ id, document }, index) => ({
    path: `connectors[${index}]`,
    kind: "connector" as const,
    id,
    document
  })),
  ...file.pipelines.map(({ pipeline, document }, index) => ({
    path: `pipelines[${index}]`,
    kind: "pipeline" as const,
    id: pipeline.name,
    document
  })),
  ...file.webhookEndpoints.map(({ endpoint, document }, index) => ({
    path: `webhookEndpoints[${index}]`,
    kind: "webhookEndpoint" as const,
    id: endpoint.id,
    document
  }))
]

export type DecodedSettingsFile =
  | { readonly settings: SettingsFile }
  | { readonly faults: ReadonlyArray<Fault> }

const kinds = ["pipelines", "connectors", "authProviders", "webhookEndpoints"] as const

/** The items of one kind that could be read; faults of the others name the item. */
const decodeEach = <Decoded extends object>(
  reader: JsonReader,
  kind: (typeof kinds)[number],
  lenient: boolean,
  decode: (json: Json) => Decoded | Undecoded
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
    // A missing member is most likely there under a misspelt name, so unknown members are reported first.
    const unknown = lenient ? [] : unknownFaults(decoded.unknown ?? [])
    reader.faults.push(...[...unknown, ...decoded.faults].map((fault) => faultBelow(`${kind}[${index}]`, fault)))
    return []
  })
}

const refuseDoubles = (reader: JsonReader, kind: string, names: ReadonlyArray<string>): void => {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) reader.fault(`${kind}[${index}]`, `there is another one called ${name}`)
  })
}

/** A connector of the file; an `id`, as `GET` answers it, is no part of it and addresses it. */
const connectorOf = (json: Json, environment: Environment) => {
  const { id } = isObject(json) ? camelCased(json) : {}
  if (id !== undefined && (typeof id !== "string" || id === "")) {
    return { faults: [{ path: "id", message: "must be a string that addresses the connector" }] }
  }
  const own = isObject(json)
    ? Object.fromEntries(Object.entries(json).filter(([name]) => lowerFirst(name) !== "id"))
    : json
  const decoded = decodeConnector(own, environment)
  return "faults" in decoded ? decoded : { ...decoded, written: id }
}

const addressed = <
  Decoded extends {
    readonly connector: AddressedConnector["connector"]
    readonly written: string | undefined
  }
>(
  connectors: ReadonlyArray<Decoded>
): ReadonlyArray<Decoded & { readonly id: string }> => {
  const taken = new Set(connectors.flatMap(({ connector, written }) => (written ?? connector.connectorId) || []))
  return connectors.map((decoded) => {
    const { connectorId, name } = decoded.connector
    const given = decoded.written ?? connectorId
    if (given) return { ...decoded, id: given }
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

/** The kind of the items in each list of a file. */
const kindOf: Readonly<Record<(typeof kinds)[number], SettingsKind>> = {
  pipelines: "pipeline",
  connectors: "connector",
  authProviders: "authProvider",
  webhookEndpoints: "webhookEndpoint"
}

/** The id that an item asks for, decoded or not; `undefined` where it names none. */
const idAsked = (kind: SettingsKind, item: Json | undefined): string | undefined => {
  if (item === undefined || !isObject(item)) return undefined
  const { connectorId, id, name, url } = camelCased(item)
  const named = kind === "connector"
    ? id ?? connectorId ?? name
    : kind === "webhookEndpoint"
    ? id ?? (typeof url === "string" ? url.slice(0, 128) : undefined)
    : name
  return typeof named === "string" && named !== "" ? named : undefined
}

/** The settings that the faults of a file name, once each. A fault of the file as a whole names none. */
export const settingsAtFault = (
  json: Json,
  faults: ReadonlyArray<Fault>
): ReadonlyArray<Pick<PlacedSetting, "kind" | "id">> => {
  const lists = isObject(json) ? camelCased(json) : {}
  const places = new Set(faults.flatMap(({ path }) => /^\w+\[\d+\]/.exec(path) ?? []))
  return [...places].flatMap((place) => {
    const [, name, index] = /^(\w+)\[(\d+)\]$/.exec(place) ?? []
    const list = kinds.find((one) => one === name)
    const items = list === undefined ? undefined : lists[list]
    if (list === undefined || !Array.isArray(items)) return []
    const kind = kindOf[list]
    const id = idAsked(kind, items[Number(index)])
    return id === undefined ? [] : [{ kind, id }]
  })
}

/** Reads a settings file, resolving `{ "env": "NAME" }` by `environment`. Anything wrong in it refuses the whole. */
export const decodeSettingsFile = (json: Json, environment: Environment): DecodedSettingsFile => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, the settings" }] }
  const root = rootPlace()
  const { faults } = root
  const reader = JsonReader.at(camelCased(json, root), root)
  const lenient = reader.boolean("lenient") ?? false
  const pipelines = decodeEach(reader, "pipelines", lenient, (item) => decodePipeline(item, 1, environment))
  const connectors = addressed(decodeEach(reader, "connectors", lenient, (item) => connectorOf(item, environment)))
  const authProviders = decodeEach(reader, "authProviders", lenient, (item) => decodeAuthProvider(item, environment))
  const endpoints = decodeEach(reader, "webhookEndpoints", lenient, (item) => endpointOf(item, environment))
  refuseDoubles(reader, "pipelines", pipelines.map(({ pipeline }) => pipeline.name))
  refuseDoubles(reader, "connectors", connectors.map(({ id }) => id))
  refuseDoubles(reader, "authProviders", authProviders.map(({ authProvider }) => authProvider.name))
  refuseDoubles(reader, "webhookEndpoints", endpoints.map(({ endpoint }) => endpoint.id))
  const unknown = unknownMembers(root)
  if (!lenient) faults.unshift(...unknownFaults(unknown))
  if (faults.length > 0) return { faults }
  return { settings: { lenient, unknown, pipelines, connectors, authProviders, webhookEndpoints: endpoints } }
}
