/** An order of the demo at its end: what Sluice says about it, and what the partners say. */
import type { HistoryEntry } from "@sluice/domain/History"
import type { ProcessEvent } from "@sluice/domain/ProcessEvent"
import type { Schema } from "effect"
import type { SeenRequest } from "./PartnerLog.ts"
import type { Scenario } from "./Scenario.ts"

export interface Ended {
  readonly scenario: Scenario
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly processEvent: ProcessEvent
  readonly history: ReadonlyArray<HistoryEntry>
  readonly seen: ReadonlyArray<SeenRequest>
  /** Each partner's origin, by name. */
  readonly partners: Readonly<Record<string, string>>
}
