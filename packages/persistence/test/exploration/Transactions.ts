/**
 * A transaction that has locked the run's row, and has not been committed, as PostgreSQL shows it to others under READ
 * COMMITTED: they read the rows as they were, wait where they want the locked row, and pass over it with `skip locked`.
 * For explorations that execute such a transaction a statement at a time (`Scenario.transactions`).
 */
import { execute, statementOf } from "./DatabaseModel.ts"
import type { Row } from "./StatementModels.ts"
import { copy, type Tables } from "./Tables.ts"
import { locked, locking, type Sent } from "./UnderWay.ts"

interface Write {
  readonly table: keyof Tables
  readonly key: string
  /** Absent where the row was deleted. */
  readonly row: unknown
}

type Rows = Map<string, unknown>

const names = Object.keys(
  {
    workers: 0,
    orders: 0,
    versions: 0,
    runs: 0,
    steps: 0,
    callouts: 0,
    tokens: 0,
    callbacks: 0
  } satisfies Record<keyof Tables, 0>
) as ReadonlyArray<keyof Tables>

/** Rows are replaced and never changed, so that a row that was not written is the same object. */
const differences = (before: Tables, after: Tables): ReadonlyArray<Write> =>
  names.flatMap((table) => {
    const [old, new_] = [before[table] as Rows, after[table] as Rows]
    return [...new Set([...old.keys(), ...new_.keys()])].filter((key) => old.get(key) !== new_.get(key))
      .map((key) => ({ table, key, row: new_.get(key) }))
  })

const apply = (writes: ReadonlyArray<Write>, tables: Tables): void => {
  for (const { key, row, table } of writes) {
    const rows = tables[table] as Rows
    if (row === undefined) rows.delete(key)
    else rows.set(key, row)
  }
}

type Execution = (tables: Tables) => ReadonlyArray<Row>

export interface Transactions {
  /** Executes a statement on what its transaction sees. */
  readonly execute: (one: Sent, on: Execution) => ReadonlyArray<Row>
  /** True if the statement waits for the locked row. */
  readonly blocks: (one: Sent, now: number) => boolean
  /** The writes that others do not see yet. */
  readonly written: () => ReadonlyArray<unknown>
  /** Rolls the transaction back if it is among those of a process that has died. */
  readonly ended: (left: ReadonlyArray<Sent>) => void
}

export const make = (tables: Tables): Transactions => {
  let holder: Sent["transaction"]
  let writes: ReadonlyArray<Write> = []

  const end = () => {
    holder = undefined
    writes = []
  }

  const isOther = (one: Sent) => holder !== undefined && one.transaction !== holder

  /** Executes a statement of the transaction that has the lock, or gets it. */
  const within = (one: Sent, on: Execution): ReadonlyArray<Row> => {
    const view = copy(tables)
    apply(writes, view)
    const before = copy(view)
    const rows = on(view)
    if (holder === undefined && rows.length === 0) return rows
    holder = one.transaction
    writes = [...writes, ...differences(before, view)]
    return rows
  }

  return {
    execute: (one, on) => {
      if (isOther(one)) return statementOf(one.text).skips === "runs" ? [] : on(tables)
      if (one.transaction === undefined || !(locking.has(one.name) || locked.has(one.name))) return on(tables)
      if (holder === undefined && !locking.has(one.name)) return on(tables)
      if (one.name === "commit") apply(writes, tables)
      if (one.name === "commit" || one.name === "rollback") {
        end()
        return on(tables)
      }
      return within(one, on)
    },
    blocks: (one, now) => {
      if (!isOther(one) || statementOf(one.text).skips === "runs") return false
      const after = copy(tables)
      const rows = execute(after, now, one.text, one.parameters)
      return locks.has(one.name) ? rows.length > 0 : differences(tables, after).some(({ table }) => table === "runs")
    },
    written: () => holder === undefined ? [] : ["locked", ...writes],
    ended: (left) => {
      if (holder !== undefined && left.some(({ transaction }) => transaction === holder)) end()
    }
  }
}

/** Statements that lock the run's row and may leave it as it is. */
const locks = new Set(["lock for callback", "close callback"])
