/** The audit: changes with their actors, newest first, filtered by the address. */
import { Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { type ListFilters, useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { Time } from "../../components/values/Time.tsx"
import { now } from "../../environment/Now.ts"
import { defined } from "../../url/Defined.ts"
import { type AuditSearch, momentOf } from "../../url/Filters.ts"

type AuditRecord = Answer<"audit", "list">["items"][number]

const columns: ReadonlyArray<Column<AuditRecord>> = [
  { name: "At", width: "160px", narrow: "end", cell: ({ at }) => <Time at={at} /> },
  {
    name: "What",
    width: "minmax(150px, 1fr)",
    narrow: "first",
    cell: ({ action, id }) => <Link className="main-link" to="/audit/$id" params={{ id }}>{action}</Link>
  },
  { name: "Who", width: "minmax(100px, 0.8fr)", narrow: "second", cell: ({ actor }) => actor },
  {
    name: "On",
    width: "minmax(140px, 1.6fr)",
    narrow: "second",
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
  const { search, set, active, clear } = useListFilters<AuditSearch>()
  const list = usePages(
    ["audit", search],
    (page, signal) => api.audit.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  return (
    <ListPage
      title="Audit"
      what="audit"
      about="Every change through the API, this console and the settings file, and every refused one."
      list={list}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.audit.list, parts: { query: queryOf(search) } }}
      filters={{ active, clear, fields: <Fields search={search} set={set} /> }}
      none={{
        title: "Nothing was changed yet",
        advice: <p>The first change of a setting, a run or an order is recorded here.</p>
      }}
      unmatched={{ title: "No record fits" }}
    />
  )
}

const Fields = ({ search, set }: Pick<ListFilters<AuditSearch>, "search" | "set">) => (
  <>
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
  </>
)
