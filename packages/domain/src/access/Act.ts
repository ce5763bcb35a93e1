/**
 * An act on the system, and its record in the audit. The act travels with the fiber that performs it, so that the
 * statement which stores the change can record it in the same transaction. Contract: section 2, "Audit".
 */
import { Context, Schema } from "effect"
import { type Action, RecordedAction } from "./Action.ts"
import { Role } from "./Role.ts"

/** The actor of a request without a key, where no keys are set. */
export const anonymous = "anonymous"

/** The actor of changes that `SLUICE_CONFIG` makes at the start. */
export const settingsFile = "settings-file"

export interface Act {
  /** A key's name, `anonymous` or `settings-file`. */
  readonly actor: string
  readonly roles: ReadonlyArray<Role>
  readonly action: Action
  /** The path of the request in its one spelling: see {@link resourceOf}. */
  readonly resource: string
  /** `null` for the settings file. */
  readonly remoteAddress: string | null
}

const spelled = (segment: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(segment))
  } catch {
    // A `%` that starts no character: no id is spelled so.
    return segment
  }
}

/**
 * The resource that a path names, in the spelling of `encodeURIComponent`: a caller may escape more characters than it
 * has to, or fewer. The query is left out.
 */
export const resourceOf = (target: string): string => {
  const [path = target] = target.split(/[?#]/, 1)
  return path.split("/").map(spelled).join("/")
}

/** The act that the fiber performs; `undefined` for work of the system itself, such as a run's own changes. */
export const CurrentAct = Context.Reference<Act | undefined>("@sluice/domain/access/CurrentAct", {
  defaultValue: () => undefined
})

/**
 * True if the act is recorded in another cell, because a change that is made in several cells at once has one record.
 */
export const RecordedElsewhere = Context.Reference<boolean>("@sluice/domain/access/RecordedElsewhere", {
  defaultValue: () => false
})

/**
 * An act of a job on one of its runs. A job acts for the operator who made it: the operator's own act is recorded with
 * the job, and this one connects the run with it.
 */
export interface JobAct {
  /** A hyphenated UUID. */
  readonly jobId: string
  readonly action: RecordedAction
}

/** The act that the fiber performs for a job; `undefined` elsewhere. */
export const CurrentJobAct = Context.Reference<JobAct | undefined>("@sluice/domain/access/CurrentJobAct", {
  defaultValue: () => undefined
})

/**
 * A record of the audit, as the API shows it. Secrets read `[redacted]`; of orders, `before` and `after` are `{ version
 * }`.
 */
export const AuditRecord = Schema.Struct({
  id: Schema.String,
  at: Schema.String,
  actor: Schema.String.annotate({ description: "The key's name, anonymous, or settings-file" }),
  roles: Schema.Array(Role),
  action: RecordedAction,
  resource: Schema.String.annotate({ description: "The path" }),
  before: Schema.optionalKey(Schema.Json),
  after: Schema.optionalKey(Schema.Json),
  reason: Schema.optionalKey(Schema.String),
  remoteAddress: Schema.NullOr(Schema.String),
  outcome: Schema.optionalKey(Schema.Literal("refused")),
  status: Schema.optionalKey(Schema.Int.annotate({ description: "The status that a refused change was answered with" }))
}).annotate({ identifier: "AuditRecord" })
export type AuditRecord = typeof AuditRecord.Type

/** Statuses of refused changes that are recorded; 401 and 403 are counted, not stored. */
export const recordedRefusals: ReadonlySet<number> = new Set([400, 409, 412, 422])
