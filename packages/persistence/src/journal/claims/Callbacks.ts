/**
 * Stores tokens of callback URLs, and takes the answers that come to them. The run's row is locked first, so that of an
 * answer, a cancel, the step's closure and the run's release each sees the one before it. `runs.answered_step` records
 * the answered step, so that the statement that releases the run makes it due at once (`FlushStatement`). Contract:
 * section 6, "Waiting for a callback".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { isFinal, type RunState } from "@sluice/domain/run/ProcessEvent"
import type {
  CallbackAnswer,
  CallbackToken,
  OperatorAnswer,
  Resolution,
  TakenCallback
} from "@sluice/engine/internal/journal/Callback"
import { judgeCallback } from "@sluice/engine/internal/journal/JournalRules"
import type { Wait } from "@sluice/engine/journal/Journal"
import { DateTime, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { actReference, recordAct } from "../../audit/ActRecord.ts"
import { encodeHistory } from "../../records/CalloutCodec.ts"

/** Nothing else is stored of a token. */
const digestOf = (token: string): Uint8Array => createHash("sha256").update(token).digest()

/** Stores the token, and opens the step again if it was closed. */
export const issueToken = Effect.fnUntraced(function*({ deadline, index, runId, token }: CallbackToken) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`with t as (
    insert into callback_tokens (digest, run_id, step, deadline)
    values (${digestOf(token)}, ${runId}::uuid, ${index}, ${
    deadline === Infinity ? null : PgTypes.timestamptz(deadline)
  })
    on conflict do nothing
  ) delete from callbacks where run_id = ${runId}::uuid and step = ${index} and closed`
})

interface AnswerRow {
  readonly closed: boolean
  readonly at: Date | null
  readonly headers: string | null
  readonly body: Uint8Array | null
  readonly fingerprint: Uint8Array | null
  readonly resolution: string | null
}

const answerOf = ({ at, body, closed, fingerprint, headers, resolution }: AnswerRow): CallbackAnswer | undefined =>
  closed ? undefined : {
    headers: JSON.parse(headers ?? "{}") as CallbackAnswer["headers"],
    body: body?.slice() ?? new Uint8Array(0),
    ...(fingerprint !== null && { fingerprint }),
    ...(resolution !== null && { resolution: JSON.parse(resolution) as Resolution }),
    at: at === null ? 0 : DateTime.toEpochMillis(DateTime.makeUnsafe(at))
  }

const stored = Effect.fnUntraced(function*(runId: string, index: number) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<AnswerRow>`select closed, at, headers, body, fingerprint, resolution from callbacks
    where run_id = ${runId}::uuid and step = ${index}`
  return row
})

/** The answer that was taken for a step. */
export const callbackAnswer = (runId: string, index: number) =>
  Effect.map(stored(runId, index), (row) => row && answerOf(row))

/** $1 worker, $2 epoch, $3 run, $4 step. Closes nothing under a worker that does not hold the run. */
const closeStatement = `with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share),
r as materialized (select runs.id from runs, me where runs.id = $3 and runs.owner = me.id for no key update of runs),
c as (insert into callbacks (run_id, step, closed) select r.id, $4, true from r on conflict do nothing)
select id from r`

/** Closes the step, and returns whether the worker holds the run, and the answer that was taken before, if any. */
export const closeCallback = Effect.fnUntraced(
  function*(worker: { readonly worker: string; readonly epoch: number }, runId: string, index: number) {
    const sql = yield* SqlClient.SqlClient
    const held = yield* sql.unsafe(closeStatement, [
      PgTypes.uuid(worker.worker),
      PgTypes.int4(worker.epoch),
      PgTypes.uuid(runId),
      PgTypes.int4(index)
    ])
    if (held.length === 0) return { holds: false } as const
    const row = yield* stored(runId, index)
    return { holds: true, answer: row && answerOf(row) } as const
  }
)

interface LockedRun {
  readonly order_id: string
  readonly state: RunState
  readonly cancel_requested: boolean
  readonly wait_mark: string | null
  /** Epoch milliseconds, by the database's clock. */
  readonly now: number
}

