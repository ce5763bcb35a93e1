/**
 * Hides known secrets in log messages, whichever logger prints them, and keeps each message on one line: a name that a
 * person chose cannot add lines or colours.
 */
import { redacted, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Cause, Context, Effect, Layer, Logger } from "effect"
import { KnownSecrets } from "./KnownSecrets.ts"

/** Control characters, and the separators that some readers of logs take for line ends. */
const controls = /[\p{Cc}\u2028\u2029]/gu

const escapeOf = (control: string): string =>
  control === "\t" ? control : control === "\n" ? "\\n" : `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`

const escaped = (text: string): string => text.replaceAll(controls, escapeOf)

/** The value as it may be logged: the same one where it holds no secret. */
const shown = (value: unknown, redactor: Redactor): unknown => {
  if (typeof value === "string") return escaped(redactor.text(value))
  if (Array.isArray(value)) return value.map((item: unknown) => shown(item, redactor))
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Error) return shownError(value, redactor)
  try {
    const text = JSON.stringify(value)
    return text === undefined || redactor.text(text) === text ? value : redactor.json(JSON.parse(text))
  } catch {
    // A value that cannot be searched for secrets is not shown.
    return redacted
  }
}

/** The error without secrets; the same reference if it holds none. */
export const shownError = (error: Error, redactor: Redactor): Error => {
  const text = `${error.message}\n${error.stack ?? ""}`
  if (redactor.text(text) === text) return error
  const safe = new Error(redactor.text(error.message))
  safe.name = error.name
  safe.stack = redactor.text(error.stack ?? "")
  return safe
}

/** The cause without secrets; the same reference if it holds none. */
export const shownCause = (cause: Cause.Cause<unknown>, redactor: Redactor): Cause.Cause<unknown> => {
  if (cause.reasons.length === 0) return cause
  const text = Cause.pretty(cause)
  const safe = redactor.text(text)
  if (safe === text) return cause
  const error = new Error(safe.split("\n", 1)[0])
  error.stack = safe
  return Cause.die(error)
}

/** Redacts the known secrets in the messages of every logger in force. */
export const layer: Layer.Layer<never, never, KnownSecrets> = Layer.effectContext(
  Effect.gen(function*() {
    const known = yield* KnownSecrets
    const loggers = yield* Logger.CurrentLoggers
    const safe = Array.from(loggers, (logger) =>
      Logger.make((options) => {
        const redactor = known.redactor()
        return logger.log({
          ...options,
          message: shown(options.message, redactor),
          cause: shownCause(options.cause, redactor)
        })
      }))
    return Context.make(Logger.CurrentLoggers, new Set(safe)) as Context.Context<never>
  })
)
