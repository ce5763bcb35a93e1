/**
 * `SLUICE_CONFIG`: a settings file, applied at start. Upserts, deletes nothing; equal content makes no new version.
 * Contract: sections 2 and 4. A fault stops the start before anything is written, and names the file and the path in it.
 */
import { type JsonObject, parse } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { decodeSettingsFile, type SettingsFile } from "@sluice/domain/settings/SettingsFile"
import { Effect, FileSystem, Result, Schema } from "effect"
import type { Environment } from "../config/ServerConfig.ts"
import { locate } from "../wire/JsonFault.ts"
import { SettingsWriting, type WrittenKind } from "./SettingsWriting.ts"

/** The file cannot be applied. One line: file, path, mend. */
export class SettingsFileInvalid extends Schema.TaggedError<SettingsFileInvalid>()("SettingsFileInvalid", {
  message: Schema.String
}) {}

interface Planned {
  readonly path: string
  readonly kind: WrittenKind
  readonly id: string
  readonly document: JsonObject
}

/** The settings in the order of writing: referenced ones first. */
const plan = ({ authProviders, connectors, pipelines, webhookEndpoints }: SettingsFile): ReadonlyArray<Planned> => [
  ...authProviders.map(({ authProvider, document }, index) => ({
    path: `authProviders[${index}]`,
    kind: "authProvider" as const,
    id: authProvider.name,
    document
  })),
  ...connectors.map(({ id, document }, index) => ({
    path: `connectors[${index}]`,
    kind: "connector" as const,
    id,
    document
  })),
  ...pipelines.map(({ pipeline, document }, index) => ({
    path: `pipelines[${index}]`,
    kind: "pipeline" as const,
    id: pipeline.name,
    document
  })),
  ...webhookEndpoints.map(({ endpoint, document }, index) => ({
    path: `webhookEndpoints[${index}]`,
    kind: "webhookEndpoint" as const,
    id: endpoint.id,
    document
  }))
]

const invalid = (file: string, faults: ReadonlyArray<Fault>) =>
  new SettingsFileInvalid({
    message: `SLUICE_CONFIG ${file}: ${faults.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}`
  })

const below = (path: string, fault: Fault): Fault => ({
  path: fault.path === "" ? path : `${path}.${fault.path}`,
  message: fault.message
})

/** A settings file that was read, and not applied yet. */
export interface ReadFile {
  readonly file: string
  readonly settings: SettingsFile
}

/** Reads the file; needs nothing but the file system. */
export const read = Effect.fnUntraced(function*(file: string, environment: Environment) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(file),
    ({ message }) =>
      new SettingsFileInvalid({
        message: `SLUICE_CONFIG ${file} cannot be read: ${message}: correct the path, or unset it`
      })
  )
  const json = yield* Effect.try({
    try: () => parse(text),
    catch: (error) => invalid(file, [{ path: "", message: `is not JSON: ${locate(text) ?? String(error)}` }])
  })
  const decoded = decodeSettingsFile(json, (name) => environment[name])
  return "faults" in decoded
    ? yield* invalid(file, decoded.faults)
    : { file, settings: decoded.settings } satisfies ReadFile
})

/** Applies the file. Answers how many settings were new or changed. */
export const apply = Effect.fnUntraced(function*({ file, settings }: ReadFile) {
  const writing = yield* SettingsWriting
  const planned = plan(settings)
  const faults: Array<Fault> = []
  const checked = yield* Effect.forEach(
    planned,
    ({ path, kind, id, document }) =>
      Effect.map(Effect.result(writing.check(kind, id, document)), (result) => {
        if (Result.isSuccess(result)) return [{ path, kind, id, setting: result.success }]
        faults.push(...result.failure.faults.map((fault) => below(path, fault)))
        return []
      })
  )
  if (faults.length > 0) return yield* invalid(file, faults)

  let changed = 0
  for (const { path, kind, id, setting } of checked.flat()) {
    const written = yield* writing.write(kind, id, setting).pipe(
      Effect.catchTags({
        SecretNotStored: ({ paths }) =>
          Effect.fail(
            invalid(file, [{ path, message: `has [redacted] at ${paths.join(", ")}, and nothing stored to keep` }])
          ),
        EncryptionKeyMissing: ({ message }) => Effect.fail(invalid(file, [{ path, message }])),
        SecretUnreadable: ({ message }) => Effect.fail(invalid(file, [{ path, message }])),
        JournalUnavailable: ({ message }) => Effect.fail(invalid(file, [{ path, message }])),
        // No precondition was given.
        SettingVersionMismatch: Effect.die
      })
    )
    for (const warning of written.warnings) yield* Effect.logWarning(`SLUICE_CONFIG ${file}: ${path}: ${warning}`)
    if (written.changed) changed++
  }
  yield* Effect.logInfo(`SLUICE_CONFIG ${file}: ${planned.length} settings, ${changed} of them new or changed`)
  return changed
})
