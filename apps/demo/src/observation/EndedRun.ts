/** An order of the demo that has ended: Sluice's records of it, and the partners'. */
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
  /** The webhook deliveries of the order, by sequence. */
  readonly deliveries: ReadonlyArray<DeliveryView>
  /** The same deliveries in the receivers' log. */
  readonly heard: ReadonlyArray<SeenRequest>
  /** Each partner's origin, by name. */
  readonly partners: Readonly<Record<string, string>>
}
