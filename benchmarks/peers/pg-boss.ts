/**
 * pg-boss with a journal table. The job carries the order, which is stored there; callouts, the second version and the
 * outcome go to the journal, and an order is over when they are committed. The job's own end follows.
 */
import { PgBoss } from "pg-boss"
import { uuidV7 } from "../baseline/Uuid.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { run } from "./JournaledRun.ts"
import { firstVersion } from "./OrderText.ts"
import { StepJournal } from "./StepJournal.ts"

const { databaseUrl, partnerUrl } = given()
const journal = await StepJournal.open(databaseUrl, 16)
const callouts = Callouts.open(partnerUrl)
const waiting = new Map<string, () => void>()
const queue = "orders"

const boss = new PgBoss({ connectionString: databaseUrl, max: 16, useListenNotify: true, schedule: false })
boss.on("error", (error) => process.stderr.write(`${String(error)}\n`))
await boss.start()
await boss.createQueue(queue, { notify: true, retryLimit: 3 })

/** One worker with large batches was the fastest of 64 × 1, 16 × 4, 8 × 16, 4 × 32, 2 × 64 and 1 × 64. */
const options = {
  localConcurrency: 1,
  batchSize: 64,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
  burstWhenBatchFull: true,
  includeMetadata: true
} as const

await boss.work<{ readonly document: object }>(queue, options, async (jobs) => {
  await Promise.all(jobs.map(async ({ data: { document }, id, retryCount }) => {
    const done = retryCount > 0 ? await journal.finished(id) : undefined
    await run(journal, callouts, id, { document, text: JSON.stringify(document) }, done)
    waiting.get(id)?.()
    waiting.delete(id)
  }))
})

serve(async (submitted) => {
  const id = uuidV7()
  const { document } = firstVersion(id, submitted)
  const ended = new Promise<void>((done) => waiting.set(id, done))
  await boss.send(queue, { document }, { id })
  await ended
}, async () => {
  await boss.stop({ graceful: true })
  await callouts.close()
  await journal.close()
})
