/** Combines the answers of several cells about one resource. Contract: section 11. Pure. */
import type { PartnerView } from "@sluice/api/internal/operations/PartnersApi"
import type { JobItem, JobSummary } from "@sluice/api/internal/runs/JobsApi"
import type { Overview, OverviewBucket, OverviewCount } from "@sluice/domain/run/Overview"
import type { Replay } from "@sluice/persistence/internal/deliveries/Replays"

/** A job as a list shows it, or alone with its problems. */
export type Job = typeof JobSummary.Type & { readonly problems?: ReadonlyArray<typeof JobItem.Type> }

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

const given = <A>(values: ReadonlyArray<A | undefined>): ReadonlyArray<A> =>
  values.filter((value) => value !== undefined)

const earliest = (times: ReadonlyArray<string | undefined>): string | undefined => given(times).toSorted()[0]
const latest = (times: ReadonlyArray<string | undefined>): string | undefined => given(times).toSorted().at(-1)

const member = <Name extends string, A>(name: Name, value: A | undefined): { readonly [N in Name]?: A } =>
  value === undefined ? {} : { [name]: value } as { readonly [N in Name]?: A }

const ended: ReadonlySet<string> = new Set(["completed", "cancelled"])

/** The state of a job or replay from the states of its parts in the cells. */
export const stateOfParts = <State extends string>(states: ReadonlyArray<State>): State | "running" => {
  const [first = "running", ...others] = states
  if (others.every((state) => state === first)) return first
  if (!states.every((state) => ended.has(state))) return "running"
  return states.find((state) => state === "cancelled") ?? first
}

/** Problems that are shown with a job. */
const shownProblems = 20

export const combineJobs = (jobs: ReadonlyArray<Job>): Job => {
  const [first] = jobs as readonly [Job]
  const { finishedAt: _finished, startedAt: _started, total: _total, ...rest } = first
  const state = stateOfParts(jobs.map((job) => job.state)) as Job["state"]
  const totals = given(jobs.map(({ total }) => total))
  const problems = jobs.flatMap((job) => job.problems ?? []).slice(0, shownProblems)
  return {
    ...rest,
    state,
    ...(totals.length === jobs.length && { total: sum(totals) }),
    done: sum(jobs.map(({ done }) => done)),
    failed: sum(jobs.map(({ failed }) => failed)),
    skipped: sum(jobs.map(({ skipped }) => skipped)),
    createdAt: earliest(jobs.map(({ createdAt }) => createdAt)) ?? first.createdAt,
    ...member("startedAt", earliest(jobs.map(({ startedAt }) => startedAt))),
    ...(ended.has(state) && member("finishedAt", latest(jobs.map(({ finishedAt }) => finishedAt)))),
    ...(first.problems !== undefined && { problems })
  }
}

export const combineReplays = (replays: ReadonlyArray<Replay>): Replay => {
  const [first] = replays as readonly [Replay]
  const { finishedAt: _finished, ...rest } = first
  const state = stateOfParts(replays.map((replay) => replay.state))
  return {
    ...rest,
    state,
    replayed: sum(replays.map(({ replayed }) => replayed)),
    remaining: sum(replays.map(({ remaining }) => remaining)),
    ...(ended.has(state) && member("finishedAt", latest(replays.map(({ finishedAt }) => finishedAt))))
  }
}

const health = ["closed", "half-open", "open"] as const

type Health = (typeof health)[number]

const worst = <A>(all: readonly [A, ...ReadonlyArray<A>], of: (one: A) => Health): A =>
  all.reduce((a, b) => health.indexOf(of(b)) > health.indexOf(of(a)) ? b : a)

const largest = (values: ReadonlyArray<number | null>): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** The worst state, the sums of counts, and the largest percentiles. Limits are the same in every cell. */
export const combinePartners = (partners: ReadonlyArray<PartnerView>): PartnerView => {
  const all = partners as readonly [PartnerView, ...ReadonlyArray<PartnerView>]
  const { since: _since, ...first } = all[0]
  const { since, state } = worst(all, (one) => one.state)
  return {
    ...first,
    state,
    ...member("since", since),
    failures: sum(all.map(({ failures }) => failures)),
    waiting: sum(all.map(({ waiting }) => waiting)),
    open: sum(all.map(({ open }) => open)),
    last10m: {
      calls: sum(all.map(({ last10m }) => last10m.calls)),
      failures: sum(all.map(({ last10m }) => last10m.failures)),
      p50: largest(all.map(({ last10m }) => last10m.p50)),
      p95: largest(all.map(({ last10m }) => last10m.p95))
    }
  }
}

