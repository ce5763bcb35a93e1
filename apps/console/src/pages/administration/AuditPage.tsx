/** The audit: changes with their actors, newest first, filtered by the address. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Filters, TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { Time } from "../../components/values/Time.tsx"
import { now } from "../../environment/Now.ts"
import { defined } from "../../url/Defined.ts"
import { type AuditSearch, momentOf } from "../../url/Filters.ts"

const route = getRouteApi("/audit")

type AuditRecord = Answer<"audit", "list">["items"][number]

const columns: ReadonlyArray<Column<AuditRecord>> = [
  { name: "At", width: "160px", narrow: "84px", cell: ({ at }) => <Time at={at} /> },
  {
    name: "What",
    width: "minmax(150px, 1fr)",
    narrow: "minmax(0, 1fr)",
    cell: ({ action, id }) => <Link className="main-link" to="/audit/$id" params={{ id }}>{action}</Link>
  },
  { name: "Who", width: "minmax(100px, 0.8fr)", narrow: "90px", cell: ({ actor }) => actor },
  {
    name: "On",
    width: "minmax(140px, 1.6fr)",
    cell: ({ resource }) => <span className="mono" title={resource}>{resource}</span>
  },
  {
    name: "Outcome",
    width: "100px",
    cell: ({ outcome, status }) => outcome === undefined ? "done" : `refused, ${status}`
  },
  { name: "Reason", width: "minmax(100px, 1fr)", cell: ({ reason }) => reason ?? "" }
]

const queryOf = ({ action, actor, after, before, resource }: AuditSearch) =>
  defined({
    actor,
    action: action as AuditRecord["action"] | undefined,
    resource,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now())
  })

export const AuditPage = () => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const list = usePages(
    ["audit", search],
    (page, signal) => api.audit.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  const set = (change: Partial<Record<keyof AuditSearch, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  const active = Object.keys(search).length > 0
  const clear = () => void navigate({ search: {}, replace: true })
  return (
    <>
      <div className="page-head">
        <h1>Audit</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.audit.list, parts: { query: queryOf(search) } }} />
          <button type="button" className="button" onClick={list.refresh} disabled={list.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
        <p className="sub">Every change through the API, this console and the settings file, and every refused one.</p>
      </div>
      <Filters label="Narrow the audit" active={active} clear={clear}>
        <TextFilter label="Who" placeholder="a key's name" value={search.actor} onChange={(actor) => set({ actor })} />
        <TextFilter
          label="What"
          placeholder="pipeline.update"
          value={search.action}
          onChange={(action) => set({ action })}
        />
        <TextFilter
          label="On"
          placeholder="/v1/pipelines/new-order"
          value={search.resource}
          onChange={(resource) => set({ resource })}
        />
        <TimeFilter after={search.after} before={search.before} onChange={set} />
      </Filters>
      {list.isPending
        ? <Loading what="the audit" />
        : list.error !== null
        ? <Failure error={list.error} retry={list.refresh} />
        : list.items.length === 0
        ? (
          <Empty title={active ? "No record fits" : "Nothing was changed yet"}>
            {active
              ? <button type="button" className="button" onClick={clear}>Show the whole audit</button>
              : <p>The first change of a setting, a run or an order is recorded here.</p>}
          </Empty>
        )
        : (
          <DataTable
            label="Audit"
            columns={columns}
            rows={list.items}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            loadingMore={list.loadingMore}
            loadMore={list.loadMore}
          />
        )}
    </>
  )
}
