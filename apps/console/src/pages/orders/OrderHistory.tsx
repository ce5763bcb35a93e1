/** The order's history, oldest first: the operation, its source, and the values before and after. */
import { api } from "../../api/Api.ts"
import type { HistoryEntry } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { ScrollX } from "../../components/table/ScrollX.tsx"
import { Time } from "../../components/values/Time.tsx"

const valueText = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)

const Values = ({ before, after }: HistoryEntry) =>
  before === undefined && after === undefined ? null : (
    <span className="mono break">
      <del className="muted">{valueText(before).slice(0, 300)}</del> → <ins>{valueText(after).slice(0, 300)}</ins>
    </span>
  )

export const OrderHistory = ({ id }: { readonly id: string }) => {
  const history = usePages(
    ["order-history", id],
    (query, signal) => api.orders.history({ params: { id }, query }, signal)
  )
  if (history.isPending) return <Loading what="the history" />
  if (history.error !== null) return <Failure error={history.error} retry={history.refresh} />
  return (
    <ScrollX label="History">
      <table className="grid-table">
        <thead>
          <tr>
            <th>At</th>
            <th>What</th>
            <th>Said by</th>
            <th>Message</th>
            <th>Values</th>
          </tr>
        </thead>
        <tbody>
          {history.items.map((entry, index) => (
            <tr key={`${entry.at} ${index}`}>
              <td>
                <Time at={entry.at} />
              </td>
              <td className="nowrap">{entry.operation}</td>
              <td className="nowrap">{entry.source}</td>
              <td className="break">{entry.message}</td>
              <td>
                <Values {...entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {history.hasMore && (
        <button type="button" className="button quiet" disabled={history.loadingMore} onClick={history.loadMore}>
          Show more
        </button>
      )}
    </ScrollX>
  )
}
