/** The effects of the statements of `journal/claims/Callbacks` on the tables, and their answers. */
import { date, type Run, standing } from "./StatementModels.ts"
import { type CallbackRow, isOpenRun } from "./Tables.ts"

const place = (runId: string, step: number) => `${runId} ${step}`

const bytes = (value: unknown): string => value instanceof Uint8Array ? value.join() : ""

export const issueToken: Run = ({ parameters: [digest, runId, step, deadline], tables }) => {
  tables.tokens.set(bytes(digest), { run_id: runId, step, deadline: deadline ?? null })
  if (tables.callbacks.get(place(runId, step))?.closed === true) tables.callbacks.delete(place(runId, step))
  return []
}

export const closeCallback: Run = (asked) => {
  const { parameters: [worker, , runId, step], tables } = asked
  if (!standing(asked) || tables.runs.get(runId)?.owner !== worker) return []
  if (!tables.callbacks.has(place(runId, step))) {
    tables.callbacks.set(place(runId, step), { ...closed, run_id: runId, step })
  }
  return [{ id: runId }]
}

const closed: Omit<CallbackRow, "run_id" | "step"> = {
  closed: true,
  at: null,
  headers: null,
  body: null,
  fingerprint: null,
  resolution: null
}

export const storedCallback: Run = ({ parameters: [runId, step], tables }) => {
  const row = tables.callbacks.get(place(runId, step))
  return row === undefined ? [] : [{ ...row, at: date(row.at) }]
}

export const tokenOf: Run = ({ parameters: [digest], tables }) => {
  const token = tables.tokens.get(bytes(digest))
  return token === undefined ? [] : [{ ...token, deadline: date(token.deadline) }]
}

export const lockedRun: Run = ({ now, parameters: [runId], tables }) => {
  const run = tables.runs.get(runId)
  if (run === undefined) return []
  const { cancel_requested, order_id, state, wait_mark } = run
  return [{ order_id, state, cancel_requested, wait_mark, now }]
}

export const laterStep: Run = ({ parameters: [runId, step], tables }) =>
  [...tables.steps.values()].some((row) => row.run_id === runId && row.index >= step) ? [{}] : []

export const keepCallback: Run = (
  { parameters: [runId, step, at, headers, body, fingerprint, resolution], tables }
) => {
  tables.callbacks.set(place(runId, step), {
    run_id: runId,
    step,
    closed: false,
    at,
    headers,
    body,
    fingerprint,
    resolution
  })
  return []
}

export const answeredRun: Run = ({ now, parameters: [step, runId], tables }) => {
  const run = tables.runs.get(runId)
  if (run === undefined) return []
  const isUnowned = run.owner === null
  tables.runs.set(runId, {
    ...run,
    answered_step: step,
    held_for: isUnowned ? null : run.held_for,
    due_at: isUnowned && isOpenRun(run) ? now : run.due_at
  })
  return []
}
