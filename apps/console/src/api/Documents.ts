/** The documents that the API answers with, under the names that the pages call them by. */
import type { Job as JobDocument, JobFilter as JobFilterDocument } from "@sluice/api/internal/runs/JobsApi"
import type { Answer } from "./Api.ts"

export type Order = Answer<"orders", "get">
export type ListedOrder = Answer<"orders", "list">["items"][number]
export type HistoryEntry = Answer<"orders", "history">["items"][number]
export type TimelineEntry = Answer<"orders", "timeline">["items"][number]
export type ProcessEvent = Answer<"processEvents", "get">
export type ProcessEventSummary = Answer<"processEvents", "list">["items"][number]
export type Step = ProcessEvent["steps"][number]
export type Callout = Step["callouts"][number]
export type RunState = ProcessEvent["state"]
export type Delivery = Answer<"deliveries", "get">
export type DeliverySummary = Answer<"deliveries", "list">["items"][number]
export type DeliveryState = Delivery["state"]
export type StoredSettings = Answer<"pipelines", "get">
export type Plugin = Answer<"plugins", "list">["items"][number]
export type Overview = Answer<"overview", "get">
export type OverviewPartner = Overview["partners"][number]
export type OverviewCount = Overview["deliveries"]["pending"]
export type Issue = Answer<"issues", "get">
export type Partner = Answer<"partners", "get">
export type JobSummary = Answer<"jobs", "list">["items"][number]
export type Job = typeof JobDocument.Type
export type JobFilter = typeof JobFilterDocument.Type

export type FinalRunState = Extract<RunState, "completed" | "failed" | "cancelled" | "compensation-failed">

export const finalStates: ReadonlyArray<FinalRunState> = ["completed", "failed", "cancelled", "compensation-failed"]
export const runStates: ReadonlyArray<RunState> = ["queued", "running", "waiting", "compensating", ...finalStates]
/** The outcomes of callouts that did not succeed. */
export const outcomes = [
  "rejected",
  "timed-out",
  "cancelled",
  "interrupted",
  "unreachable",
  "invalid-response"
] as const
export const deliveryStates: ReadonlyArray<DeliveryState> = [
  "pending",
  "delivered",
  "exhausted",
  "held",
  "filtered",
  "cancelled"
]

export const isFinal = (state: RunState): boolean => finalStates.some((one) => one === state)
