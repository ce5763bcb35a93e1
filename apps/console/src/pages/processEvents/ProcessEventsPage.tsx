/** All runs, newest first, filtered by the address; failed ones can be retried together. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw, RotateCcw } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import { type ProcessEventSummary, type RunState, runStates } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../components/table/DataTable.tsx"
import { Filters, SelectFilter, TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { ShortId } from "../../components/values/ShortId.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { now } from "../../environment/Now.ts"
import { useShortcuts } from "../../environment/Shortcuts.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type RunSearch, soughtOf } from "../../url/Filters.ts"
import { RetryManyDialog } from "./RetryManyDialog.tsx"

const route = getRouteApi("/process-events")

const columns: ReadonlyArray<Column<ProcessEventSummary>> = [
  {
    name: "State",
    width: "150px",
    narrow: "128px",

    cell: ({ state, reason }) => <StateBadge state={state} title={reason} />
  },
  {
    name: "Process event",
    width: "minmax(110px, 1fr)",
    narrow: "minmax(0, 1fr)",

    cell: ({ id }) => (
      <Link className="main-link" to="/process-events/$id" params={{ id }}>
        <ShortId id={id} />
      </Link>
    )
  },
  {
    name: "Order",
    width: "minmax(110px, 1.4fr)",
    cell: ({ orderId }) => (
      <Link className="mono" to="/orders/$id" params={{ id: orderId }}>
        <ShortId id={orderId} />
      </Link>
    )
  },
  { name: "Pipeline", width: "minmax(100px, 1fr)", cell: ({ pipeline }) => `${pipeline.name} v${pipeline.version}` },
  {
    name: "Customer",
    width: "minmax(100px, 1.2fr)",
    cell: ({ customerEmail, externalId }) => (
      <span title={externalId === undefined ? undefined : `externalId ${externalId}`}>
        {customerEmail ?? externalId ?? ""}
      </span>
    )
  },
  {
    name: "Failed at",
    width: "minmax(110px, 1.4fr)",
    cell: ({ failedStep, partner, reason, retriedBy }) => (
      <span title={reason}>
        {[failedStep, partner].filter((part) => part !== undefined).join(" · ")}
        {retriedBy === undefined
          ? null
          : (
            <>
              {" "}
              <Link to="/process-events/$id" params={{ id: retriedBy }}>retried</Link>
            </>
          )}
      </span>
    )
  },
  { name: "Took", width: "90px", end: true, cell: ({ durationMs }) => <Duration ms={durationMs} /> },
  { name: "Submitted", width: "160px", narrow: "84px", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const isRunState = (text: string | undefined): text is RunState =>
  text !== undefined && (runStates as ReadonlyArray<string>).includes(text)

/** Filters of the API, from those of the address. */
const queryOf = ({ q, state, pipeline, partner, errors, after, before }: RunSearch) => {
  const sought = q === undefined ? undefined : soughtOf(q)
  return defined({
    state: isRunState(state) ? state : undefined,
    pipeline,
    partner,
    errorsOnly: errors === "true" ? "true" as const : undefined,
    settled: errors === "unsettled" ? "false" as const : undefined,
    createdAfter: momentOf(after, now()),
    createdBefore: momentOf(before, now()),
    orderId: sought?.kind === "order" && !isPartOfId(sought.id) ? sought.id : undefined,
    q: sought?.kind === "order" && isPartOfId(sought.id)
      ? sought.id
      : sought?.kind === "processEvent"
      ? sought.id
      : undefined,
    email: sought?.kind === "email" ? sought.email : undefined
  })
}

export const ProcessEventsPage = () => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [retrying, setRetrying] = useState(false)
  const runs = usePages(
    ["process-events", search],
    (page, signal) => api.processEvents.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  const pipelines = useQuery({
    queryKey: ["pipelines", "names"],
    queryFn: ({ signal }) => api.pipelines.list({ query: { limit: 200 } }, signal),
    staleTime: 30_000
  })
  const set = (change: Partial<Record<keyof RunSearch, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  const clear = () => void navigate({ search: {}, replace: true })
  const active = Object.keys(search).length > 0
  const { may } = useAccess()
  useShortcuts(
    may("operate") ? [{ keys: "R", label: "Retry all runs that the filter finds", run: () => setRetrying(true) }] : []
  )
  return (
    <>
      <div className="page-head">
        <h1>Process events</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.processEvents.list, parts: { query: queryOf(search) } }} />
          <Allowed role="operate">
            <button type="button" className="button" onClick={() => setRetrying(true)}>
              <RotateCcw className="icon" aria-hidden="true" />
              Retry many …
            </button>
          </Allowed>
          <button type="button" className="button" onClick={runs.refresh} disabled={runs.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
      </div>
      <Filters label="Narrow the process events" active={active} clear={clear}>
        <TextFilter
          wide
          label="Search"
          placeholder="part of an id, or e-mail address"
          value={search.q}
          onChange={(q) => set({ q })}
        />
        <SelectFilter
          label="State"
          value={search.state}
          options={runStates.map((state) => [state, state] as const)}
          onChange={(state) => set({ state })}
        />
        <SelectFilter
          label="Pipeline"
          value={search.pipeline}
          options={(pipelines.data?.items ?? []).map(({ name }) => [String(name), String(name)] as const)}
          onChange={(pipeline) => set({ pipeline })}
        />
        <TextFilter
          label="Partner"
          placeholder="host, or host:port"
          value={search.partner}
          onChange={(partner) => set({ partner })}
        />
        <SelectFilter
          label="Failures"
          value={search.errors}
          any="all runs"
          options={[["true", "only with failed steps"], ["unsettled", "only to be put right"]]}
          onChange={(errors) => set({ errors })}
        />
        <TimeFilter after={search.after} before={search.before} onChange={set} />
      </Filters>
      {runs.isPending
        ? <Loading what="process events" />
        : runs.error !== null
        ? <Failure error={runs.error} retry={runs.refresh} />
        : runs.items.length === 0 && !runs.hasMore
        ? active
          ? (
            <Empty title="No process event fits">
              <p>
                A part of an id needs 4 characters or more; a partner is found by its host, with the port if it has one.
              </p>
              <button type="button" className="button" onClick={clear}>Show all process events</button>
            </Empty>
          )
          : (
            <Empty title="Nothing has run yet">
              <p>
                Every submitted order makes a process event: <code>POST /v1/orders</code>. The{" "}
                <a href="/docs">API reference</a> has an example.
              </p>
            </Empty>
          )
        : (
          <DataTable
            label="Process events"
            columns={columns}
            rows={runs.items}
            rowKey={({ id }) => id}
            hasMore={runs.hasMore}
            loadingMore={runs.loadingMore}
            loadMore={runs.loadMore}
          />
        )}
      {retrying && <RetryManyDialog search={search} onClose={() => setRetrying(false)} />}
    </>
  )
}
