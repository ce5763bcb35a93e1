/**
 * The baseline's writer: one statement at a time, with everything that waits, on one connection. The rows are those that
 * Sluice writes for the same order, in the same tables.
 */
import pg from "pg"

/** An order, its first version and its run. */
export interface AcceptRow {
  readonly id: string
  readonly orderType: string
  readonly status: string
  readonly at: string
  readonly eventId: string
  readonly runId: string
  readonly document: string
  readonly pipeline: string
}

/** A step that has ended, with its callout; `end` where it is the run's last. */
export interface StepRow {
  readonly orderId: string
  readonly runId: string
  readonly index: number
  readonly step: string
  readonly calloutId: string
  readonly callout: string
  readonly response: Buffer
  readonly version: number
  readonly end?: { readonly at: string; readonly status: string; readonly document: string; readonly history: string }
}

const owner = "00000000-0000-7000-8000-000000000000"

const statement = `
with
a as materialized (select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::uuid[], $6::uuid[],
  $7::text[], $8::text[]) as a(id, order_type, status, at, event_id, run_id, doc, pipeline)),
a1 as (insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id)
  select id, order_type, status, 1, at, at, event_id, run_id from a),
a2 as (insert into order_versions select id, 1, doc from a),
a3 as (insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version, created_at,
    started_at)
  select run_id, id, event_id, pipeline, 1, 'running', '${owner}', 1, at, at from a),
s as materialized (select * from unnest($9::uuid[], $10::int[], $11::text[], $12::uuid[], $13::text[], $14::bytea[],
  $15::int[]) as s(run_id, index, step, callout_id, callout, response, version)),
s1 as (insert into steps select run_id, index, 'succeeded', version, step from s),
s2 as (insert into callouts
  select run_id, callout_id, index, 'succeeded', callout, 'order', null, response from s),
e as materialized (select * from unnest($16::text[], $17::uuid[], $18::timestamptz[], $19::text[], $20::text[],
  $21::text[]) as e(order_id, run_id, at, status, doc, history)),
e1 as (update orders set version = version + 1, status = e.status, updated_at = e.at from e where orders.id = e.order_id),
e2 as (insert into order_versions select order_id, 2, doc from e),
e3 as (insert into order_history (order_id, entry) select order_id, history from e),
e4 as (update runs set state = 'completed', finished_at = e.at, owner = null, failed_steps = 0 from e
  where runs.id = e.run_id)
select 1`

interface Waiting<Row> {
  readonly row: Row
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** As many rows as Sluice takes in one statement. */
const maxMembers = 256

export class Writer {
  readonly #client: pg.Client
  #accepts: Array<Waiting<AcceptRow>> = []
  #steps: Array<Waiting<StepRow>> = []
  #writing = false

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open(url: string): Promise<Writer> {
    const client = new pg.Client({ connectionString: url, application_name: "baseline" })
    await client.connect()
    // As Sluice's writer sets them: a plan that was made while the tables were empty must not read them through.
    await client.query("set enable_seqscan = off; set enable_mergejoin = off; set jit = off")
    await client.query("set plan_cache_mode = force_generic_plan")
    return new Writer(client)
  }

  accept(row: AcceptRow): Promise<void> {
    return new Promise((done, failed) => {
      this.#accepts.push({ row, done, failed })
      this.#write()
    })
  }

  step(row: StepRow): Promise<void> {
    return new Promise((done, failed) => {
      this.#steps.push({ row, done, failed })
      this.#write()
    })
  }

  close(): Promise<void> {
    return this.#client.end()
  }

  #write(): void {
    if (this.#writing) return
    this.#writing = true
    void this.#drain().finally(() => {
      this.#writing = false
    })
  }

  async #drain(): Promise<void> {
    while (this.#accepts.length + this.#steps.length > 0) {
      const accepts = this.#accepts.splice(0, maxMembers)
      const steps = this.#steps.splice(0, maxMembers - accepts.length)
      const members = [...accepts, ...steps]
      try {
        await this.#client.query({ name: "write", text: statement, values: values(accepts, steps) })
        for (const { done } of members) done()
      } catch (error) {
        for (const { failed } of members) failed(error)
      }
    }
  }
}

const values = (
  accepts: ReadonlyArray<Waiting<AcceptRow>>,
  steps: ReadonlyArray<Waiting<StepRow>>
): Array<ReadonlyArray<unknown>> => {
  const accepted = <Name extends keyof AcceptRow>(name: Name) => accepts.map(({ row }) => row[name])
  const stepped = <Name extends keyof StepRow>(name: Name) => steps.map(({ row }) => row[name])
  const ends = steps.flatMap(({ row: { end, orderId, runId } }) =>
    end === undefined ? [] : [{ ...end, orderId, runId }]
  )
  const ended = <Name extends keyof typeof ends[number]>(name: Name) => ends.map((end) => end[name])
  return [
    accepted("id"),
    accepted("orderType"),
    accepted("status"),
    accepted("at"),
    accepted("eventId"),
    accepted("runId"),
    accepted("document"),
    accepted("pipeline"),
    stepped("runId"),
    stepped("index"),
    stepped("step"),
    stepped("calloutId"),
    stepped("callout"),
    stepped("response"),
    stepped("version"),
    ended("orderId"),
    ended("runId"),
    ended("at"),
    ended("status"),
    ended("document"),
    ended("history")
  ]
}
