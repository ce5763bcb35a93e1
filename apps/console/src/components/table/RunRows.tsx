/** The runs over an order, newest first. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { isFinal } from "../../api/Documents.ts"
import { Failure, Loading } from "../feedback/Notice.tsx"
import { Duration } from "../values/Duration.tsx"
import { StateBadge } from "../values/StateBadge.tsx"
import { Time } from "../values/Time.tsx"
import { ScrollX } from "./ScrollX.tsx"

/** While one goes on, in milliseconds. */
const liveEveryMs = 3000

export const RunRows = ({ orderId, current }: { readonly orderId: string; readonly current?: string }) => {
  const query = useQuery({
    queryKey: ["process-events", { orderId }],
    queryFn: ({ signal }) => api.processEvents.list({ query: { orderId, limit: 200 } }, signal),
    refetchInterval: ({ state }) => state.data?.items.every((run) => isFinal(run.state)) === false ? liveEveryMs : false
  })
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="runs" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  return (
    <ScrollX label="Runs over this order">
      <table className="grid-table">
        <thead>
          <tr>
            <th>State</th>
            <th>Process event</th>
            <th>Pipeline</th>
            <th>Because</th>
            <th className="end">Took</th>
            <th>Submitted</th>
          </tr>
        </thead>
        <tbody>
          {query.data.items.map((run) => (
            <tr key={run.id}>
              <td>
                <StateBadge state={run.state} title={run.reason} />
              </td>
              <td>
                {run.id === current
                  ? (
                    <span className="mono">
                      {run.id} <span className="muted">(this one)</span>
                    </span>
                  )
                  : <Link className="mono" to="/process-events/$id" params={{ id: run.id }}>{run.id}</Link>}
              </td>
              <td className="nowrap">{run.pipeline.name} v{run.pipeline.version}</td>
              <td>
                {run.retryOf === undefined ? "" : `retry${run.retryReason === undefined ? "" : `: ${run.retryReason}`}`}
              </td>
              <td className="end">
                <Duration ms={run.durationMs} />
              </td>
              <td>
                <Time at={run.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}
