/**
 * graphile-worker with a journal table. The order and its job are stored by one statement; the job carries the document,
 * so that a first attempt reads nothing. An order is over when its outcome is committed; the job's own end follows in a
 * batch.
 */
import { Logger, run as work } from "graphile-worker"
import { uuidV7 } from "../baseline/Uuid.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { run } from "./JournaledRun.ts"
import { firstVersion, type OrderText } from "./OrderText.ts"
import { StepJournal } from "./StepJournal.ts"

interface Payload {
  readonly id: string
  readonly document: object
}

const concurrency = 64
const { databaseUrl, partnerUrl } = given()
const journal = await StepJournal.open(databaseUrl, 16)
const callouts = Callouts.open(partnerUrl)
const waiting = new Map<string, () => void>()

const accept = {
  name: "accept-job",
  text: `with o as (insert into journal_orders values ($1, 'running')),
    v as (insert into journal_versions values ($1, 1, $2))
    select graphile_worker.add_job('order', $3::json)`
}

const execute = async (
  { document, id }: Payload,
  { job }: { readonly job: { readonly attempts: number } }
) => {
  const order: OrderText = { document, text: JSON.stringify(document) }
  const done = job.attempts > 1 ? await journal.finished(id) : undefined
  await run(journal, callouts, id, order, done)
  waiting.get(id)?.()
  waiting.delete(id)
}

const runner = await work({
  connectionString: databaseUrl,
  noHandleSignals: true,
  taskList: { order: (payload, helpers) => execute(payload as Payload, helpers) },
  logger: new Logger(() => (level, message) => {
    if (level === "error" || level === "warning") process.stderr.write(`${message}\n`)
  }),
  preset: {
    worker: {
      concurrentJobs: concurrency,
      maxPoolSize: 10,
      pollInterval: 1000,
      // What its page on performance recommends: jobs fetched and ended in batches. More connections were slower here, and
      // a delay of 250 ms before a batch of ends too.
      localQueue: { size: concurrency + 1 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0
    }
  }
})

serve(async (submitted) => {
  const id = uuidV7()
  const { document, text } = firstVersion(id, submitted)
  const ended = new Promise<void>((done) => waiting.set(id, done))
  await journal.pool.query({ ...accept, values: [id, text, JSON.stringify({ id, document })] })
  await ended
}, async () => {
  await runner.stop()
  await callouts.close()
  await journal.close()
})
