/**
 * PostgreSQL as far as the journal speaks to it: each statement is one step of a state machine over `Tables`. A statement
 * that is not known here is a defect of the test, so a new one cannot go by unnoticed.
 */
import { isParameter } from "@effect/sql-pg/PgTypes"
import { fence as fenceStatement, look as lookStatement } from "../../src/journal/claims/RunClaimer.ts"
import { duplicatesStatement, erasedDuplicatesStatement } from "../../src/journal/writer/KeyConflicts.ts"
import { reconcileStatement } from "../../src/journal/writer/LostReplies.ts"
import {
  answeredRun,
  closeCallback,
  issueToken,
  keepCallback,
  laterStep,
  lockedRun,
  storedCallback,
  tokenOf
} from "./CallbackModels.ts"
import { flush } from "./FlushModel.ts"
import {
  cancel,
  claimDue,
  claimOrphans,
  document,
  duplicates,
  edit,
  fence,
  hasCancel,
  isDue,
  isFenced,
  leaseMs,
  look,
  positional,
  reconcile,
  recoverRuns,
  rejoin,
  type Row,
  type Run,
  runsOf,
  start,
  turnHasCome
} from "./StatementModels.ts"
import { byId, type Tables } from "./Tables.ts"

export interface Statement {
  readonly name: string
  readonly run: Run
  /** The table of which it passes over rows that another transaction has locked: it may answer with fewer rows. */
  readonly skips?: "runs" | "orders" | "workers"
}

const none: Run = () => []

