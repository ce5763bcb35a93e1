/** An auth provider as people write it, as it is stored, and as it is used. Contract: section 4, "Auth provider". */
import { Redacted } from "effect"
import { camelCased, given, JsonReader, rootPlace } from "../decode/JsonReader.ts"
import { type UnknownMember, unknownMembers, withUnknownNulls } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import {
  type Authentication,
  type AuthProvider,
  BasicAuth,
  BearerAuth,
  ClientCredentialsAuth
} from "../pipeline/AuthProvider.ts"
import { parseDomain } from "../pipeline/Domain.ts"
import { tlsIdentityOf } from "../pipeline/TlsIdentity.ts"
import { type Environment, resolveEnvironment } from "./EnvironmentSecret.ts"
import { answeredMembers, type Undecoded } from "./PipelineDocument.ts"

export type DecodedAuthProvider =
  | {
    readonly authProvider: AuthProvider
    readonly document: JsonObject
    readonly unknown: ReadonlyArray<UnknownMember>
  }
  | Undecoded

const types = ["basic", "bearer", "oauth2ClientCredentials"] as const

/** The members of each type of credentials; those of TLS belong to all of them. */
const membersOf = (fields: object) => Object.keys(fields).filter((name) => name !== "tls")

const fieldsOf = {
  basic: membersOf(BasicAuth.fields),
  bearer: membersOf(BearerAuth.fields),
  oauth2ClientCredentials: membersOf(ClientCredentialsAuth.fields)
}

const secret = (reader: JsonReader, name: string) => Redacted.make(reader.required(name, "the secret") ?? "")

/** Reads the authentication of requests from members in camelCase. */
export const authenticationOf = (reader: JsonReader): Authentication | undefined => {
  // Members of the other types are known, too: otherwise a misspelt type would make all of them unknown.
  reader.knows(...Object.values(fieldsOf).flat())
  if (reader.raw("type") === undefined) return reader.fault("type", `is missing: give one of ${types.join(", ")}`)
  const type = reader.oneOf("type", types)
  const tls = given({ tls: tlsIdentityOf(reader) })
  switch (type) {
    case undefined:
      return undefined
    case "basic":
      return {
        type,
        username: reader.required("username", "the user's name") ?? "",
        password: secret(reader, "password"),
        ...tls
      }
    case "bearer":
      return { type, token: secret(reader, "token"), ...tls }
    case "oauth2ClientCredentials":
      return {
        type,
        tokenUrl: reader.url("tokenUrl", "https://partner.example.com/oauth/token") ?? "",
        clientId: reader.required("clientId", "the client's id") ?? "",
        clientSecret: secret(reader, "clientSecret"),
        ...given({
          scope: reader.string("scope"),
          clientAuthentication: reader.oneOf("clientAuthentication", ["body", "basic"])
        }),
        ...tls
      }
  }
}

/** Members that belong to another type of credentials than the document's own: they are known, and not used. */
export const unusedMembers = (document: JsonObject): ReadonlyArray<string> => {
  const type = types.find((type) => type === document.type)
  if (type === undefined) return []
  return Object.keys(document).filter((name) =>
    !fieldsOf[type].includes(name) && Object.values(fieldsOf).some((fields) => fields.includes(name))
  )
}

/** A host, with its port if URLs have one: no scheme, no path, no credentials. */
const domainOf = (reader: JsonReader): string => {
  const domain = reader.required("domain", "a host such as partner.example.com") ?? ""
  if (domain !== "" && parseDomain(domain) === undefined) {
    reader.fault("domain", "must be a host such as partner.example.com or partner.example.com:8443, nothing else")
  }
  return domain
}

/** Reads an auth provider, or the stored form of one. */
export const decodeAuthProvider = (json: Json, environment?: Environment): DecodedAuthProvider => {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, an auth provider" }] }
  const root = rootPlace()
  const { faults } = root
  const own = camelCased(json, root, answeredMembers)
  const document = resolveEnvironment("authProvider", own, environment, faults)
  const reader = JsonReader.at(document, root)
  const place = { name: reader.required("name", "the provider's name") ?? "", domain: domainOf(reader) }
  const authentication = authenticationOf(reader)
  const unknown = unknownMembers(root)
  if (faults.length > 0 || authentication === undefined) return { faults, unknown }
  return { authProvider: { ...place, ...authentication }, document: withUnknownNulls(document, root), unknown }
}
