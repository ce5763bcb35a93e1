/** Some runs as a table: those over one order, or those of several orders. */
import { Link } from "@tanstack/react-router"
import type { ProcessEventSummary } from "../../api/Documents.ts"
import { RunBadge } from "../values/RunBadge.tsx"
import { ShortId } from "../values/ShortId.tsx"
import { Time } from "../values/Time.tsx"
import { Took } from "../values/Took.tsx"
import { ScrollX } from "./ScrollX.tsx"

export interface RunTableProps {
  readonly label: string
  readonly runs: ReadonlyArray<ProcessEventSummary>
  /** `order`: all runs are of one order, which is not repeated in each row; `orders`: each row names its order. */
  readonly of: "order" | "orders"
  /** The run whose page this is. */
  readonly current?: string
}

const because = ({ reason, retryOf, retryReason }: ProcessEventSummary): string =>
  retryOf === undefined ? reason ?? "" : `retry${retryReason === undefined ? "" : `: ${retryReason}`}`

export const RunTable = ({ label, runs, of, current }: RunTableProps) => (
  <ScrollX label={label}>
    <table className="grid-table stacked">
      <thead>
        <tr>
          <th>State</th>
          <th>Run</th>
          {of === "orders" && <th>Order</th>}
          {of === "orders" && <th>Customer</th>}
          <th>Pipeline</th>
          <th>Because</th>
          <th className="end">Took</th>
          <th>Submitted</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <RunBadge {...run} />
            </td>
            <td className="nowrap">
              {run.id === current
                ? (
                  <>
                    <ShortId id={run.id} /> <span className="muted">(this one)</span>
                  </>
                )
                : (
                  <Link to="/process-events/$id" params={{ id: run.id }}>
                    <ShortId id={run.id} />
                  </Link>
                )}
            </td>
            {of === "orders" && (
              <td className="nowrap">
                <Link to="/orders/$id" params={{ id: run.orderId }}>
                  {run.externalId ?? <ShortId id={run.orderId} />}
                </Link>
              </td>
            )}
            {of === "orders" && <td>{run.customerEmail ?? ""}</td>}
            <td className="nowrap">{run.pipeline.name} v{run.pipeline.version}</td>
            <td className="break">{because(run)}</td>
            <td className="end">
              <Took {...run} />
            </td>
            <td>
              <Time at={run.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)
