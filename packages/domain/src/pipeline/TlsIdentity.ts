/**
 * The TLS settings of connections to a partner, beside the certificate authorities that the platform trusts: a private
 * authority, and a client certificate with its key. Contract: section 4, "Connectors and auth providers take …".
 */
import { Redacted, Schema } from "effect"
import { given, type JsonReader } from "../decode/JsonReader.ts"
import { isObject, type JsonObject } from "../json/Json.ts"

/** Each member is PEM text. Certificate and key come together or not at all. */
export const TlsIdentity = Schema.Struct({
  /** One or more certificates of authorities, trusted besides those of the platform. */
  caCertificate: Schema.optionalKey(Schema.String),
  /** The client's certificate, then those of the authorities between it and one that the partner trusts. */
  clientCertificate: Schema.optionalKey(Schema.String),
  clientKey: Schema.optionalKey(Schema.RedactedFromValue(Schema.String))
})
export type TlsIdentity = typeof TlsIdentity.Type

/** The members of a setting that make up its identity. */
export const tlsMembers: ReadonlyArray<string> = Object.keys(TlsIdentity.fields)

/** Reads the members of a setting that make up its identity; `undefined` where it has none of them. */
export const tlsIdentityOf = (reader: JsonReader): TlsIdentity | undefined => {
  const key = reader.string("clientKey")
  const identity: TlsIdentity = given({
    caCertificate: reader.string("caCertificate"),
    clientCertificate: reader.string("clientCertificate"),
    clientKey: key === undefined ? undefined : Redacted.make(key)
  })
  return Object.keys(identity).length === 0 ? undefined : identity
}

const text = (value: JsonObject[string] | undefined): string | undefined =>
  typeof value === "string" ? value : undefined

/** The identity in a stored setting, with the path of the object that holds it: the setting itself, or its `auth`. */
export const tlsIdentityIn = (
  document: JsonObject
): { readonly path: string; readonly identity: TlsIdentity } | undefined => {
  for (const [path, holder] of [["", document], ["auth", document.auth]] as const) {
    if (holder === undefined || !isObject(holder)) continue
    const key = text(holder.clientKey)
    const identity: TlsIdentity = given({
      caCertificate: text(holder.caCertificate),
      clientCertificate: text(holder.clientCertificate),
      clientKey: key === undefined ? undefined : Redacted.make(key)
    })
    if (Object.keys(identity).length > 0) return { path, identity }
  }
  return undefined
}

const unions = new WeakMap<TlsIdentity, WeakMap<TlsIdentity, TlsIdentity>>()

/**
 * The identity of a request to which two settings apply: members of `first` count before those of `second`, certificate
 * and key together. Equal arguments give the same object, by which connections are found.
 */
export const firstOf = (first: TlsIdentity | undefined, second: TlsIdentity | undefined): TlsIdentity | undefined => {
  if (first === undefined || second === undefined) return first ?? second
  let known = unions.get(first)
  if (known === undefined) unions.set(first, known = new WeakMap())
  let union = known.get(second)
  if (union === undefined) known.set(second, union = { ...second, ...first })
  return union
}
