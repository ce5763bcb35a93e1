/**
 * Credentials, header values and addresses that no HTTP request can carry: refused when a setting is saved, since every
 * request with them would fail. Contract: section 4.
 */
import { expressionIn } from "../decode/Marks.ts"
import { pathText } from "../decode/MemberPath.ts"
import { parseHttpUrl } from "../decode/Url.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { redacted } from "../redaction/Redaction.ts"
import { addressesIn } from "../settings/SecretAddress.ts"
import { memberAt, secretSlots } from "../settings/SettingsDocument.ts"
import type { SettingsKind } from "../settings/SettingsKind.ts"

/** RFC 9110, section 5.5: tabs, visible ASCII, blanks, and what is above ASCII in one byte. */
const uncarriedInHeader = /[^\t\x20-\x7e\x80-\xff]/

/** C0 and DEL. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\0-\x1f\x7f]/
const holdsControl = (text: string): boolean => control.test(text)

const headerMessage = "holds a character that no header can carry (a control character, a line break, or one above "
  + "U+00FF): take it out"
const controlMessage = "holds a control character or a line break, which Basic authentication cannot carry: take it out"

/** Tokens travel in a header. */
const tokenNames: ReadonlySet<unknown> = new Set(["bearerToken", "token"])

const secretMessage = (name: string | number | undefined, header: boolean, value: string): string | undefined => {
  if (header) return uncarriedInHeader.test(value) ? headerMessage : undefined
  if (tokenNames.has(name)) {
    if (value.trim() === "") return "is empty: give the token, or leave the member out"
    return uncarriedInHeader.test(value) ? headerMessage : undefined
  }
  return name === "password" && holdsControl(value) ? controlMessage : undefined
}

const userMessage = (name: Json | undefined): string | undefined => {
  if (typeof name !== "string") return undefined
  if (name.includes(":")) return "must not hold a colon, where Basic authentication ends the name: take it out"
  return holdsControl(name) ? controlMessage : undefined
}

const user = (document: Json | undefined, path: string): ReadonlyArray<Fault> => {
  const message = isObject(document) ? userMessage(document.username) : undefined
  return message === undefined ? [] : [{ path, message }]
}

/** `[redacted]` and expressions stand for values that are not known here. */
const isKnown = (value: Json): value is string =>
  typeof value === "string" && value !== redacted && expressionIn(value) === undefined

const addressFaults = (kind: SettingsKind, document: JsonObject): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (const { path, text } of addressesIn(kind, document)) {
    // The parser is slow for long texts, and knows no user where there is no @.
    const url = text.includes("@") ? parseHttpUrl(text) : undefined
    if (url === undefined || url.username + url.password === "") continue
    faults.push({
      path: pathText(path),
      message: "must not hold a user or password: take them out, and give them as credentials (a connector's, "
        + "an auth provider's, or a header)"
    })
  }
  return faults
}

const secretFaults = (kind: SettingsKind, document: JsonObject): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (const { header, path, query, value } of secretSlots(kind, document)) {
    if (query !== undefined || !isKnown(value)) continue
    // Members of a plugin's options are judged by the plugin, even if they are called a token.
    if (kind === "pipeline" && header !== true) continue
    const message = secretMessage(path.at(-1), header === true, value)
    if (message !== undefined) faults.push({ path: pathText(path), message })
  }
  return faults
}

/** The faults of a setting in its stored form, secrets in clear. A message never repeats a value. */
export const unsendable = (kind: SettingsKind, document: JsonObject): ReadonlyArray<Fault> => [
  ...addressFaults(kind, document),
  ...secretFaults(kind, document),
  ...(kind === "pipeline" ? [] : user(document, "username")),
  ...(kind === "webhookEndpoint" ? user(memberAt(document, ["auth"]), "auth.username") : [])
]
