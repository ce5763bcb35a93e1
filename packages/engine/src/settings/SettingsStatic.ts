/**
 * Settings that do not change: a settings document given as a value, for services that keep theirs in code and for
 * tests. The shapes are those of the settings file, and so are the checks (contract section 4).
 */
import { byPriority } from "@sluice/domain/internal/pipeline/PipelineMatch"
import type { Json } from "@sluice/domain/json/Json"
import { type Fault, faultBelow } from "@sluice/domain/order/Order"
import { secretTexts } from "@sluice/domain/settings/SettingsDocument"
import { decodeSettingsFile, settingsIn } from "@sluice/domain/settings/SettingsFile"
import type { Outbound } from "@sluice/http-client/Outbound"
import { Effect, Layer, Result, Schema } from "effect"
import type { Expressions } from "../expressions/Expressions.ts"
import type { Plugins } from "../plugins/Plugins.ts"
import { PipelineCheck } from "../validation/PipelineCheck.ts"
import { SettingsCheck } from "../validation/SettingsCheck.ts"
import { Settings, type SettingsSnapshot } from "./Settings.ts"

/** The document cannot be used: every fault with its place, such as `pipelines[0].steps[1].name`. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

const make = Effect.fnUntraced(function*(document: Json, environment: (name: string) => string | undefined) {
  const { check } = yield* SettingsCheck
  const decoded = decodeSettingsFile(document, environment)
  if ("faults" in decoded) return yield* new SettingsInvalid({ faults: decoded.faults })
  const file = decoded.settings
  const settings: Pick<SettingsSnapshot, "pipelines" | "connectors"> = {
    pipelines: file.pipelines.map(({ pipeline }) => pipeline).toSorted(byPriority),
    connectors: file.connectors.map(({ id, connector }) => ({ id, connector }))
  }
  const placed = settingsIn(file)
  const faults: Array<Fault> = []
  for (const { document, id, kind, path } of placed) {
    const checked = yield* Effect.result(check(kind, id, document, { lenient: file.lenient, settings }))
    if (Result.isFailure(checked)) faults.push(...checked.failure.faults.map((fault) => faultBelow(path, fault)))
    else yield* Effect.forEach(checked.success.warnings, (warning) => Effect.logWarning(`${path}: ${warning}`))
  }
  if (faults.length > 0) return yield* new SettingsInvalid({ faults })
  const snapshot: SettingsSnapshot = {
    ...settings,
    authProviders: file.authProviders.map(({ authProvider }) => authProvider),
    secrets: [...new Set(placed.flatMap(({ document, kind }) => secretTexts(kind, document)))]
  }
  return Settings.of({
    current: () => snapshot,
    pipeline: (name, version) =>
      Effect.succeed(snapshot.pipelines.find((one) => one.name === name && one.version === version))
  })
})

/**
 * Settings from a document, instead of a database. Fails if a server would refuse the document, with all faults and
 * their paths: an unknown member, a missing plugin, an expression that cannot be read, an address that the guard
 * refuses. `environment` gives the values of `{ "env": "NAME" }`.
 */
export const layer = (
  document: Json,
  environment: (name: string) => string | undefined = () => undefined
): Layer.Layer<Settings, SettingsInvalid, Plugins | Outbound | Expressions> =>
  Layer.effect(Settings, make(document, environment)).pipe(
    Layer.provide(SettingsCheck.layer),
    Layer.provide(PipelineCheck.layer)
  )
