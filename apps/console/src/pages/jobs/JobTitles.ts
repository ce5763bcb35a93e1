/** The titles of jobs, by kind. */
import type { JobSummary } from "../../api/Documents.ts"

export const jobTitles: Readonly<Record<JobSummary["kind"], string>> = {
  retry: "Retry of runs",
  cancel: "Cancellation of runs",
  resolve: "Settlement by hand",
  erase: "Erasure of a customer"
}
