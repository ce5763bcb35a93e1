/** Decodes the row of the overview's statement into the API's form. Pure. */
import { deliveryId, processEventId } from "@sluice/domain/identity/Ids"
import type { Overview, OverviewCount } from "@sluice/domain/run/Overview"
import { DateTime } from "effect"
import { mostCallouts, mostCounted, mostFailedRuns, mostRuns } from "./OverviewStatement.ts"

export interface OverviewRow {
  /** JSON. */
  readonly overview: string
}

interface Counted {
  readonly count: number
  readonly oldest: { readonly id: string; readonly since: string } | null
}

interface Answered {
  readonly runs: Readonly<Record<"queued" | "running" | "waiting" | "compensating", Counted>>
  readonly unsettled: Counted
  readonly buckets: ReadonlyArray<{
    readonly at: number
    readonly submitted: number
    readonly completed: number
    readonly failed: number
    readonly uncompensated: number
    readonly cancelled: number
  }>
  readonly plugins: ReadonlyArray<{ readonly name: string; readonly failures: number }>
  readonly partners: ReadonlyArray<{
    readonly host: string
    readonly callouts: number
    readonly failures: number
    readonly ms: readonly [p50: number, p95: number, p99: number] | null
    readonly breaker: "closed" | "open" | "half-open"
    readonly since: string | null
    readonly paused: boolean
    readonly waiting: number
  }>
  readonly deliveries: Readonly<Record<"pending" | "held" | "exhausted", Counted>>
}

const iso = (at: number | string): string => DateTime.formatIso(DateTime.makeUnsafe(at))

const counted = ({ count, oldest }: Counted, idOf: (uuid: string) => string): OverviewCount => ({
  count: Math.min(count, mostCounted),
  more: count > mostCounted,
  ...(oldest !== null && { oldest: { id: idOf(oldest.id), since: iso(oldest.since) } })
})

const ended = (count: number): OverviewCount => ({ count, more: false })

const run = (count: Counted) => counted(count, processEventId)
const delivery = (count: Counted) => counted(count, deliveryId)

/** The overview from `since`, the beginning of a bucket, to `at`; both in epoch milliseconds, as is a bucket's length. */
export const overviewView = (row: OverviewRow | undefined, since: number, at: number, bucketMs: number): Overview => {
  const { runs, unsettled, buckets, plugins, partners, deliveries } = JSON.parse(row?.overview ?? "{}") as Answered
  const byStart = new Map(buckets.map((bucket) => [bucket.at, bucket]))
  const starts = Array.from({ length: Math.floor((at - since) / bucketMs) + 1 }, (_, index) => since + index * bucketMs)
  const sum = (name: "submitted" | "completed" | "failed" | "uncompensated" | "cancelled") =>
    buckets.reduce((total, bucket) => total + bucket[name], 0)
  return {
    at: iso(at),
    since: iso(since),
    bucketMs,
    buckets: starts.map((start) => {
      const bucket = byStart.get(start)
      return {
        at: iso(start),
        submitted: bucket?.submitted ?? 0,
        completed: bucket?.completed ?? 0,
        failed: (bucket?.failed ?? 0) + (bucket?.uncompensated ?? 0)
      }
    }),
    runs: {
      queued: run(runs.queued),
      running: run(runs.running),
      waiting: run(runs.waiting),
      compensating: run(runs.compensating),
      completed: ended(sum("completed")),
      failed: ended(sum("failed")),
      cancelled: ended(sum("cancelled")),
      "compensation-failed": ended(sum("uncompensated"))
    },
    unsettled: { count: Math.min(unsettled.count, mostFailedRuns), more: unsettled.count > mostFailedRuns },
    ...(sum("submitted") >= mostRuns && { partial: true as const }),
    plugins,
    partners: partners.map(({ ms, since, ...partner }) => ({
      ...partner,
      ...(ms !== null && { p50Ms: ms[0], p95Ms: ms[1], p99Ms: ms[2] }),
      ...(since !== null && { since: iso(since) })
    })),
    calloutsSeen: mostCallouts,
    deliveries: {
      pending: delivery(deliveries.pending),
      held: delivery(deliveries.held),
      exhausted: delivery(deliveries.exhausted)
    }
  }
}
