/** All runs, newest first, filtered by the address; failed ones can be retried together. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { ListChecks } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import { outcomes, type ProcessEventSummary, type RunState, runStates } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { type ListFilters, useListFilters } from "../../components/page/ListFilters.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { SelectFilter, TextFilter, TimeFilter } from "../../components/table/Filters.tsx"
import { RunBadge } from "../../components/values/RunBadge.tsx"
import { ShortId } from "../../components/values/ShortId.tsx"
import { Time } from "../../components/values/Time.tsx"
import { Took } from "../../components/values/Took.tsx"
import { now } from "../../environment/Now.ts"
import { useShortcuts } from "../../environment/Shortcuts.ts"
import { heldFor } from "../../partners/PartnerHealth.ts"
import { defined } from "../../url/Defined.ts"
import { isPartOfId, momentOf, type RunSearch, soughtOf } from "../../url/Filters.ts"
import { ManyRunsDialog } from "./ManyRunsDialog.tsx"

/** The step that failed and the partner that it called, or the partner for which the run is held. */
const Where = ({ run: { failedStep, partner, reason, state } }: { readonly run: ProcessEventSummary }) => {
  const host = partner ?? (state === "waiting" ? heldFor(reason) : undefined)
  return (
    <>
      {failedStep}
      {failedStep !== undefined && host !== undefined && " · "}
      {host !== undefined && <Link to="/partners/$host" params={{ host }} title={host}>{host}</Link>}
    </>
  )
}

const columns: ReadonlyArray<Column<ProcessEventSummary>> = [
  { name: "State", width: "132px", narrow: "first", cell: (run) => <RunBadge {...run} /> },
  {
    name: "Run",
    width: "112px",
    narrow: "first",
    cell: ({ id }) => (
      <Link className="main-link" to="/process-events/$id" params={{ id }}>
        <ShortId id={id} />
      </Link>
    )
  },
  {
    name: "Because",
    width: "minmax(140px, 2.4fr)",
    narrow: "second",
    cell: ({ reason, retriedBy }) =>
      (reason !== undefined || retriedBy !== undefined) && (
        <span title={reason}>
          {retriedBy !== undefined && (
            <>
              <Link to="/process-events/$id" params={{ id: retriedBy }}>retried</Link>
              {reason === undefined ? "" : ": "}
            </>
          )}
          {reason}
        </span>
      )
  },
  {
    name: "Where",
    width: "minmax(100px, 1.2fr)",
    cell: (run) => <Where run={run} />
  },
  {
    name: "Customer",
    width: "minmax(100px, 1.2fr)",
    narrow: "second",
    cell: ({ customerEmail }) => customerEmail !== undefined && <span title={customerEmail}>{customerEmail}</span>
  },
  {
    name: "Order",
    width: "minmax(100px, 1fr)",
    cell: ({ orderId, externalId }) => (
      <Link to="/orders/$id" params={{ id: orderId }} title={orderId}>{externalId ?? <ShortId id={orderId} />}</Link>
    )
  },
  {
    name: "Pipeline",
    width: "minmax(80px, 0.8fr)",
    narrow: "second",
    cell: ({ pipeline }) => `${pipeline.name} v${pipeline.version}`
  },
  { name: "Took", width: "84px", end: true, cell: (run) => <Took {...run} /> },
  { name: "Submitted", width: "140px", narrow: "end", cell: ({ createdAt }) => <Time at={createdAt} /> }
]

const isRunState = (text: string | undefined): text is RunState =>
  text !== undefined && (runStates as ReadonlyArray<string>).includes(text)

/** Filters of the API, from those of the address. */
const queryOf = ({ q, state, pipeline, partner, step, outcome, errors, after, before }: RunSearch) => {
  const sought = q === undefined ? undefined : soughtOf(q)
  return defined({
    state: isRunState(state) ? state : undefined,
    pipeline,
    partner,
    step,
    outcome: outcomes.find((one) => one === outcome),
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
  const { search, set, active, clear } = useListFilters<RunSearch>()
  const [retrying, setRetrying] = useState(false)
  const runs = usePages(
    ["process-events", search],
    (page, signal) => api.processEvents.list({ query: { ...page, ...queryOf(search) } }, signal)
  )
  const { may } = useAccess()
  useShortcuts(
    may("operate") ? [{ keys: "R", label: "Act on all runs that the filter finds", run: () => setRetrying(true) }] : []
  )
  return (
    <ListPage
      title="Runs"
      what="runs"
      about="One run of a pipeline over an order each; the API calls them process events."
      list={runs}
      columns={columns}
      rowKey={({ id }) => id}
      request={{ route: routes.processEvents.list, parts: { query: queryOf(search) } }}
      actions={
        <Allowed role="operate">
          <button type="button" className="button" onClick={() => setRetrying(true)}>
            <ListChecks className="icon" aria-hidden="true" />
            Act on many …
          </button>
        </Allowed>
      }
      filters={{ active, clear, fields: <Fields search={search} set={set} /> }}
      none={{
        title: "Nothing has run yet",
        advice: (
          <p>
            Every submitted order makes a run: <code>POST /v1/orders</code>. The <a href="/docs">API reference</a>{" "}
            has an example.
          </p>
        )
      }}
      unmatched={{
        title: "No run fits",
        advice: (
          <p>
            A part of an id needs 4 characters or more; a partner is found by its host, with the port if it has one.
          </p>
        )
      }}
    >
      {retrying && <ManyRunsDialog search={search} onClose={() => setRetrying(false)} />}
    </ListPage>
  )
}

const Fields = ({ search, set }: Pick<ListFilters<RunSearch>, "search" | "set">) => {
  const pipelines = useQuery({
    queryKey: ["pipelines", "names"],
    queryFn: ({ signal }) => api.pipelines.list({ query: { limit: 200 } }, signal),
    staleTime: 30_000
  })
  return (
    <>
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
        label="Failures"
        value={search.errors}
        any="all runs"
        options={[["true", "only with failed steps"], ["unsettled", "only to be put right"]]}
        onChange={(errors) => set({ errors })}
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
      <TextFilter label="Failed step" placeholder="its id" value={search.step} onChange={(step) => set({ step })} />
      {search.outcome !== undefined && (
        <SelectFilter
          label="Outcome"
          value={search.outcome}
          options={outcomes.map((outcome) => [outcome, outcome] as const)}
          onChange={(outcome) => set({ outcome })}
        />
      )}
      <TimeFilter after={search.after} before={search.before} onChange={set} />
    </>
  )
}
