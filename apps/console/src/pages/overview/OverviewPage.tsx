/** The overview: incoming orders, their results, slow and unavailable partners, and what waits. */
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { lazy, Suspense } from "react"
import { api } from "../../api/Api.ts"
import type { Overview } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { usePageTitle } from "../../components/page/PageTitle.ts"
import { Time } from "../../components/values/Time.tsx"
import { timeOf } from "../../environment/Now.ts"
import { Partners } from "./Partners.tsx"
import { Tiles } from "./Tiles.tsx"
import { type Window, windowOf, Windows, windowText, within } from "./Windows.tsx"

const route = getRouteApi("/overview")

const TimeChart = lazy(async () => ({ default: (await import("../../components/charts/TimeChart.tsx")).TimeChart }))

/** The server looks once a second at most, however many ask. In milliseconds. */
const everyMs = 2000

interface PanelProps {
  readonly overview: Overview
  readonly window: Window
}

/** A stretch that has only begun is shown from this length on, in milliseconds. */
const leastMs = 30_000

const Flow = ({ overview, window }: PanelProps) => {
  const { buckets, bucketMs, at } = overview
  // The last stretch has only begun: unless some of it is over, its numbers would look like a fall.
  const begunMs = timeOf(at) - timeOf(buckets.at(-1)?.at ?? at)
  const whole = begunMs < leastMs ? buckets.slice(0, -1) : buckets
  const perSecond = (count: number, index: number) =>
    count / ((index === buckets.length - 1 ? begunMs : bucketMs) / 1000)
  const total = whole.reduce((sum, { submitted }) => sum + submitted, 0)
  return (
    <section className="card wide" aria-label="Orders per second">
      <header>
        <h2>Orders per second</h2>
        <p className="legend">
          <span className="tone-busy">submitted</span>
          <span className="tone-ok">of these completed</span>
          <span className="tone-bad">of these failed</span>
        </p>
      </header>
      <Suspense fallback={<div className="chart" />}>
        <TimeChart
          label={`Orders per second over ${windowText(window)}: ${total} were submitted`}
          times={whole.map(({ at }) => timeOf(at))}
          series={[
            {
              label: "submitted",
              tone: "busy",
              fill: true,
              values: whole.map(({ submitted }, index) => perSecond(submitted, index))
            },
            {
              label: "completed",
              tone: "ok",
              values: whole.map(({ completed }, index) => perSecond(completed, index))
            },
            { label: "failed", tone: "bad", values: whole.map(({ failed }, index) => perSecond(failed, index)) }
          ]}
        />
      </Suspense>
    </section>
  )
}

const Plugins = ({ overview, window }: PanelProps) => {
  const most = Math.max(1, ...overview.plugins.map(({ failures }) => failures))
  return (
    <section className="card" aria-label="Failed steps by plugin">
      <header>
        <h2>Failed steps by plugin</h2>
        <span className="grow" />
        <Link to="/process-events" search={{ errors: "true", ...within(window) }}>Show the runs</Link>
      </header>
      {overview.plugins.length === 0
        ? <p className="body muted">No step has failed in {windowText(window)}.</p>
        : (
          <table className="grid-table">
            <tbody>
              {overview.plugins.map(({ name, failures }) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td style={{ width: "50%" }}>
                    <span className="meter tone-bad" style={{ width: `${(100 * failures) / most}%` }} />
                  </td>
                  <td className="end">{failures.toLocaleString("en")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
    </section>
  )
}

export const OverviewPage = () => {
  const window = windowOf(route.useSearch().window)
  const parts = { query: { window } }
  const query = useQuery({
    queryKey: ["overview", window],
    queryFn: ({ signal }) => api.overview.get(parts, signal),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData
  })
  usePageTitle("Overview")
  const overview = query.data
  if (overview === undefined) {
    return query.error === null
      ? <Loading what="the overview" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
        <span className="muted">
          {windowText(window)}, as of <Time at={overview.at} />
          {overview.partial === true && ": the newest 200,000 runs"}
        </span>
        <div className="actions">
          <Windows current={window} />
          <CopyCurl request={{ route: routes.overview.get, parts }} />
        </div>
      </div>
      <Tiles overview={overview} window={window} />
      <div className="panels">
        <Flow overview={overview} window={window} />
        <Partners overview={overview} />
        <Plugins overview={overview} window={window} />
      </div>
    </>
  )
}
