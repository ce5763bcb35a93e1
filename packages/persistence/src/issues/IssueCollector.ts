/**
 * Groups failed runs into issues, in the background and in batches: each run once, in one transaction with the counts. An
 * index holds the failed runs that are not grouped yet, so that no run pays for it, and a process that dies over a batch
 * leaves it to another. Contract: section 7, `/v1/issues`.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { issueId } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import { normalisedMessage } from "@sluice/domain/internal/run/IssueMessage"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { IssueState } from "@sluice/domain/run/Issue"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { tellOperational } from "../outbox/OperationalEvents.ts"
import { transaction } from "../sql/Transaction.ts"

/** Any number that no other program locks; "sluici" in ASCII. Of several processes one at a time groups. */
export const groupingLock = 0x736c75696369

/** Runs that are grouped in one transaction. */
const batchSize = 256

/** Runs that an issue names. */
const sampled = 5

interface FailedRun {
  readonly id: string
  readonly pipeline: string
  readonly reason: string | null
  readonly finished_at: Date
  readonly record: string | null
  readonly outcome: string | null
}

/** The members by which failures are grouped. */
export interface IssueKind {
  readonly pipeline: string
  readonly stepId: string
  readonly outcome: string
  readonly message: string
}

interface Group {
  readonly kind: IssueKind
  readonly key: string
  /** Oldest first. */
  readonly runs: Array<FailedRun>
}

export const kindOf = ({ outcome, pipeline, reason, record }: Omit<FailedRun, "id" | "finished_at">): IssueKind => {
  const step = record === null ? undefined : JSON.parse(record) as Pick<StepRow, "error" | "reason" | "stepId">
  const message = step?.error?.message ?? step?.reason ?? reason ?? ""
  return {
    pipeline,
    stepId: step?.stepId ?? "",
    outcome: outcome ?? step?.error?.kind ?? "failed",
    message: normalisedMessage(withoutNul(message.toWellFormed()))
  }
}

const keyOf = ({ message, outcome, pipeline, stepId }: IssueKind): string =>
  createHash("sha256").update(JSON.stringify([pipeline, stepId, outcome, message])).digest("hex")

const groupsOf = (runs: ReadonlyArray<FailedRun>): ReadonlyArray<Group> => {
  const groups = new Map<string, Group>()
  for (const run of runs) {
    const kind = kindOf(run)
    const key = keyOf(kind)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { kind, key, runs: [run] })
    else known.runs.push(run)
  }
  return [...groups.values()]
}

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

const timesOf = (runs: ReadonlyArray<FailedRun>) => runs.map(({ finished_at }) => finished_at.getTime())

/** SQL: the record of a run's last failed step, and the outcome of its last callout, in at most one row. */
export const failuresAre = (runId: string): string =>
  `select s.record, (
      select k.outcome from callouts k where k.run_id = s.run_id and k.step = s.index order by k.id desc limit 1
    ) as outcome
    from steps s where s.run_id = ${runId} and s.state = 'failed' order by s.index desc limit 1`

/** SQL: the condition of the index on failed runs that are in no issue yet. */
const ungrouped = "state in ('failed', 'compensation-failed') and issue_id is null"

/** Groups one batch of failed runs into issues. Returns the number of runs in it. */
const collect = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const store = Effect.fnUntraced(function*({ key, kind, runs }: Group) {
    const times = timesOf(runs)
    const [first, last] = [Math.min(...times), Math.max(...times)]
    const [before] = yield* sql<{ readonly id: string; readonly state: IssueState }>`
      select id, state from issues where key = ${key} for no key update`
    const ids = runs.toReversed().slice(0, sampled).map(({ id }) => id)
    const [after] = yield* sql.unsafe<{ readonly id: string; readonly state: IssueState }>(
      before === undefined
        ? `insert into issues (id, key, pipeline, step_id, outcome, message, count, first_seen, last_seen, sample)
          values ($1, $5, $6, $7, $8, $9, $2, $3, $4, $10) returning id, state`
        : `update issues set count = count + $2, first_seen = least(first_seen, $3), last_seen = greatest(last_seen, $4),
          state = case when state = 'resolved' and $4 > resolved_at then 'open' else state end,
          sample = ($5::uuid[] || sample)[1:${sampled}]
          where id = $1 returning id, state`,
      before === undefined
        ? [
          PgTypes.uuid(yield* newUuid),
          PgTypes.int4(runs.length),
          PgTypes.timestamptz(first),
          PgTypes.timestamptz(last),
          PgTypes.text(key),
          PgTypes.text(kind.pipeline),
          PgTypes.text(kind.stepId),
          PgTypes.text(kind.outcome),
          PgTypes.text(kind.message),
          uuids(ids)
        ]
        : [
          PgTypes.uuid(before.id),
          PgTypes.int4(runs.length),
          PgTypes.timestamptz(first),
          PgTypes.timestamptz(last),
          uuids(ids)
        ]
    )
    if (after === undefined) return
    yield* sql.unsafe("update runs set issue_id = $1 where id = any($2::uuid[])", [
      PgTypes.uuid(after.id),
      uuids(runs.map(({ id }) => id))
    ])
    if (after.state === "open" && before?.state !== "open") {
      yield* tellOperational(sql, "issue.opened", {
        ...kind,
        issueId: issueId(after.id),
        reason: before === undefined ? "a failure of a kind that was not seen before" : "a resolved issue failed again"
      })
    }
  })

  return yield* transaction(
    sql,
    Effect.gen(function*() {
      const [lock] = yield* sql<
        { readonly mine: boolean }
      >`select pg_try_advisory_xact_lock(${groupingLock}::bigint) as mine`
      if (lock?.mine !== true) return 0
      const runs = yield* sql<FailedRun>`select r.id, r.pipeline, r.reason, r.finished_at, f.record, f.outcome from (
          select id, pipeline, reason, finished_at from runs
          where ${sql.literal(ungrouped)}
          order by id limit ${batchSize} for no key update skip locked
        ) r left join lateral (${sql.literal(failuresAre("r.id"))}) f on true order by r.id`
      for (const group of groupsOf(runs)) yield* store(group)
      return runs.length
    })
  )
})

/** Looks without a transaction first: a process without new failures sends one statement, not four. */
const collectIfAny = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const failed = yield* sql.unsafe(`select id from runs where ${ungrouped} order by id limit 1`)
  return failed.length === 0 ? 0 : yield* collect
})

/** Groups failed runs into issues while its scope is open; for processes that execute runs. */
export const layer: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effectDiscard(
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const once = Effect.provideService(collectIfAny, SqlClient.SqlClient, sql).pipe(
      Effect.catchCause((cause) => Effect.as(Effect.logDebug("failures are not grouped yet", cause), 0))
    )
    yield* BackgroundLoop.fork(
      "issues",
      Effect.forever(
        Effect.flatMap(once, (count) => count === batchSize ? Effect.yieldNow : Effect.sleep("500 millis"))
      )
    )
  })
)
