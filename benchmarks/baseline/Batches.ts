/** One statement at a time, with everything that waits, on one connection. */
import pg from "pg"
import type { AcceptRow, RowWriter, StepRow } from "./Rows.ts"

/** A prepared statement. */
export interface Statement {
  readonly name: string
  readonly text: string
  readonly values: ReadonlyArray<unknown>
}

interface Waiting<Row> {
  readonly row: Row
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** As many rows as Sluice takes in one statement. */
const maxMembers = 256

/** `write`: the statement that stores these rows. */
export const open = async (
  url: string,
  prepare: ReadonlyArray<string>,
  write: (accepts: ReadonlyArray<AcceptRow>, steps: ReadonlyArray<StepRow>) => Statement
): Promise<RowWriter> => {
  const client = new pg.Client({ connectionString: url, application_name: "baseline" })
  await client.connect()
  // As Sluice's writer sets them: a plan that was made while the tables were empty must not read them through.
  await client.query("set enable_seqscan = off; set enable_mergejoin = off; set jit = off")
  await client.query("set plan_cache_mode = force_generic_plan")
  for (const text of prepare) await client.query(text)
  const accepts: Array<Waiting<AcceptRow>> = []
  const steps: Array<Waiting<StepRow>> = []
  let writing = false

  const drain = async () => {
    while (accepts.length + steps.length > 0) {
      const accepted = accepts.splice(0, maxMembers)
      const stepped = steps.splice(0, maxMembers - accepted.length)
      const members = [...accepted, ...stepped]
      try {
        const { name, text, values } = write(accepted.map(({ row }) => row), stepped.map(({ row }) => row))
        await client.query({ name, text, values: [...values] })
        for (const { done } of members) done()
      } catch (error) {
        for (const { failed } of members) failed(error)
      }
    }
    writing = false
  }

  const queued = <Row>(queue: Array<Waiting<Row>>) => (row: Row): Promise<void> =>
    new Promise((done, failed) => {
      queue.push({ row, done, failed })
      if (writing) return
      writing = true
      void drain()
    })

  return { accept: queued(accepts), step: queued(steps), close: () => client.end() }
}
