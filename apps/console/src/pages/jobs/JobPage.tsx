/** A job that acts on many runs: how far it has come, the runs that it has acted on, and the button that stops it. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { CircleStop } from "lucide-react"
import { useState } from "react"
import { type Answer, api } from "../../api/Api.ts"
import type { Job } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { Facts, RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { ShortId } from "../../components/values/ShortId.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { ProgressBar, progressText } from "./JobProgress.tsx"
import { jobTitles } from "./JobTitles.ts"

const route = getRouteApi("/jobs/$id")

const isOpen = ({ state }: Job): boolean => state === "queued" || state === "running"

export const JobPage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => api.jobs.get({ params: { id } }, signal),
    refetchInterval: ({ state }) => state.data === undefined || isOpen(state.data) ? 1000 : false
  })
  return <Loaded isPage query={query} what="the job">{(job) => <JobRecord job={job} />}</Loaded>
}

const JobRecord = ({ job }: { readonly job: Job }) => {
  const [stopping, setStopping] = useState(false)
  const { id, kind, state, reason, requestedBy, filter, createdAt, startedAt, finishedAt } = job
  return (
    <RecordPage
      title={jobTitles[kind]}
      tab={`${progressText(job)} · ${jobTitles[kind]}`}
      id={id}
      badge={<StateBadge state={state} />}
      request={{ route: routes.jobs.get, parts: { params: { id } } }}
      actions={isOpen(job) && (
        <Allowed role="operate">
          <button type="button" className="button danger" onClick={() => setStopping(true)}>
            <CircleStop className="icon" aria-hidden="true" />
            Stop the job
          </button>
        </Allowed>
      )}
      facts={<span className="break">{reason}</span>}
    >
      <section className="card" aria-label="Progress">
        <div className="body stack">
          <ProgressBar job={job} />
          <p className="num" role="status">{progressText(job)}</p>
        </div>
        <Facts
          facts={[
            ["Requested by", requestedBy],
            [
              "Filter",
              filter === undefined ? undefined : <code key="filter" className="break">{JSON.stringify(filter)}</code>
            ],
            ["Requested", <Time key="requested" at={createdAt} />],
            ["Started", startedAt === undefined ? undefined : <Time key="started" at={startedAt} />],
            ["Finished", finishedAt === undefined ? undefined : <Time key="finished" at={finishedAt} />]
          ]}
        />
      </section>
      <Items key={`${state} ${job.done + job.failed + job.skipped > 0}`} job={job} />
      {stopping && <StopDialog id={id} onClose={() => setStopping(false)} />}
    </RecordPage>
  )
}

type Item = Answer<"jobs", "items">["items"][number]

const Items = ({ job }: { readonly job: Job }) => {
  const items = usePages(
    ["job-items", job.id, job.state],
    (query, signal) => api.jobs.items({ params: { id: job.id }, query }, signal)
  )
  return (
    <Section title="Acted on" note="newest first">
      {items.isPending
        ? <Loading what="what was acted on" />
        : items.error !== null
        ? <Failure error={items.error} retry={items.refresh} />
        : items.items.length === 0
        ? <p className="body muted">Nothing yet.</p>
        : <ItemTable items={items.items} />}
      {items.hasMore && (
        <button type="button" className="button quiet" disabled={items.loadingMore} onClick={items.loadMore}>
          Show more
        </button>
      )}
    </Section>
  )
}

const ItemTable = ({ items }: { readonly items: ReadonlyArray<Item> }) => (
  <ScrollX label="What was acted on">
    <table className="grid-table stacked">
      <thead>
        <tr>
          <th>Outcome</th>
          <th>Run</th>
          <th>Retry</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ processEventId, retry, outcome, message }) => (
          <tr key={processEventId}>
            <td>
              <StateBadge state={outcome} />
            </td>
            <td className="nowrap">
              {processEventId.startsWith("process_event-")
                ? (
                  <Link to="/process-events/$id" params={{ id: processEventId }}>
                    <ShortId id={processEventId} />
                  </Link>
                )
                : <span className="mono break">{processEventId}</span>}
            </td>
            <td className="nowrap">
              {retry !== undefined && (
                <Link to="/process-events/$id" params={{ id: retry }}>
                  <ShortId id={retry} />
                </Link>
              )}
            </td>
            <td className="break">{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)

const StopDialog = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const queries = useQueryClient()
  return (
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
      onClose={onClose}
    />
  )
}
