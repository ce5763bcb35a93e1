/** A connector as people write it, as it is stored, and as it is used. Contract: section 4, "Connector". */
import { Redacted } from "effect"
import { camelCased, given, JsonReader, placeIn, rootPlace } from "../decode/JsonReader.ts"
import { readTimeout } from "../decode/TimeSpan.ts"
import { type UnknownMember, unknownMembers, withUnknownNulls } from "../decode/UnknownMembers.ts"
import { parseHttpUrl } from "../decode/Url.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Connector } from "../pipeline/Connector.ts"
import { tlsIdentityOf } from "../pipeline/TlsIdentity.ts"
import { signingSecretOf } from "../webhook/SigningSecret.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { headerMap } from "./KeyValueList.ts"
import { answeredMembers, type Undecoded } from "./PipelineDocument.ts"

export type DecodedConnector =
  | {
    readonly connector: Connector
    readonly document: JsonObject
    readonly unknown: ReadonlyArray<UnknownMember>
  }
  | Undecoded

const redactedString = (value: string | undefined) => value === undefined ? undefined : Redacted.make(value)

const timeoutOf = (reader: JsonReader): number | undefined => {
  const value = reader.raw("timeout")
  if (value === undefined) return undefined
  const timeout = readTimeout(value)
  return typeof timeout === "number" ? timeout : reader.fault("timeout", timeout)
}

/** Origins besides the host's to which the connector's credentials may go, as `https://other.example.com:8443`. */
const allowedHostsOf = (reader: JsonReader): ReadonlyArray<string> | undefined => {
  const origins = reader.strings("allowedHosts")
  origins?.forEach((origin, index) => {
    const url = parseHttpUrl(origin)
    if (url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === "" && url.pathname === "/") {
      return
    }
    reader.fault(`allowedHosts[${index}]`, "must be an origin such as https://partner.example.com:8443, nothing else")
  })
  return origins
}

/** Reads a connector, or the stored form of one; `timeout` stays as it is written. */
export const decodeConnector = (json: Json, environment?: Environment): DecodedConnector => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, a connector" }] }
  const root = rootPlace()
  const { faults } = root
  const own: Record<string, Json> = { ...camelCased(json, root, answeredMembers) }
  if (own.customHeaders !== undefined) own.customHeaders = headerMap(own.customHeaders, placeIn(root, "customHeaders"))
  const document = resolveEnvironment("connector", own, environment, faults)
  const reader = JsonReader.at(document, root)
  const connector: Connector = {
    name: reader.required("name", "\"Webhook\"") ?? "",
    host: reader.url("host", "https://partner.example.com/validate") ?? "",
    ...given({
      connectorId: reader.string("connectorId"),
      displayName: reader.string("displayName"),
      bearerToken: redactedString(reader.string("bearerToken")),
      username: reader.string("username"),
      password: redactedString(reader.string("password")),
      signingSecret: signingSecretOf(reader, "signingSecret"),
      timeout: timeoutOf(reader),
      customHeaders: reader.object("customHeaders") as Readonly<Record<string, string>> | undefined,
      enabledForMarkets: reader.strings("enabledForMarkets"),
      disabledForMarkets: reader.strings("disabledForMarkets"),
      allowedHosts: allowedHostsOf(reader),
      tls: tlsIdentityOf(reader)
    })
  }
  const unknown = unknownMembers(root)
  return faults.length > 0 ? { faults, unknown } : { connector, document: withUnknownNulls(document, root), unknown }
}
