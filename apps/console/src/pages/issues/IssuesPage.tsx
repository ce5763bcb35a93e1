/** The first page: failures grouped by what went wrong, the newest first. */
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import type { Issue } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter, TextFilter } from "../../components/table/Filters.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import type { IssueSearch } from "../../url/Filters.ts"
import { issueTitle } from "./IssueTitle.ts"

const states: ReadonlyArray<Issue["state"]> = ["open", "acknowledged", "resolved"]

const columns: ReadonlyArray<Column<Issue>> = [
  { name: "State", width: "120px", narrow: "first", cell: ({ state }) => <StateBadge state={state} /> },
  {
    name: "What went wrong",
    width: "minmax(240px, 4fr)",
    narrow: "first",
    cell: (issue) => (
      <Link className="main-link" to="/issues/$id" params={{ id: issue.id }} title={issue.message}>
        {issueTitle(issue)}
      </Link>
    )
  },
  {
    name: "To put right",
    width: "110px",
    end: true,
    narrow: "second",
    cell: ({ count, unsettled }) => (
      <span className="num">
        {unsettled.toLocaleString("en")} of {count.toLocaleString("en")}
      </span>
    )
  },
  { name: "Pipeline", width: "minmax(90px, 0.8fr)", narrow: "second", cell: ({ pipeline }) => pipeline },
  { name: "Step", width: "minmax(90px, 0.8fr)", narrow: "second", cell: ({ stepId }) => stepId },
  { name: "Outcome", width: "120px", cell: ({ outcome }) => outcome },
  { name: "Last seen", width: "140px", narrow: "end", cell: ({ lastSeen }) => <Time at={lastSeen} /> }
]

/** Without a state the list shows open issues: the ones that someone has to look at. */
const queryOf = ({ state = "open", pipeline }: IssueSearch) =>
  defined({ pipeline, state: states.find((one) => one === state) })

export const IssuesPage = () => {
  const { search, set, active, clear } = useListFilters<IssueSearch>()
  const query = queryOf(search)
  return (
    <ListPage
      title="Issues"
      what="issues"
      about="Failed runs, grouped by what went wrong. Each can be acknowledged, resolved, and its runs retried together."
      list={usePages(["issues", query], (page, signal) => api.issues.list({ query: { ...page, ...query } }, signal))}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.issues.list, parts: { query } }}
      filters={{
        active,
        clear,
        fields: (
          <>
            <SelectFilter
              label="State"
              any="open"
              value={search.state}
              options={[["acknowledged", "acknowledged"], ["resolved", "resolved"], ["any", "all"]]}
              onChange={(state) => set({ state })}
            />
            <TextFilter
              label="Pipeline"
              placeholder="its name"
              value={search.pipeline}
              onChange={(pipeline) => set({ pipeline })}
            />
          </>
        )
      }}
      none={{
        title: "No open issues",
        advice: (
          <p>
            No failure waits to be put right. The <Link to="/overview">overview</Link>{" "}
            shows what goes on; issues that were dealt with are found by their state.
          </p>
        )
      }}
      unmatched={{ title: "No issue fits" }}
    />
  )
}
