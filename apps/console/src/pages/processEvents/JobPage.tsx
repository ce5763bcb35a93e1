/** A job that acts on many runs: how far it has come, what went wrong, and the button that stops it. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { CircleStop } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import type { Job } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"

const route = getRouteApi("/jobs/$id")

const isOpen = ({ state }: Job): boolean => state === "queued" || state === "running"

const titles: Readonly<Record<Job["kind"], string>> = {
  retry: "Retry of many runs",
  cancel: "Cancel of many runs",
  resolve: "Resolution of many runs",
  erase: "Erasure of a customer"
}

const Progress = ({ job }: { readonly job: Job }) => {
  const { total, done, failed, skipped } = job
  const over = done + failed + skipped
  const share = (count: number) => ({ width: `${total === undefined || total === 0 ? 0 : (100 * count) / total}%` })
  return (
    <section className="card">
      <div className="body stack">
        <div
          className="progress"
          role="progressbar"
          aria-label="Runs that were acted on"
          aria-valuemin={0}
          aria-valuemax={total ?? 0}
          aria-valuenow={over}
        >
          <span className="tone-ok" style={share(done)} />
          <span className="tone-bad" style={share(failed)} />
          <span className="tone-idle" style={share(skipped)} />
        </div>
        <p className="num" role="status">
          {over} of {total ?? "?"} taken up: {done} done, {failed} failed again, {skipped} skipped
        </p>
      </div>
    </section>
  )
}

export const JobPage = () => {
  const { id } = route.useParams()
  const queries = useQueryClient()
  const [cancelling, setCancelling] = useState(false)
  const { may } = useAccess()
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => api.jobs.get({ params: { id } }, signal),
    refetchInterval: ({ state }) => state.data === undefined || isOpen(state.data) ? 1000 : false
  })
  if (job.data === undefined) {
    return job.error === null
      ? <Loading what="the job" />
      : <Failure error={job.error} retry={() => void job.refetch()} />
  }
  const { data } = job
  return (
    <>
      <div className="page-head">
        <h1>{titles[data.kind]}</h1>
        <StateBadge state={data.state} />
        <div className="actions">
          <CopyCurl request={{ route: routes.jobs.get, parts: { params: { id } } }} />
          {isOpen(data) && may("operate") && (
            <button
              type="button"
              className="button danger"
              onClick={() => setCancelling(true)}
            >
              <CircleStop className="icon" aria-hidden="true" />
              Stop the job
            </button>
          )}
        </div>
      </div>
      <Progress job={data} />
      <section className="card">
        <div className="body">
          <dl className="facts">
            <dt>Reason</dt>
            <dd>{data.reason}</dd>
            {data.requestedBy !== undefined && (
              <>
                <dt>Requested by</dt>
                <dd>{data.requestedBy}</dd>
              </>
            )}
            {data.filter !== undefined && (
              <>
                <dt>Filter</dt>
                <dd className="mono">{JSON.stringify(data.filter)}</dd>
              </>
            )}
            <dt>Requested</dt>
            <dd>
              <Time at={data.createdAt} />
            </dd>
            <dt>Finished</dt>
            <dd>
              <Time at={data.finishedAt} />
            </dd>
          </dl>
        </div>
      </section>
      {data.problems.length > 0 && (
        <section className="card">
          <header>
            <h2>The first that failed again or were skipped</h2>
          </header>
          <div className="scroll-x" tabIndex={0} role="group" aria-label="Problems, a table">
            <table className="grid-table">
              <thead>
                <tr>
                  <th>Outcome</th>
                  <th>Run</th>
                  <th>Retry</th>
                  <th>Why</th>
                </tr>
              </thead>
              <tbody>
                {data.problems.map(({ processEventId, retry, outcome, message }) => (
                  <tr key={processEventId}>
                    <td>
                      <StateBadge state={outcome} />
                    </td>
                    <td>
                      <Link className="mono" to="/process-events/$id" params={{ id: processEventId }}>
                        {processEventId}
                      </Link>
                    </td>
                    <td>
                      {retry !== undefined && (
                        <Link className="mono" to="/process-events/$id" params={{ id: retry }}>{retry}</Link>
                      )}
                    </td>
                    <td>{message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {cancelling && (
        <ConfirmDialog
          title="Stop the job"
          description="No further run is taken up. What was begun goes on."
          action="Stop the job"
          danger
          reason="none"
          request={() => ({ route: routes.jobs.cancel, parts: { params: { id } } })}
          onConfirm={async () => {
            queries.setQueryData(["job", id], await api.jobs.cancel({ params: { id } }))
            toast("ok", "The job takes up no further run")
          }}
          onClose={() => setCancelling(false)}
        />
      )}
    </>
  )
}
