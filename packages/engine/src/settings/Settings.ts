/**
 * Port: the settings in force. A run keeps the pipeline version that it started with; connectors, credentials and
 * secrets are those of the moment. Contract: section 4.
 */
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { PartnerLimits } from "@sluice/http-client/internal/PartnerTurns"
import { Context, type Effect } from "effect"
import type { JournalUnavailable } from "../journal/Journal.ts"

/** One consistent view of all settings. */
export interface SettingsSnapshot {
  /** The newest version of each, highest priority first, then by name. */
  readonly pipelines: ReadonlyArray<Pipeline>
  readonly connectors: ReadonlyArray<AddressedConnector>
  readonly authProviders: ReadonlyArray<AuthProvider>
  /** The limits on partners, by host. */
  readonly partners?: ReadonlyMap<string, PartnerLimits>
  /** The names of the pipelines that an operator has paused: their runs are taken in, and none is started. */
  readonly paused?: ReadonlySet<string>
  /** Every configured secret of 8 or more characters, which reads `[redacted]` wherever it occurs. */
  readonly secrets: ReadonlyArray<string>
}

export class Settings extends Context.Service<Settings, {
  /** Synchronous: the snapshot is kept in memory and replaced within a second of a change. */
  readonly current: () => SettingsSnapshot
  /** A pipeline at a version; `undefined` where there never was one. */
  readonly pipeline: (name: string, version: number) => Effect.Effect<Pipeline | undefined, JournalUnavailable>
}>()("@sluice/engine/Settings") {}
