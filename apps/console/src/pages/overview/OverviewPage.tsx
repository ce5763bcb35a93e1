/** The overview: incoming orders, their results, slow and unavailable partners, and what waits. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { lazy, Suspense } from "react"
import { api } from "../../api/Api.ts"
import type { Overview } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { usePageTitle } from "../../components/page/PageTitle.ts"
import { durationText } from "../../components/values/Duration.tsx"
import { Time } from "../../components/values/Time.tsx"
import { timeOf } from "../../environment/Now.ts"
import { Partners } from "./Partners.tsx"
import { Tiles } from "./Tiles.tsx"

const TimeChart = lazy(async () => ({ default: (await import("../../components/charts/TimeChart.tsx")).TimeChart }))

/** The server looks once a second at most, however many ask. In milliseconds. */
const everyMs = 2000

const Flow = ({ overview }: { readonly overview: Overview }) => {
  const { buckets, bucketMs } = overview
  const perSecond = (count: number) => count / (bucketMs / 1000)
  // The last stretch has only begun: its numbers would look like a fall.
  const whole = buckets.slice(0, -1)
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
          label={`Orders per second over the last ten minutes: ${total} were submitted`}
          times={whole.map(({ at }) => timeOf(at))}
          series={[
            {
              label: "submitted",
              tone: "busy",
              fill: true,
              values: whole.map(({ submitted }) => perSecond(submitted))
            },
            { label: "completed", tone: "ok", values: whole.map(({ completed }) => perSecond(completed)) },
            { label: "failed", tone: "bad", values: whole.map(({ failed }) => perSecond(failed)) }
          ]}
        />
      </Suspense>
    </section>
  )
}

const Plugins = ({ overview }: { readonly overview: Overview }) => {
  const most = Math.max(1, ...overview.plugins.map(({ failures }) => failures))
  return (
    <section className="card" aria-label="Failed steps by plugin">
      <header>
        <h2>Failed steps by plugin</h2>
        <span className="grow" />
        <Link to="/process-events" search={{ errors: "true" }}>Show the runs</Link>
      </header>
      {overview.plugins.length === 0
        ? <p className="body muted">No step has failed in the last ten minutes.</p>
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
  const query = useQuery({
    queryKey: ["overview"],
    queryFn: ({ signal }) => api.overview.get({}, signal),
    refetchInterval: everyMs
  })
  usePageTitle("Overview")
  const overview = query.data
  if (overview === undefined) {
    return query.error === null
      ? <Loading what="the overview" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const spanMs = timeOf(overview.at) - timeOf(overview.since)
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
        <span className="muted">
          the last {durationText(spanMs)}, as of <Time at={overview.at} />
        </span>
        <div className="actions">
          <CopyCurl request={{ route: routes.overview.get }} />
        </div>
      </div>
      <Tiles overview={overview} />
      <div className="panels">
        <Flow overview={overview} />
        <Partners overview={overview} />
        <Plugins overview={overview} />
      </div>
    </>
  )
}
