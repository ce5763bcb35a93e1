/** The progress of a job: what was done, what failed, and what was skipped, of all that it found. */
import type { JobSummary } from "../../api/Documents.ts"

export const progressText = ({ total, done, failed, skipped }: JobSummary): string =>
  `${(done + failed + skipped).toLocaleString("en")} of ${total?.toLocaleString("en") ?? "?"}: `
  + [`${done} done`, ...failed > 0 ? [`${failed} failed`] : [], ...skipped > 0 ? [`${skipped} skipped`] : []].join(", ")

export const ProgressBar = ({ job }: { readonly job: JobSummary }) => {
  const { total, done, failed, skipped } = job
  const share = (count: number) => ({ width: `${total === undefined || total === 0 ? 0 : (100 * count) / total}%` })
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label="Runs that were acted on"
      aria-valuemin={0}
      aria-valuemax={total ?? 0}
      aria-valuenow={done + failed + skipped}
    >
      <span className="tone-ok" style={share(done)} />
      <span className="tone-bad" style={share(failed)} />
      <span className="tone-idle" style={share(skipped)} />
    </div>
  )
}
