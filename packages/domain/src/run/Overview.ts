/** The current activity: the data of the console's overview. Not part of the contract. */
import { Schema } from "effect"
import { RunState } from "./ProcessEvent.ts"

/** The windows over which ended runs, failed steps and exhausted deliveries are counted. */
export const OverviewWindow = Schema.Literals(["10m", "1h", "24h"])
export type OverviewWindow = typeof OverviewWindow.Type

/** The runs submitted in an interval, by their current state. */
export const OverviewBucket = Schema.Struct({
  /** The start of the interval: ISO 8601, UTC. */
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
  /** The number of this partner's callouts among the newest that were examined. */
  callouts: Schema.Int,
  /** The number of these callouts that did not succeed. */
  failures: Schema.Int,
  /** The median duration in milliseconds; absent where there was no callout lately. */
  p50Ms: Schema.optionalKey(Schema.Number),
  p95Ms: Schema.optionalKey(Schema.Number),
  p99Ms: Schema.optionalKey(Schema.Number),
  breaker: Schema.Literals(["closed", "open", "half-open"]),
  /** The time since which the breaker is in its state; absent for a partner whose circuit never opened. */
  since: Schema.optionalKey(Schema.String),
  /** True if an operator paused the partner: nothing is sent to it. */
  paused: Schema.Boolean,
  /** Runs that are held for it. */
  waiting: Schema.Int
})
export type OverviewPartner = typeof OverviewPartner.Type

const Count = Schema.Struct({
  count: Schema.Int,
  /** True if there are more than `count`: counting stopped there. */
  more: Schema.Boolean,
  /** The id and creation time of the oldest one. */
  oldest: Schema.optionalKey(Schema.Struct({ id: Schema.String, since: Schema.String }))
})
export type OverviewCount = typeof Count.Type

export const Overview = Schema.Struct({
  /** The time of the query. */
  at: Schema.String,
  /** The start of the window: ended runs, failures and exhausted deliveries are counted from then on. */
  since: Schema.String,
  bucketMs: Schema.Int,
  /** Oldest first, without gaps. */
  buckets: Schema.Array(OverviewBucket),
  /** All open runs by state, and those that ended of the ones that were submitted since `since`. */
  runs: Schema.Record(RunState, Count),
  /** Failed runs that were submitted since `since` and still have to be dealt with. */
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
    /** Deliveries made since `since` that have used up their attempts. */
    exhausted: Count
  })
}).annotate({ identifier: "Overview" })
export type Overview = typeof Overview.Type
