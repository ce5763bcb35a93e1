/** A connector as people write it, as it is stored, and as it is used. Contract: section 4, "Connector". */
import { Redacted } from "effect"
import { camelCased, given, JsonReader } from "../decode/JsonReader.ts"
import { readTimeout } from "../decode/TimeSpan.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import type { Connector } from "../pipeline/Connector.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { headerMap } from "./KeyValueList.ts"
import { answeredMembers } from "./PipelineDocument.ts"

export type DecodedConnector =
  | { readonly connector: Connector; readonly document: JsonObject }
  | { readonly faults: ReadonlyArray<Fault> }

const redactedString = (value: string | undefined) => value === undefined ? undefined : Redacted.make(value)

const timeoutOf = (reader: JsonReader): number | undefined => {
  const value = reader.raw("timeout")
  if (value === undefined) return undefined
  const timeout = readTimeout(value)
  return typeof timeout === "number" ? timeout : reader.fault("timeout", timeout)
}

/** Reads a connector, or the stored form of one; `timeout` stays as it is written. */
export const decodeConnector = (json: Json, environment?: Environment): DecodedConnector => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, a connector" }] }
  const faults: Array<Fault> = []
  const own: Record<string, Json> = Object.fromEntries(
    Object.entries(camelCased(json)).filter(([name]) => !answeredMembers.has(name))
  )
  if (own.customHeaders !== undefined) own.customHeaders = headerMap(own.customHeaders, "customHeaders", faults)
  const document = resolveEnvironment("connector", own, environment, faults)
  const reader = new JsonReader(document, "", faults)
  const connector: Connector = {
    name: reader.required("name", "\"Webhook\"") ?? "",
    host: reader.url("host", "https://partner.example.com/validate") ?? "",
    ...given({
      connectorId: reader.string("connectorId"),
      displayName: reader.string("displayName"),
      bearerToken: redactedString(reader.string("bearerToken")),
      username: reader.string("username"),
      password: redactedString(reader.string("password")),
      timeout: timeoutOf(reader),
      customHeaders: reader.object("customHeaders") as Readonly<Record<string, string>> | undefined,
      enabledForMarkets: reader.strings("enabledForMarkets"),
      disabledForMarkets: reader.strings("disabledForMarkets")
    })
  }
  return faults.length > 0 ? { faults } : { connector, document }
}
