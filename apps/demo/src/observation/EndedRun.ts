/** An order of the demo at its end: what Sluice says about it, and what the partners say. */
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import type { DeliveryView } from "@sluice/domain/webhook/Delivery"
import type { Schema } from "effect"
import type { Scenario } from "../scenario/Scenario.ts"
import type { SeenRequest } from "./PartnerLog.ts"

export interface EndedRun {
  readonly scenario: Scenario
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly processEvent: ProcessEvent
  readonly history: ReadonlyArray<HistoryEntry>
  readonly seen: ReadonlyArray<SeenRequest>
  /** The deliveries that tell of it, in their sequence. */
  readonly deliveries: ReadonlyArray<DeliveryView>
  /** The same as their receivers saw them. */
  readonly heard: ReadonlyArray<SeenRequest>
  /** Each partner's origin, by name. */
  readonly partners: Readonly<Record<string, string>>
}
