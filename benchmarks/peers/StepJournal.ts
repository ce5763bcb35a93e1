/**
 * A journal as a program without a workflow engine would keep it, a commit a step: the order in versions, a row for each
 * callout, the run's outcome. One statement each, so that no transaction takes a second round trip.
 */
import pg from "pg"
import type { CalloutRecord } from "./Callouts.ts"

const schema = `
create table if not exists journal_orders (id uuid primary key, state text not null);
create table if not exists journal_versions (order_id uuid, version int, document text not null,
  primary key (order_id, version));
create table if not exists journal_callouts (order_id uuid, index int, record text not null, primary key (order_id, index))`

const accept = {
  name: "accept",
  text: `with o as (insert into journal_orders values ($1, 'running'))
    insert into journal_versions values ($1, 1, $2)`
}
const step = { name: "step", text: "insert into journal_callouts values ($1, $2, $3)" }
const finish = {
  name: "finish",
  text: `with c as (insert into journal_callouts values ($1, $2, $3)),
    v as (insert into journal_versions values ($1, 2, $4))
    insert into journal_orders values ($1, 'completed') on conflict (id) do update set state = 'completed'`
}
const read = { name: "read", text: "select index, record from journal_callouts where order_id = $1" }

export class StepJournal {
  readonly #pool: pg.Pool

  private constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** `connections`: so many commits at once. */
  static async open(url: string, connections: number): Promise<StepJournal> {
    const pool = new pg.Pool({ connectionString: url, max: connections })
    await pool.query(schema)
    return new StepJournal(pool)
  }

  get pool(): pg.Pool {
    return this.#pool
  }

  async accept(id: string, document: string): Promise<void> {
    await this.#pool.query({ ...accept, values: [id, document] })
  }

  async step(id: string, record: CalloutRecord): Promise<void> {
    await this.#pool.query({ ...step, values: [id, record.index, JSON.stringify(record)] })
  }

  /** The last callout, version 2 and the outcome in one commit. */
  async finish(id: string, record: CalloutRecord, document: string): Promise<void> {
    await this.#pool.query({ ...finish, values: [id, record.index, JSON.stringify(record), document] })
  }

  /** The finished steps of a run that is taken up again. */
  async finished(id: string): Promise<ReadonlySet<number>> {
    const { rows } = await this.#pool.query<{ readonly index: number }>({ ...read, values: [id] })
    return new Set(rows.map(({ index }) => index))
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}