const combineCounts = (counts: ReadonlyArray<OverviewCount>): OverviewCount => {
  const oldest = given(counts.map((count) => count.oldest)).toSorted((a, b) => a.since < b.since ? -1 : 1)[0]
  return {
    count: sum(counts.map(({ count }) => count)),
    more: counts.some(({ more }) => more),
    ...member("oldest", oldest)
  }
}

const groupBy = <A>(items: ReadonlyArray<A>, key: (item: A) => string): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}

const combineBuckets = (at: string, buckets: ReadonlyArray<OverviewBucket>): OverviewBucket => ({
  at,
  submitted: sum(buckets.map(({ submitted }) => submitted)),
  completed: sum(buckets.map(({ completed }) => completed)),
  failed: sum(buckets.map(({ failed }) => failed))
})

type OverviewPartner = Overview["partners"][number]

const largestOf = (values: ReadonlyArray<number | undefined>): number | undefined => {
  const known = given(values)
  return known.length === 0 ? undefined : Math.max(...known)
}

const combineStanding = (partners: ReadonlyArray<OverviewPartner>): OverviewPartner => {
  const all = partners as readonly [OverviewPartner, ...ReadonlyArray<OverviewPartner>]
  const { breaker, host, since } = worst(all, (one) => one.breaker)
  return {
    host,
    breaker,
    ...member("since", since),
    callouts: sum(all.map(({ callouts }) => callouts)),
    failures: sum(all.map(({ failures }) => failures)),
    paused: all.some(({ paused }) => paused),
    waiting: sum(all.map(({ waiting }) => waiting)),
    ...member("p50Ms", largestOf(all.map(({ p50Ms }) => p50Ms))),
    ...member("p95Ms", largestOf(all.map(({ p95Ms }) => p95Ms))),
    ...member("p99Ms", largestOf(all.map(({ p99Ms }) => p99Ms)))
  }
}

/** Combines the overviews of all cells that answered. */
export const combineOverviews = (views: ReadonlyArray<Overview>): Overview => {
  const [first] = views as readonly [Overview]
  const states = Object.keys(first.runs) as ReadonlyArray<keyof Overview["runs"]>
  const plugins = groupBy(views.flatMap((view) => view.plugins), ({ name }) => name)
  const counted = (which: keyof Overview["deliveries"]) => combineCounts(views.map((view) => view.deliveries[which]))
  return {
    at: latest(views.map(({ at }) => at)) ?? first.at,
    since: earliest(views.map(({ since }) => since)) ?? first.since,
    bucketMs: first.bucketMs,
    buckets: [...groupBy(views.flatMap((view) => view.buckets), ({ at }) => at)]
      .map(([at, buckets]) => combineBuckets(at, buckets)).toSorted((a, b) => a.at < b.at ? -1 : 1),
    runs: Object.fromEntries(
      states.map((state) => [state, combineCounts(views.map((view) => view.runs[state]))])
    ) as unknown as Overview["runs"],
    unsettled: combineCounts(views.map(({ unsettled }) => unsettled)),
    ...(views.some(({ partial }) => partial === true) && { partial: true as const }),
    plugins: [...plugins].map(([name, some]) => ({ name, failures: sum(some.map(({ failures }) => failures)) }))
      .toSorted((a, b) => b.failures - a.failures || (a.name < b.name ? -1 : 1)),
    partners: [...groupBy(views.flatMap((view) => view.partners), ({ host }) => host).values()].map(combineStanding)
      .toSorted((a, b) => a.host < b.host ? -1 : 1),
    calloutsSeen: sum(views.map(({ calloutsSeen }) => calloutsSeen)),
    deliveries: { pending: counted("pending"), held: counted("held"), exhausted: counted("exhausted") }
  }
}
