/** The order before and after the run: each member that changed, and the step and attempt that changed it. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { isFinal, type ProcessEvent } from "../../api/Documents.ts"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { Changes } from "../../components/json/Changes.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { Time } from "../../components/values/Time.tsx"
import { mostChanges, type Origin, provenance, versionsOf } from "../../provenance/Provenance.ts"

const By = ({ event, origin }: { readonly event: ProcessEvent; readonly origin: Origin }) => {
  switch (origin.by) {
    case "step":
      return (
        <>
          <Link
            className="mono"
            to="/process-events/$id"
            params={{ id: event.id }}
            search={{ step: origin.stepId, callout: origin.calloutId }}
          >
            {origin.stepId}
          </Link>{" "}
          <span className="muted">
            attempt {origin.attempt}, <Time at={origin.at} />
          </span>
        </>
      )
    case "history":
      return (
        <>
          {origin.source}
          <span className="muted">
            : {origin.message}, <Time at={origin.at} />
          </span>
        </>
      )
    case "unknown":
      return <span className="muted">the pipeline, another run, or a PATCH: see the order's history</span>
  }
}

const useVersions = (event: ProcessEvent) => {
  const versions = versionsOf(event)
  const params = { id: event.orderId }
  return useQuery({
    queryKey: ["order-changes", event.id, event.state, event.steps.length, versions?.last],
    queryFn: async ({ signal }) => {
      const [current, history, newest] = await Promise.all([
        api.orders.get({ params }, signal),
        api.orders.history({ params, query: { limit: 200 } }, signal),
        api.processEvents.list({ query: { orderId: event.orderId, limit: 1 } }, signal)
      ])
      // Where this is the order's newest run, what the order is now is what the run left.
      const isNewest = newest.items[0]?.id === event.id
      const version = (n: number) =>
        n >= current.version ? current : api.orders.version({ params: { ...params, version: n } }, signal)
      const before = await version(versions?.first ?? (isNewest ? current.version : 1))
      const after = isNewest ? current : await version(versions?.last ?? before.version)
      return { before, after, history: history.items, isNewest }
    },
    staleTime: Infinity
  })
}

export const OrderChanges = ({ event }: { readonly event: ProcessEvent }) => {
  const query = useVersions(event)
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="the order" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const { before, after, history, isNewest } = query.data
  const changes = provenance(before, after, event, history)
  return (
    <div className="stack">
      <p className="muted">
        Version {before.version} before, version {after.version} {isFinal(event.state) ? "after" : "now"}
        {isNewest ? "" : ", as far as the run's own records say: later runs have changed the order since"}.{" "}
        <Link to="/orders/$id" params={{ id: event.orderId }}>The order and its history</Link>
      </p>
      {changes.length === 0
        ? (
          <Empty title="The run has not changed the order">
            <p>Partners change it with an OrderPatch in their answer; the pipeline with its statuses.</p>
          </Empty>
        )
        : (
          <ScrollX label="Members that changed">
            <Changes
              changes={changes.map(({ origin, ...change }) => ({
                ...change,
                by: <By event={event} origin={origin} />
              }))}
            />
            {changes.length === mostChanges && (
              <p className="muted">These are the first {mostChanges} members that changed.</p>
            )}
          </ScrollX>
        )}
      <section className="card sides" aria-label="The order before and after">
        <section aria-label="Before">
          <h2>Before: version {before.version}</h2>
          <JsonViewer value={before} label="order before" />
        </section>
        <section aria-label="After">
          <h2>{isFinal(event.state) ? "After" : "Now"}: version {after.version}</h2>
          <JsonViewer value={after} label="order after" />
        </section>
      </section>
    </div>
  )
}
