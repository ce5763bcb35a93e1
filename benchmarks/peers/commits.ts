/** Plain Node with a commit a step: no engine, no queue, and no takeover of the work of a dead process. */
import { uuidV7 } from "../baseline/Uuid.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { run } from "./JournaledRun.ts"
import { firstVersion } from "./OrderText.ts"
import { StepJournal } from "./StepJournal.ts"

const { databaseUrl, partnerUrl } = given()
const journal = await StepJournal.open(databaseUrl, 16)
const callouts = Callouts.open(partnerUrl)

serve(async (submitted) => {
  const id = uuidV7()
  const order = firstVersion(id, submitted)
  await journal.accept(id, order.text)
  await run(journal, callouts, id, order)
}, async () => {
  await callouts.close()
  await journal.close()
})
