/** The title of an issue. */
import type { Issue } from "../../api/Documents.ts"

/** The issue's message; if it has none, the step and its outcome. */
export const issueTitle = ({ message, outcome, stepId }: Issue): string =>
  message !== "" ? message : stepId === "" ? outcome : `${stepId}: ${outcome}`