/** By how their texts begin, white space aside; the first that fits. */
const statements: ReadonlyArray<readonly [string, Statement]> = [
  ["insert into workers", {
    name: "enter",
    run: ({ now, parameters: [id], tables }) => {
      tables.workers.set(id, { id, epoch: 0, alive_until: now + leaseMs, fenced: false, left_orderly: false })
      return []
    }
  }],
  ["with w as materialized (select id from workers", { name: "rejoin", run: rejoin }],
  ["update workers set fenced = true, left_orderly = true", {
    name: "leave",
    run: ({ parameters: [id], tables }) => {
      const worker = tables.workers.get(id)
      if (worker !== undefined) tables.workers.set(id, { ...worker, fenced: true, left_orderly: true })
      return []
    }
  }],
  // Not of the product: a test's way of passing six seconds.
  ["update workers set alive_until = '-infinity'", {
    name: "expire",
    run: ({ parameters: [ids], tables }) => {
      for (const worker of tables.workers.values()) {
        if (ids.includes(worker.id)) tables.workers.set(worker.id, { ...worker, alive_until: -Infinity })
      }
      return []
    }
  }],
  ["with me as (update workers", {
    name: "flush",
    run: (a) => positional(flush(a.tables, a.text, a.parameters, a.now))
  }],
  [
    "with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share), pick as materialized ( select r.id, o.version",
    {
      name: "start",
      run: start
    }
  ],
  [
    "with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share), pick as materialized (select r.id, w.left_orderly",
    {
      name: "claim orphans",
      run: claimOrphans,
      skips: "runs"
    }
  ],
  [
    "with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share), pick as materialized (select r.id, true",
    {
      name: "claim due",
      run: claimDue,
      skips: "runs"
    }
  ],
  ["with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share), r as materialized", {
    name: "close callback",
    run: closeCallback
  }],
  ["with t as ( insert into callback_tokens", { name: "issue token", run: issueToken }],
  ["select closed, at, headers, body", { name: "callback", run: storedCallback }],
  ["select run_id, step, deadline from callback_tokens", { name: "callback token", run: tokenOf }],
  ["select order_id, state, cancel_requested, wait_mark", { name: "lock for callback", run: lockedRun }],
  ["select from steps where run_id", { name: "later step", run: laterStep }],
  ["insert into callbacks", { name: "keep callback", run: keepCallback }],
  ["update runs set answered_step", { name: "answered", run: answeredRun }],
  ["with me as (select", { name: "flush", run: (a) => positional(flush(a.tables, a.text, a.parameters, a.now)) }],
  [fenceStatement, { name: "fence", run: fence, skips: "workers" }],
  [lookStatement, { name: "look", run: look }],
  [reconcileStatement, { name: "reconcile", run: reconcile }],
  [duplicatesStatement, { name: "duplicates", run: duplicates }],
  // Nothing is erased in an exploration.
  [erasedDuplicatesStatement, { name: "erased duplicates", run: () => [] }],
  ["select o.id, o.version, r.reason", {
    name: "versions",
    run: ({ parameters: [orders, runs], tables }) =>
      positional((orders as ReadonlyArray<string>).map((id, i) => {
        const run = tables.runs.get(runs[i])
        const { cancel_compensates, reason } = run?.cancel_requested === true
          ? run
          : { cancel_compensates: null, reason: null }
        return [id, tables.orders.get(id)?.version, reason, cancel_compensates]
      }))
  }],
  ["delete from workers", { name: "sweep", run: none }],
  ["select r.id from workers w cross join lateral", {
    name: "orphans",
    run: (asked) =>
      runsOf(asked).filter((run) => isFenced(asked, run)).slice(0, asked.parameters[0]).map(({ id }) => ({ id }))
  }],
  ["select id from runs where due_at", {
    name: "due",
    run: (asked) =>
      runsOf(asked).filter((run) => isDue(asked, run)).toSorted((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0))
        .slice(0, asked.parameters[0]).map(({ id }) => ({ id }))
  }],
  ["with recursive p (pipeline)", {
    name: "candidates",
    run: (asked) =>
      runsOf(asked).filter((run) => turnHasCome(asked, run)).slice(0, asked.parameters[0])
        .map(({ id, order_id, pipeline }) => ({ id, order_id, pipeline }))
  }],
  ["select id, version from orders where id = any", {
    name: "lock orders",
    run: ({ parameters: [ids], tables }) =>
      [...tables.orders.values()].filter(({ id }) => ids.includes(id)).map(({ id, version }) => ({ id, version })),
    skips: "orders"
  }],
  ["select id, event_id, order_id, pipeline", { name: "recover", run: recoverRuns }],
  ["select run_id, index, state, next_version", {
    name: "recover steps",
    run: ({ parameters: [ids], tables }) =>
      [...tables.steps.values()].filter(({ run_id }) => ids.includes(run_id)).toSorted((a, b) => a.index - b.index)
        .map((row) => ({ ...row }))
  }],
  ["select run_id, id, step, outcome", {
    name: "recover callouts",
    run: ({ parameters: [ids], tables }) =>
      [...tables.callouts.values()].filter(({ run_id }) => ids.includes(run_id)).toSorted(byId)
        .map((row) => ({ ...row }))
  }],
  ["update runs set takeovers", {
    name: "count takeovers",
    run: ({ parameters: [ids, takeovers, progress], tables }) => {
      ;(ids as ReadonlyArray<string>).forEach((id, i) => {
        const run = tables.runs.get(id)
        if (run === undefined) return
        tables.runs.set(id, { ...run, takeovers: takeovers[i], takeover_progress: progress[i] })
      })
      return []
    }
  }],
  ["with f as ( update runs set cancel_requested", { name: "cancel", run: cancel }],
  ["select state, cancel_requested from runs", {
    name: "cancel state",
    run: ({ parameters: [id], tables }) => {
      const run = tables.runs.get(id)
      return run === undefined ? [] : [{ state: run.state, cancel_requested: run.cancel_requested }]
    }
  }],
  ["select id, reason, cancel_compensates", {
    name: "cancelled",
    run: (asked) =>
      runsOf(asked).filter((run) => hasCancel(run, asked.parameters[0]))
        .map(({ cancel_compensates, id, reason }) => ({ id, reason, compensate: cancel_compensates }))
  }],
  ["select state from runs", {
    name: "state",
    run: ({ parameters: [id], tables }) => {
      const run = tables.runs.get(id)
      return run === undefined ? [] : [{ state: run.state }]
    }
  }],
  ["select order_id from runs", {
    name: "order of a run",
    run: ({ parameters: [id], tables }) => {
      const run = tables.runs.get(id)
      return run === undefined ? [] : [{ order_id: run.order_id }]
    }
  }],
  ["select id from runs where owner = $1 and id = any", {
    name: "doubts",
    run: (asked) =>
      runsOf(asked).filter((run) => run.owner === asked.parameters[0] && asked.parameters[1].includes(run.id))
        .map(({ id }) => ({ id }))
  }],
  // A look for runs that nobody executes is there for what nobody thought of: what holds has to hold without it.
  ["select id from runs where owner = $1", { name: "owned", run: () => [] }],
  ["select v.doc from orders", {
    name: "document",
    run: ({ parameters: [id], tables }) => document(tables, id, tables.orders.get(id)?.version)
  }],
  ["select doc from order_versions", {
    name: "document",
    run: ({ parameters: [id, version], tables }) => document(tables, id, version)
  }],
  ["with o as ( update orders set version", { name: "edit", run: edit }],
  ["select version, (select string_agg", {
    name: "version",
    run: ({ parameters: [id], tables }) => {
      const order = tables.orders.get(id)
      return order === undefined ? [] : [{ version: order.version, types: null, untold: false }]
    }
  }],
  ["select count(*)::int4 as n from ( select from runs", {
    name: "queue depth",
    run: (asked) => [{ n: runsOf(asked).filter(({ state }) => state === "queued").length }]
  }],
  ["select pg_notify", { name: "notify", run: () => [{ pg_notify: "" }] }],
  ["BEGIN", { name: "begin", run: none }],
  ["COMMIT", { name: "commit", run: none }],
  ["ROLLBACK", { name: "rollback", run: none }]
]

const plain = (text: string) => text.replaceAll(/\s+/g, " ").trim()
const known = new Map<string, Statement>()
const begins = statements.map(([start, statement]) => [plain(start), statement] as const)

export const statementOf = (text: string): Statement => {
  let found = known.get(text)
  if (found === undefined) {
    const one = plain(text)
    found = begins.find(([start]) => one.startsWith(start))?.[1]
    if (found === undefined) throw new Error(`the model does not know this statement: ${one}`)
    known.set(text, found)
  }
  return found
}

/** The value of a parameter, without its type. */
export const valueOf = (parameter: unknown): unknown => isParameter(parameter) ? parameter.value : parameter

export const execute = (tables: Tables, now: number, text: string, given: ReadonlyArray<unknown>): ReadonlyArray<Row> =>
  statementOf(text).run({ tables, now, text, parameters: given.map(valueOf) })
