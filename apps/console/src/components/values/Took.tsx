/** The duration of a run; of an open one the time since it was submitted. */
import { Duration } from "./Duration.tsx"
import { Age } from "./Time.tsx"

export interface TookProps {
  readonly createdAt: string
  readonly durationMs?: number | undefined
  readonly finishedAt?: string | undefined
}

export const Took = ({ createdAt, durationMs, finishedAt }: TookProps) =>
  durationMs === undefined && finishedAt === undefined
    ? (
      <span className="muted" title="It is open">
        <Age since={createdAt} />
      </span>
    )
    : <Duration ms={durationMs} />
