/** The versions of a subscription, oldest first: the order and the run behind each, and the members that changed. */
import { Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { usePages } from "../../api/Pages.ts"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { Time } from "../../components/values/Time.tsx"

type Version = Answer<"subscriptions", "history">["items"][number]

/** The members that differ between a version and the one before it. */
const changedMembers = ({ after, before }: Version): string =>
  before === null
    ? "created"
    : [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => name !== "version" && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .join(", ")

export const SubscriptionVersions = ({ id }: { readonly id: string }) => {
  const versions = usePages(
    ["subscription-history", id],
    (query, signal) => api.subscriptions.history({ params: { id }, query }, signal)
  )
  if (versions.isPending) return <Loading what="the versions" />
  if (versions.error !== null) return <Failure error={versions.error} retry={versions.refresh} />
  return (
    <ScrollX label="Versions">
      <table className="grid-table">
        <thead>
          <tr>
            <th>Version</th>
            <th>At</th>
            <th>Order</th>
            <th>Run</th>
            <th>Changed</th>
          </tr>
        </thead>
        <tbody>
          {versions.items.map((one) => (
            <tr key={one.version}>
              <td>{one.version}</td>
              <td>
                <Time at={one.at} />
              </td>
              <td>
                <Link className="mono" to="/orders/$id" params={{ id: one.cause.orderId }}>{one.cause.orderId}</Link>
              </td>
              <td>
                {one.cause.processEventId !== undefined && (
                  <Link className="mono" to="/process-events/$id" params={{ id: one.cause.processEventId }}>
                    {one.cause.processEventId}
                  </Link>
                )}
              </td>
              <td className="break">{changedMembers(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {versions.hasMore && (
        <button type="button" className="button quiet" disabled={versions.loadingMore} onClick={versions.loadMore}>
          Show more
        </button>
      )}
    </ScrollX>
  )
}
