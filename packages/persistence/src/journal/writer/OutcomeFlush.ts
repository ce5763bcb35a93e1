/** The parameters of the statement for entries that leave something behind: those of the flush, then their outcomes'. */
import { outcomeParameters } from "../../outbox/OutcomeStatement.ts"
import { flushParameters } from "./FlushRows.ts"

export const outcomeFlushParameters: typeof flushParameters = (worker, epoch, accepts, entries) => [
  ...flushParameters(worker, epoch, accepts, entries),
  ...outcomeParameters(entries)
]
