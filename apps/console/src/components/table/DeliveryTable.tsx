/**
 * Deliveries as a table. The content of the third column depends on the page, which shows what all rows have in common
 * elsewhere.
 */
import { Link } from "@tanstack/react-router"
import type { DeliverySummary } from "../../api/Documents.ts"
import { StateBadge } from "../values/StateBadge.tsx"
import { Time } from "../values/Time.tsx"
import { ScrollX } from "./ScrollX.tsx"

export interface DeliveryTableProps {
  readonly items: ReadonlyArray<DeliverySummary>
  readonly distinct: { readonly title: string; readonly of: (one: DeliverySummary) => string | undefined }
}

export const DeliveryTable = ({ items, distinct }: DeliveryTableProps) => (
  <ScrollX label="Deliveries">
    <table className="grid-table">
      <thead>
        <tr>
          <th>State</th>
          <th>Type</th>
          <th>{distinct.title}</th>
          <th className="end">Attempts</th>
          <th>Made</th>
          <th>Next attempt</th>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <td>
              <StateBadge state={one.state} title={one.reason} />
            </td>
            <td>
              <Link to="/deliveries/$id" params={{ id: one.id }}>{one.type}</Link>
            </td>
            <td className="mono break">{distinct.of(one) ?? "–"}</td>
            <td className="end">{one.attemptCount}</td>
            <td>
              <Time at={one.createdAt} />
            </td>
            <td>{one.blockedBy === undefined ? <Time at={one.nextAttemptAt} /> : "after an earlier one"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
)
