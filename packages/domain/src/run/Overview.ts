/** The current activity: the data of the console's overview. Not part of the contract. */
import { Schema } from "effect"
import { RunState } from "./ProcessEvent.ts"

/** The windows over which ended runs, failed steps and exhausted deliveries are counted. */
export const OverviewWindow = Schema.Literals(["10m", "1h", "24h"])
export type OverviewWindow = typeof OverviewWindow.Type

/** The runs submitted in an interval, by their current state. */
export const OverviewBucket = Schema.Struct({
  /** The stretch's beginning. */
  at: Schema.String,
  submitted: Schema.Int,
  completed: Schema.Int,
  /** `failed` and `compensation-failed`. */
  failed: Schema.Int
})
export type OverviewBucket = typeof OverviewBucket.Type

/** The results of the newest callouts to a partner, and the state of its circuit breaker. */
export const OverviewPartner = Schema.Struct({
  /** The host as in a URL: lower case, with the port unless it is the scheme's default. */
  host: Schema.String,
  /** Callouts among the newest that were looked at. */
  callouts: Schema.Int,
  /** The number of these that did not succeed. */
  failures: Schema.Int,
  /** Milliseconds; absent where there was no callout lately. */
  p50Ms: Schema.optionalKey(Schema.Number),
  p95Ms: Schema.optionalKey(Schema.Number),
  p99Ms: Schema.optionalKey(Schema.Number),
  breaker: Schema.Literals(["closed", "open", "half-open"]),
  /** Since when the breaker is as it is; absent where the partner was never unwell. */
  since: Schema.optionalKey(Schema.String),
  /** Nothing is sent to it, because an operator paused it. */
  paused: Schema.Boolean,
  /** Runs that are held for it. */
  waiting: Schema.Int
})
export type OverviewPartner = typeof OverviewPartner.Type

const Count = Schema.Struct({
  count: Schema.Int,
  /** There are more: counting stopped. */
  more: Schema.Boolean,
  /** The oldest of them: its id and when it was made. */
  oldest: Schema.optionalKey(Schema.Struct({ id: Schema.String, since: Schema.String }))
})
export type OverviewCount = typeof Count.Type

export const Overview = Schema.Struct({
  /** The time of the query. */
  at: Schema.String,
  /** Since when what is counted over time was submitted. */
  since: Schema.String,
  bucketMs: Schema.Int,
  /** Oldest first, without gaps. */
  buckets: Schema.Array(OverviewBucket),
  /** All open runs by state, and those that ended of the ones that were submitted since `since`. */
  runs: Schema.Record(RunState, Count),
  /** Failed runs that were submitted since `since` and remain to be put right. */
  unsettled: Count,
  /** Present where more runs were submitted since `since` than are counted: then only the newest are. */
  partial: Schema.optionalKey(Schema.Literal(true)),
  /** Failed steps of runs that were submitted since `since`, by plugin, most first. */
  plugins: Schema.Array(Schema.Struct({ name: Schema.String, failures: Schema.Int })),
  /** The partners by host. */
  partners: Schema.Array(OverviewPartner),
  /** The largest number of newest callouts that `partners` is computed from. */
  calloutsSeen: Schema.Int,
  deliveries: Schema.Struct({
    pending: Count,
    held: Count,
    /** Made since `since`. */
    exhausted: Count
  })
}).annotate({ identifier: "Overview" })
export type Overview = typeof Overview.Type
