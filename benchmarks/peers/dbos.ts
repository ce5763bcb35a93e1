/**
 * DBOS: a workflow of three steps, called directly. It stores the workflow's input (the order), each step's result (the
 * callout's record) and the workflow's output (version 2 with the outcome) itself; nothing is added.
 */
import { DBOS } from "@dbos-inc/dbos-sdk"
import { uuidV7 } from "../baseline/Uuid.ts"
import { steps } from "../Order.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { firstVersion, lastVersion } from "./OrderText.ts"

const { databaseUrl, partnerUrl } = given()
const callouts = Callouts.open(partnerUrl)

const workflow = DBOS.registerWorkflow(async (id: string, document: object) => {
  const text = JSON.stringify(document)
  for (const [index, step] of steps.entries()) {
    await DBOS.runStep(() => callouts.call(id, index, step, text), { name: step })
  }
  return lastVersion(document)
}, { name: "order" })

DBOS.setConfig({
  name: "benchmark",
  systemDatabaseUrl: databaseUrl,
  // Its default: 20 and 64 connections were slower here.
  systemDatabasePoolSize: 10,
  logLevel: "error"
})
await DBOS.launch()

serve(async (submitted) => {
  const id = uuidV7()
  const { document } = firstVersion(id, submitted)
  await DBOS.withNextWorkflowID(id, () => workflow(id, document))
}, async () => {
  await DBOS.shutdown()
  await callouts.close()
})
