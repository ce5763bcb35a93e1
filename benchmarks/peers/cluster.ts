/**
 * Effect Workflow on ClusterWorkflowEngine, one runner, everything on PostgreSQL. It stores the execution's payload (the
 * order), each activity's reply (the callout's record) and the execution's reply (version 2 with the outcome) itself.
 * As it comes, or with BENCH_TUNED=1 as far as its settings go.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, ManagedRuntime, Redacted, Schema } from "effect"
import { ClusterWorkflowEngine, SingleRunner } from "effect/cluster"
import { Activity, Workflow } from "effect/workflow"
import { uuidV7 } from "../baseline/Uuid.ts"
import { steps } from "../Order.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { firstVersion, lastVersion } from "./OrderText.ts"

const isTuned = process.env["BENCH_TUNED"] === "1"
if (isTuned) await import("effect/schema/SchemaJITCompiler/enable")

const { databaseUrl, partnerUrl } = given()
const callouts = Callouts.open(partnerUrl)

const Headers = Schema.Record(Schema.String, Schema.String)
const CalloutRecord = Schema.Struct({
  index: Schema.Number,
  endpoint: Schema.String,
  method: Schema.String,
  idempotencyKey: Schema.String,
  orderVersion: Schema.Number,
  startedAt: Schema.Number,
  durationMs: Schema.Number,
  headers: Headers,
  response: Schema.Struct({ status: Schema.Number, headers: Headers, body: Schema.String })
})

const OrderWorkflow = Workflow.make("Order", {
  payload: { id: Schema.String, order: Schema.String },
  idempotencyKey: ({ id }) => id,
  success: Schema.String
})

const execution = OrderWorkflow.toLayer(Effect.fnUntraced(function*({ id, order }) {
  for (const [index, step] of steps.entries()) {
    yield* Activity.make({
      name: step,
      success: CalloutRecord,
      execute: Effect.promise(() => callouts.call(id, index, step, order))
    })
  }
  return lastVersion(JSON.parse(order) as object)
}))

/**
 * The settings that helped, tried one by one. One runner needs no rows to agree with others; fewer shards need fewer
 * locks; replies to this process need no serialization to try. Larger pools, pipelined connections and other poll
 * intervals did not help.
 */
const tuned = {
  runnerStorage: "memory",
  shardingConfig: { shardsPerGroup: 16, simulateRemoteSerialization: false }
} as const

const runtime = ManagedRuntime.make(execution.pipe(
  Layer.provideMerge(ClusterWorkflowEngine.layer),
  Layer.provideMerge(SingleRunner.layer(isTuned ? tuned : undefined)),
  Layer.provide([NodeCrypto.layerDigest, PgClient.layer({ url: Redacted.make(databaseUrl) })])
))
await runtime.runPromise(Effect.void)

serve(async (submitted) => {
  const id = uuidV7()
  await runtime.runPromise(OrderWorkflow.execute({ id, order: firstVersion(id, submitted).text }))
}, async () => {
  await runtime.dispose()
  await callouts.close()
})
