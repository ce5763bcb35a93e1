/**
 * `SLUICE_CONFIG`: a settings file, applied at start. Upserts, deletes nothing; equal content makes no new version.
 * Contract: sections 2 and 4. A fault stops the start before anything is written, and names the file and the path in it.
 */
import { type Act, CurrentAct, settingsFile } from "@sluice/domain/access/Act"
import { unknownFault } from "@sluice/domain/internal/decode/UnknownMembers"
import { decodeFile } from "@sluice/domain/internal/json/Utf8"
import { parse } from "@sluice/domain/json/Json"
import { type Fault, faultBelow, faultText } from "@sluice/domain/order/Order"
import {
  decodeSettingsFile,
  type PlacedSetting,
  settingsAtFault,
  type SettingsFile,
  settingsIn
} from "@sluice/domain/settings/SettingsFile"
import { withFile } from "@sluice/engine/internal/validation/CheckContext"
import { AuditLog } from "@sluice/persistence/internal/access/AuditLog"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Effect, FileSystem, Schema } from "effect"
import type { Environment } from "../config/ServerConfig.ts"
import { locate } from "../wire/JsonFault.ts"
import { type Checking, SettingsWriting, type WrittenKind } from "./SettingsWriting.ts"

/** The file cannot be applied. The message is one line with the file, the path in it, and how to mend it. */
export class SettingsFileInvalid extends Schema.TaggedError<SettingsFileInvalid>()("SettingsFileInvalid", {
  message: Schema.String
}) {}

const invalid = (file: string, faults: ReadonlyArray<Fault>) =>
  new SettingsFileInvalid({
    message: `SLUICE_CONFIG ${file}: ${faults.map(faultText).join("; ")}`
  })

/** A settings file that was read and is not applied yet. */
export interface ReadFile {
  readonly file: string
  readonly settings: SettingsFile
}

/** A settings file that was read and is refused; the audit is to record it before the start ends. */
export interface RefusedFile {
  readonly file: string
  readonly faults: ReadonlyArray<Fault>
  /** The settings that have faults. */
  readonly refused: ReadonlyArray<SettingName>
}

type SettingName = Pick<PlacedSetting, "kind" | "id">

/**
 * Reads the file; needs nothing but the file system. Fails if the file is no settings file. `hasDatabase`: there is a
 * database that can record what is refused, and a file with faults is answered as one; without it, that fails too.
 */
export const read = Effect.fnUntraced(function*(file: string, environment: Environment, hasDatabase: boolean) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(
    fs.readFile(file),
    ({ message }) =>
      new SettingsFileInvalid({
        message: `SLUICE_CONFIG ${file} cannot be read: ${message}: correct the path, or unset it`
      })
  )
  const text = decodeFile(bytes)
  if (text === undefined) return yield* invalid(file, [{ path: "", message: "is not UTF-8: save it in UTF-8" }])
  const json = yield* Effect.try({
    try: () => parse(text),
    catch: (error) => invalid(file, [{ path: "", message: `is not JSON: ${locate(text) ?? String(error)}` }])
  })
  const decoded = decodeSettingsFile(json, (name) => environment[name])
  if (!("faults" in decoded)) return { file, settings: decoded.settings } satisfies ReadFile
  const { faults } = decoded
  return hasDatabase
    ? { file, faults, refused: settingsAtFault(json, faults) } satisfies RefusedFile
    : yield* invalid(file, faults)
})

/** As the API names each kind, in its actions and in its paths. */
const names = {
  pipeline: ["pipeline", "pipelines"],
  connector: ["connector", "connectors"],
  authProvider: ["auth_provider", "auth-providers"],
  webhookEndpoint: ["webhook_endpoint", "webhook-endpoints"]
} as const satisfies Record<WrittenKind, readonly [noun: string, path: string]>

const actOf = (kind: WrittenKind, id: string): Act => {
  const [noun, path] = names[kind]
  return {
    actor: settingsFile,
    roles: [],
    action: `${noun}.put`,
    resource: `/v1/${path}/${encodeURIComponent(id)}`,
    remoteAddress: null
  }
}

/** The time that the end of the start waits for the record of its reason. */
const patience = "5 seconds"

/** Records the settings for which the file is refused, and fails with its faults. */
const refuse = Effect.fnUntraced(function*({ faults, file, refused }: RefusedFile) {
  const audit = yield* AuditLog
  yield* Effect.forEach(refused, ({ id, kind }) => audit.refused(actOf(kind, id), 400), { discard: true }).pipe(
    Effect.timeout(patience),
    Effect.ignore({ log: "Warn", message: "the audit lacks a refused settings file" })
  )
  return yield* invalid(file, faults)
})

/** Applies the file; returns the number of settings that were new or changed. */
export const apply = Effect.fnUntraced(function*(read: ReadFile | RefusedFile) {
  if ("refused" in read) return yield* refuse(read)
  const { file, settings } = read
  const writing = yield* SettingsWriting
  const live = yield* SettingsLive
  const placed = settingsIn(settings)
  // Connectors of the same file count as there already.
  const checking: Checking = {
    lenient: settings.lenient,
    settings: withFile(live.current(), {
      connectors: settings.connectors,
      pipelines: settings.pipelines.map(({ pipeline }) => pipeline)
    })
  }
  const faults: Array<Fault> = []
  const refused: Array<SettingName> = []
  const checked = yield* Effect.forEach(
    placed,
    ({ path, kind, id, document }) =>
      writing.check(kind, id, document, checking).pipe(
        Effect.map((setting) => [{ path, kind, id, setting }]),
        Effect.catchTags({
          SettingInvalid: (error) => {
            faults.push(...error.faults.map((fault) => faultBelow(path, fault)))
            refused.push({ kind, id })
            return Effect.succeed([])
          },
          JournalUnavailable: ({ message }) => Effect.fail(invalid(file, [{ path, message }]))
        })
      )
  )
  if (faults.length > 0) return yield* refuse({ file, faults, refused })
  for (const member of settings.unknown) {
    yield* Effect.logWarning(`SLUICE_CONFIG ${file}: ${unknownFault(member).message}`)
  }

  let changed = 0
  for (const { path, kind, id, setting } of checked.flat()) {
    const written = yield* writing.write(kind, id, setting).pipe(
      Effect.provideService(CurrentAct, actOf(kind, id)),
      Effect.catchTags({
        SecretNotKept: (error) =>
          refuse({ file, faults: error.faults.map((fault) => faultBelow(path, fault)), refused: [{ kind, id }] }),
        EncryptionKeyMissing: ({ message }) => Effect.fail(invalid(file, [{ path, message }])),
        JournalUnavailable: ({ message }) => Effect.fail(invalid(file, [{ path, message }])),
        // No precondition was given.
        SettingVersionMismatch: Effect.die
      })
    )
    for (const warning of written.warnings) yield* Effect.logWarning(`SLUICE_CONFIG ${file}: ${path}: ${warning}`)
    if (written.changed) changed++
  }
  yield* Effect.logInfo(`SLUICE_CONFIG ${file}: ${placed.length} settings, ${changed} of them new or changed`)
  return changed
})
