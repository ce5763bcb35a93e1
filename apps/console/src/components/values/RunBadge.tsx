/** The state of a run. A failure that has been dealt with, by a retry or by hand, is not shown in red. */
import { StateBadge } from "./StateBadge.tsx"

export interface BadgedRun {
  readonly state: string
  readonly reason?: string | undefined
  readonly settled?: boolean | undefined
  readonly retriedBy?: string | undefined
}

export const RunBadge = ({ state, reason, settled, retriedBy }: BadgedRun) =>
  settled === true
    ? (
      <span className="badge tone-idle" title={reason}>
        {state}, {retriedBy === undefined ? "settled" : "retried"}
      </span>
    )
    : <StateBadge state={state} title={reason} />
