/**
 * Records an act in the transaction of the change that it makes. Code that changes something for a request calls
 * `recordAct` in its transaction, or wraps its one statement in `recorded`. Fibers of the system itself carry no act,
 * and nothing is recorded for them. Contract: section 2, "Audit".
 */
import { type Act, CurrentAct, CurrentJobAct, type JobAct } from "@sluice/domain/access/Act"
import { recordedAction } from "@sluice/domain/access/Action"
import { auditId, operatorEntryId } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { isKnown, textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import { isObject, type Json, stringify } from "@sluice/domain/json/Json"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"

/** The change made by an act. Secrets are redacted before it is stored. */
export interface Change {
  /** The UUID of the record, where another row refers to it; absent: a new one. */
  readonly id?: string | undefined
  readonly before?: Json
  readonly after?: Json
  readonly reason?: string | undefined
  /** True for a `PUT` that created its resource. */
  readonly creates?: boolean
  /** The order acted on: the record is kept as long as the order, for its timeline. */
  readonly orderId?: string | undefined
  /** The run acted on. */
  readonly runId?: string | undefined
}

export interface Refusal {
  readonly status: number
}

/** True if the text of a member is known: a large output that was written before. */
const holdsKnown = (value: Json): boolean => isObject(value) && Object.values(value).some(isKnown)

const json = (value: Json | undefined): string | null =>
  value === undefined ? null : holdsKnown(value) ? textWithKnown(value as object) : stringify(value)

/** Writes one record of `act`. */
export const insertAct = (
  sql: SqlClient.SqlClient,
  { action, actor, remoteAddress, resource, roles }: Act,
  { after, before, creates = false, id: given, orderId, reason }: Change,
  refusal?: Refusal
): Effect.Effect<void, SqlError> =>
  Effect.flatMap(
    given === undefined ? newUuid : Effect.succeed(given),
    (id) =>
      Effect.asVoid(
        sql`insert into audit (id, at, actor, roles, action, resource, before, after, reason, remote_address,
        outcome, status, order_id)
      values (${id}, date_trunc('milliseconds', clock_timestamp()), ${actor},
        string_to_array(${roles.join(",")}, ','), ${recordedAction(action, creates)}, ${withoutNul(resource)},
        ${json(before)}, ${json(after)}, ${withoutNul(reason)}, ${remoteAddress},
        ${refusal === undefined ? null : "refused"}, ${refusal?.status ?? null}, ${orderId ?? null})`
      )
  )

/** A reference to the record that the fiber's act will have, for rows that name it as their cause. */
export interface ActReference {
  /** A UUID. */
  readonly id: string
  /** The id of its entry in the order's timeline. */
  readonly entry: string
}

const currentActs = Effect.all([CurrentAct, CurrentJobAct])

/** True if the fiber performs an act that is recorded. */
export const isActing: Effect.Effect<boolean> = Effect.map(
  currentActs,
  ([act, jobAct]) => act !== undefined || jobAct !== undefined
)

/** A reference to the record of the fiber's act, which is made with this id; `undefined` where there is no act. */
export const actReference: Effect.Effect<ActReference | undefined> = Effect.flatMap(
  currentActs,
  ([act, jobAct]) =>
    act === undefined && jobAct === undefined
      ? Effect.undefined
      : Effect.map(newUuid, (id) => ({ id, entry: act === undefined ? operatorEntryId(id) : auditId(id) }))
)

/** Writes that a job has acted on a run of an order; the job says for whom and why. */
const insertJobAct = (
  sql: SqlClient.SqlClient,
  { action, jobId }: JobAct,
  { id: given, orderId, runId }: Change
): Effect.Effect<void, SqlError> =>
  orderId === undefined || runId === undefined ? Effect.void : Effect.flatMap(
    given === undefined ? newUuid : Effect.succeed(given),
    (id) =>
      Effect.asVoid(sql`insert into job_acts (order_id, id, at, job_id, run_id, action)
        values (${orderId}, ${id}::uuid, date_trunc('milliseconds', clock_timestamp()), ${jobId}::uuid, ${runId}::uuid,
          ${action})`)
  )

/** Records the fiber's act, in the transaction that the caller is in; nothing where there is no act. */
export const recordAct = (sql: SqlClient.SqlClient, change: Change): Effect.Effect<void, SqlError> =>
  Effect.flatMap(currentActs, ([act, jobAct]) =>
    act !== undefined
      ? insertAct(sql, act, change)
      : jobAct !== undefined
      ? insertJobAct(sql, jobAct, change)
      : Effect.void)