/** The time at which an answer is judged. A process whose clock has jumped ahead makes no answer late by itself. */
const judgedAt = ({ now }: LockedRun, { at }: Pick<CallbackAnswer, "at">): number => Math.min(now, at)

const lock = Effect.fnUntraced(function*(runId: string) {
  const sql = yield* SqlClient.SqlClient
  const [run] = yield* sql<LockedRun>`select order_id, state, cancel_requested, wait_mark,
      extract(epoch from clock_timestamp())::float8 * 1000 as now from runs
    where id = ${runId}::uuid for no key update`
  return run
})

const waitOf = ({ wait_mark }: LockedRun): Wait | undefined =>
  wait_mark === null ? undefined : JSON.parse(wait_mark) as Wait

/** Keeps the answer; a run that no process executes is due. */
const keep = Effect.fnUntraced(function*(runId: string, index: number, answer: CallbackAnswer) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into callbacks (run_id, step, at, headers, body, fingerprint, resolution)
    values (${runId}::uuid, ${index}, ${PgTypes.timestamptz(answer.at)}, ${JSON.stringify(answer.headers)},
      ${answer.body}, ${answer.fingerprint ?? null},
      ${answer.resolution === undefined ? null : JSON.stringify(answer.resolution)})`
  yield* sql`update runs set answered_step = ${index},
    held_for = case when owner is null then null else held_for end,
    due_at = case when owner is null and state <> 'queued' then clock_timestamp() else due_at end
    where id = ${runId}::uuid`
})

/** Takes a partner's answer, in the transaction of the caller. */
export const takeCallback = Effect.fnUntraced(function*(token: string, answer: CallbackAnswer) {
  const sql = yield* SqlClient.SqlClient
  const [issued] = yield* sql<{ readonly run_id: string; readonly step: number; readonly deadline: Date | null }>`
    select run_id, step, deadline from callback_tokens where digest = ${digestOf(token)}`
  const run = issued && (yield* lock(issued.run_id))
  if (issued === undefined || run === undefined) return { _tag: "Unknown" } satisfies TakenCallback as TakenCallback
  const { run_id: runId, step: index } = issued
  // Statements of their own: what was stored before the lock was had is seen by them.
  const known = yield* stored(runId, index)
  const [ended] = yield* sql`select from steps where run_id = ${runId}::uuid and index >= ${index} limit 1`
  const _tag = judgeCallback({
    settled: known && (known.closed ? { _tag: "Closed" } : { _tag: "Answered", fingerprint: known.fingerprint }),
    isOver: isFinal(run.state) || run.cancel_requested || run.state === "compensating" || ended !== undefined,
    wait: waitOf(run),
    index,
    deadline: issued.deadline?.getTime() ?? Infinity
  }, { ...answer, at: judgedAt(run, answer) })
  if (_tag === "Taken") yield* keep(runId, index, answer)
  return { _tag, runId, orderId: run.order_id, state: run.state } satisfies TakenCallback as TakenCallback
})

/**
 * Takes an operator's answer, in the transaction of the caller. False if the run does not wait for this step's
 * callback.
 */
export const answerCallback = Effect.fnUntraced(
  function*(runId: string, index: number, { answer, history }: OperatorAnswer) {
    const sql = yield* SqlClient.SqlClient
    const run = yield* lock(runId)
    const wait = run && waitOf(run)
    if (run === undefined || run.state !== "waiting" || run.cancel_requested) return false
    if (wait?.callback === undefined || wait.index !== index || wait.dueAt <= judgedAt(run, answer)) return false
    if ((yield* stored(runId, index)) !== undefined) return false
    const act = yield* actReference
    const resolution = { ...answer.resolution, ...(act !== undefined && { act: act.entry }) }
    yield* keep(runId, index, { ...answer, resolution })
    yield* sql`insert into order_history (order_id, entry) values (${run.order_id}, ${encodeHistory(history)})`
    yield* recordAct(sql, {
      id: act?.id,
      before: { state: "waiting" },
      after: { state: "answered" },
      reason: answer.resolution.reason,
      orderId: run.order_id,
      runId
    })
    return true
  }
)
