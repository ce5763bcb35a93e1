/** The title of an issue. */
import type { Issue } from "../../api/Documents.ts"

/** The message; where there is none, the step and how it ended. */
export const issueTitle = ({ message, outcome, stepId }: Issue): string =>
  message !== "" ? message : stepId === "" ? outcome : `${stepId}: ${outcome}`
