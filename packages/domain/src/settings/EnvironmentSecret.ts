/** Secrets that the settings file takes from the environment: `{ "env": "NAME" }`. Contract: section 4. */
import { type MemberChange, withChanges } from "../decode/MemberChanges.ts"
import { pathText } from "../decode/MemberPath.ts"
import type { JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { environmentName } from "./KeyValueList.ts"
import { secretSlots, type SettingsKind } from "./SettingsDocument.ts"

/** The value of an environment variable, if it is set. */
export type Environment = (name: string) => string | undefined

/**
 * The document with the values of environment variables in the places that name them. Without an environment (in the
 * API) such a place is a fault, and so is a variable that is not set.
 */
export const resolveEnvironment = (
  kind: SettingsKind,
  document: JsonObject,
  environment: Environment | undefined,
  faults: Array<Fault>
): JsonObject => {
  const resolved: Array<MemberChange> = []
  for (const { path, value } of secretSlots(kind, document)) {
    const name = environmentName(value)
    if (name === undefined) continue
    const found = environment?.(name)
    // A missing variable is reported once: its name as the value prevents a second fault about the type.
    resolved.push({ path, change: () => found ?? name })
    if (found !== undefined) continue
    faults.push({
      path: pathText(path),
      message: environment === undefined
        ? "{ env } is for the settings file: give the value itself"
        : `the environment variable ${name} is not set`
    })
  }
  return withChanges(document, resolved) as JsonObject
}
