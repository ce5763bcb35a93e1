/**
 * The addresses to which a setting sends its secrets: a stored secret stays with those that it was stored for.
 * Contract: section 4.
 *
 * | secret in | addresses |
 * | --- | --- |
 * | connector | `host`, `allowedHosts` |
 * | auth provider | `domain`, `tokenUrl` |
 * | webhook endpoint | `url`; in `auth` also `auth.tokenUrl` |
 * | `compensate`, `probe` | their `endpoint` |
 * | any other part of a step | the addresses among its members and options, its property `Host`, else its connector |
 */
import type { MemberPath } from "../decode/MemberPath.ts"
import { originOf } from "../decode/Url.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { domainText } from "../pipeline/Domain.ts"
import type { SettingsKind } from "./SettingsKind.ts"

/** Members of a step or of its options whose value is always an address. */
const addressMembers: ReadonlySet<string> = new Set(["endpoint", "host", "baseUrl", "instanceUrl", "url", "tokenUrl"])

const steps: ReadonlySet<unknown> = new Set(["steps", "postProcessing"])
const sides: ReadonlyArray<string> = ["compensate", "probe"]

/** The path of the part of the document that has addresses of its own: the document, a step, a side callout. */
export const unitOf = (kind: SettingsKind, path: MemberPath): MemberPath =>
  kind !== "pipeline" || !steps.has(path[0]) || typeof path[1] !== "number"
    ? []
    : path.slice(0, sides.includes(String(path[2])) ? 3 : 2)

/** The origin of a URL; any other text (an expression) as it is. */
const addressOf = (text: string): string => originOf(text) ?? text.trim()

const strings = (...values: ReadonlyArray<Json | undefined>): ReadonlyArray<string> =>
  values.flatMap((value) =>
    typeof value === "string"
      ? [value]
      : Array.isArray(value)
      ? value.filter((item: Json) => typeof item === "string")
      : []
  )

/** An address in a setting, with its path. */
export interface PlacedAddress {
  readonly path: MemberPath
  readonly text: string
}

const addressesAmong = (members: Json | undefined, path: MemberPath): ReadonlyArray<PlacedAddress> => {
  const found: Array<PlacedAddress> = []
  if (members === undefined || !isObject(members)) return found
  for (const name of Object.keys(members)) {
    const text = members[name]
    if (typeof text === "string" && (addressMembers.has(name) || /^\s*https?:\/\//i.test(text))) {
      found.push({ path: [...path, name], text })
    }
  }
  return found
}

const hostProperties = ({ properties }: JsonObject, path: MemberPath): ReadonlyArray<PlacedAddress> => {
  const found: Array<PlacedAddress> = []
  for (const [index, property] of list(properties).entries()) {
    if (!isObject(property)) continue
    const { key, keyGroup, value } = property
    const isHost = typeof key === "string" && key.toLowerCase() === "host" && (keyGroup ?? "") === ""
    if (isHost && typeof value === "string") found.push({ path: [...path, "properties", index, "value"], text: value })
  }
  return found
}

/** The addresses of a step or a side callout at `path`. */
const addressesOfStep = (step: JsonObject, path: MemberPath): ReadonlyArray<PlacedAddress> => [
  ...addressesAmong(step, path),
  ...addressesAmong(step.options, [...path, "options"]),
  ...hostProperties(step, path)
]

/** A workflow step without a `Host` sends to the host that its connector has at the time. */
const connectorOf = ({ connector, connectorId, properties }: JsonObject): ReadonlyArray<string> =>
  connector === undefined && connectorId === undefined && properties === undefined
    ? []
    : [`connector ${strings(connectorId)[0] || strings(connector)[0] || "Webhook"}`]

const ofStep = (step: JsonObject): ReadonlyArray<string> => {
  const own = addressesOfStep(step, [])
  return own.length > 0 ? own.map(({ text }) => text) : connectorOf(step)
}

/**
 * The addresses to which a secret is sent. `unit`: the document, the step or the side callout that holds it
 * ({@link unitOf}); `inside`: the path of the secret in it.
 */
export const origins = (kind: SettingsKind, unit: Json, inside: MemberPath): ReadonlyArray<string> => {
  if (!isObject(unit)) return []
  switch (kind) {
    case "connector":
      return [...new Set(strings(unit.host, unit.allowedHosts).map(addressOf))]
    case "authProvider":
      return [...strings(unit.domain).map(domainText), ...strings(unit.tokenUrl).map(addressOf)]
    case "webhookEndpoint":
      return strings(
        unit.url,
        inside[0] === "auth" && isObject(unit.auth) ? unit.auth.tokenUrl : undefined
      ).map(addressOf)
    case "pipeline":
      return [...new Set(ofStep(unit).map(addressOf))]
  }
}

const list = (value: Json | undefined): ReadonlyArray<Json> => Array.isArray(value) ? value : []

/** Every address in a setting that a request may go to. */
export const addressesIn = (kind: SettingsKind, document: JsonObject): ReadonlyArray<PlacedAddress> => {
  if (kind !== "pipeline") {
    return [...addressesAmong(document, []), ...addressesAmong(document.auth, ["auth"])]
  }
  return ["steps", "postProcessing"].flatMap((phase) =>
    list(document[phase]).flatMap((step, index) =>
      isObject(step)
        ? [
          ...addressesOfStep(step, [phase, index]),
          ...sides.flatMap((side) => addressesAmong(step[side], [phase, index, side]))
        ]
        : []
    )
  )
}
