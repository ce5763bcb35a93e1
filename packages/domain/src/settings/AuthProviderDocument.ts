/** An auth provider as people write it, as it is stored, and as it is used. Contract: section 4, "Auth provider". */
import { Redacted } from "effect"
import { camelCased, given, JsonReader } from "../decode/JsonReader.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import type { Authentication, AuthProvider } from "../pipeline/AuthProvider.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { answeredMembers } from "./PipelineDocument.ts"

export type DecodedAuthProvider =
  | { readonly authProvider: AuthProvider; readonly document: JsonObject }
  | { readonly faults: ReadonlyArray<Fault> }

const types = ["basic", "bearer", "oauth2ClientCredentials"] as const

const secret = (reader: JsonReader, name: string) => Redacted.make(reader.required(name, "the secret") ?? "")

/** Reads the authentication of requests from members in camelCase. */
export const authenticationOf = (reader: JsonReader): Authentication | undefined => {
  if (reader.raw("type") === undefined) return reader.fault("type", `is missing: give one of ${types.join(", ")}`)
  const type = reader.oneOf("type", types)
  switch (type) {
    case undefined:
      return undefined
    case "basic":
      return {
        type,
        username: reader.required("username", "the user's name") ?? "",
        password: secret(reader, "password")
      }
    case "bearer":
      return { type, token: secret(reader, "token") }
    case "oauth2ClientCredentials":
      return {
        type,
        tokenUrl: reader.url("tokenUrl", "https://partner.example.com/oauth/token") ?? "",
        clientId: reader.required("clientId", "the client's id") ?? "",
        clientSecret: secret(reader, "clientSecret"),
        ...given({
          scope: reader.string("scope"),
          clientAuthentication: reader.oneOf("clientAuthentication", ["body", "basic"])
        })
      }
  }
}

/** A host, with its port if URLs have one: no scheme, no path, no credentials. */
const domainOf = (reader: JsonReader): string => {
  const domain = reader.required("domain", "a host such as partner.example.com") ?? ""
  if (domain !== "" && !/^(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?$/i.test(domain)) {
    reader.fault("domain", "must be a host such as partner.example.com or partner.example.com:8443, nothing else")
  }
  return domain
}

/** Reads an auth provider, or the stored form of one. */
export const decodeAuthProvider = (json: Json, environment?: Environment): DecodedAuthProvider => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, an auth provider" }] }
  const faults: Array<Fault> = []
  const own = Object.fromEntries(Object.entries(camelCased(json)).filter(([name]) => !answeredMembers.has(name)))
  const document = resolveEnvironment("authProvider", own, environment, faults)
  const reader = new JsonReader(document, "", faults)
  const place = { name: reader.required("name", "the provider's name") ?? "", domain: domainOf(reader) }
  const authentication = authenticationOf(reader)
  if (faults.length > 0 || authentication === undefined) return { faults }
  return { authProvider: { ...place, ...authentication }, document }
}
