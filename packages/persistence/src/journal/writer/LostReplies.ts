/**
 * Determines the result of writes whose reply was lost. Runs after the epoch was raised, so that a statement still on
 * its way can store nothing; then any trace of a write decides for all of it, because it is stored as a whole.
 */
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { columns, type ColumnTypes, unnest } from "../../sql/ArrayParameters.ts"
import type { Rows } from "../../sql/JournalConnection.ts"
import type { StoredEntry } from "./FlushResult.ts"
import type { PendingEntry } from "./PendingWrite.ts"

const traces = {
  run_id: "uuid",
  order_id: "text",
  index: "int",
  callout: "uuid",
  ended: "bool",
  completed: "bool",
  version: "int",
  doc: "text",
  released_by: "uuid",
  wait_mark: "text",
  open_mark: "text"
} as const satisfies ColumnTypes

/**
 * Returns n, stored, the order's version, and the run's state if it has ended. The version is the one stored with a
 * step: a process that takes the run over starts the next step from it and sends the same bytes. The order may have a
 * later version by now.
 */
export const reconcileStatement = `with e as materialized (select e.* from ${unnest(traces, "e", 1)})
select e.n::int,
  case
    when e.index is not null then exists (
      select from steps s where s.run_id = e.run_id and s.index = e.index offset 0)
    when e.callout is not null then exists (
      select from callouts c where c.run_id = e.run_id and c.id = e.callout offset 0)
    -- Nothing but a cancel makes a run compensate that was to complete.
    when e.ended then r.finished_at is not null or (e.completed and r.state = 'compensating')
    when e.doc is not null then exists (
      select from order_versions v where v.order_id = e.order_id and v.version = e.version and v.doc = e.doc offset 0)
    -- Its wait may have been stored before it; and a process claims no run that it still holds.
    when e.released_by is not null then r.owner is distinct from e.released_by
    when e.open_mark is not null then r.open_mark is not distinct from e.open_mark
    when e.wait_mark is not null then r.wait_mark is not distinct from e.wait_mark
    else false
  end,
  coalesce((select s.next_version from steps s where s.run_id = e.run_id and s.index = e.index), o.version),
  case when r.finished_at is not null then r.state end
from e cross join lateral (
    select state, finished_at, owner, open_mark, wait_mark from runs where id = e.run_id offset 0) r
  cross join lateral (select version from orders where id = e.order_id offset 0) o`

export const reconcileParameters = (members: ReadonlyArray<Pick<PendingEntry, "entry" | "release" | "worker">>) =>
  columns(
    traces,
    members.map(({ entry, release, worker }) => ({
      run_id: entry.runId,
      order_id: entry.orderId,
      index: entry.step?.index ?? entry.skipped?.[0]?.index ?? null,
      callout: entry.callouts[0]?.record.id ?? null,
      ended: entry.finish !== undefined,
      completed: entry.finish?.state === "completed",
      version: entry.write === undefined ? null : entry.write.seen + 1,
      doc: entry.write?.document.text ?? null,
      released_by: release ? worker : null,
      wait_mark: entry.wait === undefined ? null : JSON.stringify(entry.wait),
      open_mark: entry.open === undefined ? null : JSON.stringify(entry.open)
    }))
  )

/**
 * The writes of a flush whose reply was lost that turn out to be stored, by position from 1. Another run may be queued
 * behind; an unnecessary check costs nothing.
 */
export const reconciled = (rows: Rows): ReadonlyMap<number, StoredEntry> => {
  const stored = new Map<number, StoredEntry>()
  for (const [n, there, version, ended] of rows) {
    if (there !== true) continue
    const state = ended === null ? undefined : ended as RunState
    stored.set(n as number, { version: version as number, ended: state, next: state !== undefined })
  }
  return stored
}
