/**
 * Settings that do not change: a settings document given as a value, for services that keep theirs in code and for
 * tests. The shapes are those of the settings file (contract section 4).
 */
import { byPriority } from "@sluice/domain/internal/pipeline/PipelineMatch"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Json } from "@sluice/domain/json/Json"
import { shortestSecret } from "@sluice/domain/redaction/Redaction"
import { secretSlots, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { decodeSettingsFile } from "@sluice/domain/settings/SettingsFile"
import { Effect, Layer, Schema } from "effect"
import { Settings, type SettingsSnapshot } from "./Settings.ts"

/** The document cannot be read: every fault with its place, such as `pipelines[0].steps[1].name`. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

const secretsIn = (kind: SettingsKind, documents: ReadonlyArray<JsonObject>): ReadonlyArray<string> =>
  documents.flatMap((document) =>
    secretSlots(kind, document).flatMap(({ secret, value }) =>
      secret && typeof value === "string" && value.length >= shortestSecret ? [value] : []
    )
  )

/** `environment` gives the values of `{ "env": "NAME" }`. */
export const layer = (
  document: Json,
  environment: (name: string) => string | undefined = () => undefined
): Layer.Layer<Settings, SettingsInvalid> =>
  Layer.effect(
    Settings,
    Effect.gen(function*() {
      const decoded = decodeSettingsFile(document, environment)
      if ("faults" in decoded) return yield* new SettingsInvalid({ faults: decoded.faults })
      const { pipelines, connectors, authProviders } = decoded.settings
      const snapshot: SettingsSnapshot = {
        pipelines: pipelines.map(({ pipeline }) => pipeline).toSorted(byPriority),
        connectors: connectors.map(({ id, connector }) => ({ id, connector })),
        authProviders: authProviders.map(({ authProvider }) => authProvider),
        secrets: [
          ...secretsIn("pipeline", pipelines.map(({ document }) => document)),
          ...secretsIn("connector", connectors.map(({ document }) => document)),
          ...secretsIn("authProvider", authProviders.map(({ document }) => document))
        ]
      }
      return Settings.of({
        current: () => snapshot,
        pipeline: (name, version) =>
          Effect.succeed(snapshot.pipelines.find((one) => one.name === name && one.version === version))
      })
    })
  )
