/** The parameters of the statement for entries that leave something behind: those of the flush, then their outcomes'. */
import { flushParameters } from "../journal/FlushRows.ts"
import { outcomeParameters } from "./OutcomeStatement.ts"

export const outcomeFlushParameters: typeof flushParameters = (worker, epoch, accepts, entries) => [
  ...flushParameters(worker, epoch, accepts, entries),
  ...outcomeParameters(entries.map(({ outcome }) => outcome))
]
