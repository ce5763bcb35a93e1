/** The jobs that act on many runs, newest first, with how far each has come. */
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import type { JobSummary } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { JobSearch } from "../../url/Filters.ts"
import { ProgressBar, progressText } from "./JobProgress.tsx"
import { jobTitles } from "./JobTitles.ts"

const columns: ReadonlyArray<Column<JobSummary>> = [
  { name: "State", width: "120px", narrow: "first", cell: ({ state }) => <StateBadge state={state} /> },
  {
    name: "Job",
    width: "minmax(140px, 1fr)",
    narrow: "first",
    cell: ({ id, kind }) => <Link className="main-link" to="/jobs/$id" params={{ id }}>{jobTitles[kind]}</Link>
  },
  { name: "Progress", width: "minmax(90px, 1fr)", cell: (job) => <ProgressBar job={job} /> },
  {
    name: "Runs",
    width: "minmax(150px, 1.2fr)",
    narrow: "second",
    cell: (job) => <span className="num" title={progressText(job)}>{progressText(job)}</span>
  },
  { name: "Reason", width: "minmax(120px, 1.5fr)", narrow: "second", cell: ({ reason }) => reason },
  { name: "By", width: "minmax(80px, 0.6fr)", cell: ({ requestedBy }) => requestedBy },
  { name: "Requested", width: "150px", narrow: "end", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const kinds = ["retry", "cancel", "resolve", "erase"] as const
const states = ["queued", "running", "completed", "cancelled"] as const

const queryOf = ({ kind, state }: JobSearch) =>
  defined({ kind: kinds.find((one) => one === kind), state: states.find((one) => one === state) })

export const JobsPage = () => {
  const { search, set, active, clear } = useListFilters<JobSearch>()
  const query = queryOf(search)
  return (
    <ListPage
      title="Jobs"
      what="jobs"
      about="Retries, cancellations and settlements of many runs at once, and erasures of customers."
      list={usePages(["jobs", query], (page, signal) => api.jobs.list({ query: { ...page, ...query } }, signal))}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.jobs.list, parts: { query } }}
      filters={{
        active,
        clear,
        fields: (
          <>
            <SelectFilter
              label="Kind"
              value={search.kind}
              options={kinds.map((kind) => [kind, jobTitles[kind]] as const)}
              onChange={(kind) => set({ kind })}
            />
            <SelectFilter
              label="State"
              value={search.state}
              options={states.map((state) => [state, state] as const)}
              onChange={(state) => set({ state })}
            />
          </>
        )
      }}
      none={{
        title: "No job was made yet",
        advice: (
          <p>
            Filter the <Link to="/process-events">runs</Link> and choose Act on many, or retry all runs of an{" "}
            <Link to="/">issue</Link>.
          </p>
        )
      }}
      unmatched={{ title: "No job fits" }}
    />
  )
}
