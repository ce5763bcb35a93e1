/**
 * Keeps secrets out of crash output: an uncaught error is logged without them, and Node's diagnostic reports, if the
 * operator enabled them, leave out the environment. Memory dumps hold everything: see docs/threat-model.md.
 */
import { Cause, Effect } from "effect"
import type { KnownSecrets } from "./KnownSecrets.ts"
import { shownCause, shownError } from "./RedactedLogs.ts"

/** Logs the failure that ends the process. */
export const logFailure = (known: KnownSecrets["Service"], cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.logFatal("Sluice failed", shownCause(cause, known.redactor()))

/** Installed once for a process, before anything can fail. */
export const install = (known: KnownSecrets["Service"]): void => {
  process.report.excludeEnv = true
  process.on("uncaughtException", (error) => {
    const isReported = process.report.reportOnUncaughtException
    try {
      Effect.runSync(logFailure(known, Cause.die(error)))
      if (isReported) process.report.writeReport(shownError(error, known.redactor()))
    } finally {
      // Node's own behaviour without a listener: the state after an uncaught error cannot be trusted.
      process.exit(1)
    }
  })
}
