/**
 * `SLUICE_CONFIG`: a settings file, applied at start. Upserts, deletes nothing; equal content makes no new version.
 * Contract: sections 2 and 4. A fault stops the start and names the file and the path in it.
 */
import { isObject, type Json, type JsonObject, parse } from "@sluice/domain/Json"
import type { Fault } from "@sluice/domain/Order"
import { Effect, FileSystem, Result, Schema } from "effect"
import { locate } from "./http/JsonFault.ts"
import type { Environment } from "./ServerConfig.ts"
import { SettingsWriting, type WrittenKind } from "./SettingsWriting.ts"

/** The file cannot be applied. One line: file, path, mend. */
export class SettingsFileInvalid extends Schema.TaggedError<SettingsFileInvalid>()("SettingsFileInvalid", {
  message: Schema.String
}) {}

/** The lists of the file, in the order in which they are applied: what is referred to comes first. */
const lists = [
  ["authProviders", "authProvider"],
  ["connectors", "connector"],
  ["pipelines", "pipeline"]
] as const satisfies ReadonlyArray<readonly [string, WrittenKind]>

/** Read by a later release: kept out of the way. */
const ignored: ReadonlySet<string> = new Set(["webhookEndpoints", "$schema"])

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** The member under its camelCase name, whatever the case of its first letter. */
const member = (document: JsonObject, name: string): Json | undefined =>
  Object.entries(document).find(([key]) => lowerFirst(key) === name)?.[1]

/** What addresses a document of the file: its name; a connector's id, else its name. */
const idOf = (kind: WrittenKind, document: JsonObject): string | undefined => {
  const names = kind === "connector" ? ["id", "connectorId", "name"] : ["name"]
  return names.map((name) => member(document, name)).find((id) => typeof id === "string" && id !== "") as
    | string
    | undefined
}

interface Planned {
  readonly path: string
  readonly kind: WrittenKind
  readonly id: string
  readonly document: JsonObject
}

/** What is to be written, or what is wrong with the file as a whole. */
export const plan = (
  file: Json
): ReadonlyArray<Planned> | { readonly faults: ReadonlyArray<Fault> } => {
  if (!isObject(file)) {
    return { faults: [{ path: "", message: "must be a JSON object with pipelines, connectors, authProviders" }] }
  }
  const faults: Array<Fault> = []
  for (const key of Object.keys(file)) {
    if (!ignored.has(lowerFirst(key)) && !lists.some(([name]) => name === lowerFirst(key))) {
      faults.push({ path: key, message: "is unknown: write pipelines, connectors, authProviders, webhookEndpoints" })
    }
  }
  const planned = lists.flatMap(([name, kind]) => {
    const documents = member(file, name) ?? []
    if (!Array.isArray(documents)) {
      faults.push({ path: name, message: "must be a list" })
      return []
    }
    return documents.flatMap((document: Json, index): ReadonlyArray<Planned> => {
      const path = `${name}[${index}]`
      const id = isObject(document) ? idOf(kind, document) : undefined
      if (isObject(document) && id !== undefined) return [{ path, kind, id, document }]
      faults.push({ path, message: isObject(document) ? "has no name: give it one" : "must be an object" })
      return []
    })
  })
  const seen = new Map<string, string>()
  for (const { path, kind, id } of planned) {
    const before = seen.get(`${kind} ${id}`)
    if (before !== undefined) faults.push({ path, message: `has the name of ${before}: give it another` })
    seen.set(`${kind} ${id}`, path)
  }
  return faults.length > 0 ? { faults } : planned
}

const invalid = (file: string, faults: ReadonlyArray<Fault>) =>
  new SettingsFileInvalid({
    message: `SLUICE_CONFIG ${file}: ${faults.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}`
  })

const below = (path: string, fault: Fault): Fault => ({
  path: fault.path === "" ? path : `${path}.${fault.path}`,
  message: fault.message
})

/** Applies the file. Answers how many documents were new or changed. */
export const apply = Effect.fnUntraced(function*(file: string, environment: Environment) {
  const fs = yield* FileSystem.FileSystem
  const writing = yield* SettingsWriting
  const text = yield* Effect.mapError(
    fs.readFileString(file),
    ({ message }) =>
      new SettingsFileInvalid({
        message: `SLUICE_CONFIG ${file} cannot be read: ${message}: correct the path, or unset it`
      })
  )
  const json = yield* Effect.try({
    try: () => parse(text),
    catch: (error) => invalid(file, [{ path: "", message: `is not JSON: ${locate(text) ?? (error as Error).message}` }])
  })
  const planned = plan(json)
  if ("faults" in planned) return yield* invalid(file, planned.faults)
  // All of it is checked before any of it is written.
  const results = yield* Effect.forEach(
    planned,
    ({ kind, id, document }) => Effect.result(writing.check(kind, id, document, (name) => environment[name]))
  )
  const faults = results.flatMap((result, index) =>
    Result.isSuccess(result) ? [] : result.failure.faults.map((fault) => below(planned[index]?.path ?? "", fault))
  )
  if (faults.length > 0) return yield* invalid(file, faults)

  let changed = 0
  for (const [index, { path, kind, id }] of planned.entries()) {
    const result = results[index]
    if (result === undefined || Result.isFailure(result)) continue
    const written = yield* writing.write(kind, id, result.success).pipe(
      Effect.catchTag(
        "SecretNotStored",
        ({ paths }) =>
          Effect.fail(
            invalid(file, [{ path, message: `has [redacted] at ${paths.join(", ")}, and nothing stored to keep` }])
          )
      ),
      Effect.catchTag(
        ["EncryptionKeyMissing", "SecretUnreadable", "JournalUnavailable"],
        ({ message }) => Effect.fail(invalid(file, [{ path, message: `cannot be stored: ${message}` }]))
      ),
      // No precondition was given.
      Effect.catchTag("SettingVersionMismatch", Effect.die)
    )
    for (const warning of written.warnings) yield* Effect.logWarning(`SLUICE_CONFIG ${file}: ${path}: ${warning}`)
    if (written.changed) changed++
  }
  if (member(json as JsonObject, "webhookEndpoints") !== undefined) {
    yield* Effect.logWarning(`SLUICE_CONFIG ${file}: webhookEndpoints are not known to this release and are left alone`)
  }
  yield* Effect.logInfo(`SLUICE_CONFIG ${file}: ${planned.length} settings, ${changed} of them new or changed`)
  return changed
})
