/** Sluice in a process of its own, driven from inside it. */
// Before the first schema is used.
// oxlint-disable-next-line import/no-unassigned-import
import "effect/schema/SchemaJITCompiler/enable"
import { Intake } from "@sluice/engine/commands/Intake"
import { ManagedRuntime } from "effect"
import * as Endpoints from "../deliveries/Endpoints.ts"
import { idempotencyKey } from "../Order.ts"
import { given, serve } from "../Side.ts"
import { Endings, layer } from "./Sluice.ts"

const { databaseUrl, partnerUrl } = given()
const endings = new Endings()
const { sends, urls } = Endpoints.given()
const endpoints = sends ? Endpoints.endpointsOf(urls, ["*"]) : undefined
const runtime = ManagedRuntime.make(layer(databaseUrl, partnerUrl, endings, endpoints))
const intake = await runtime.runPromise(Intake)

serve(async (order) => {
  const { processEventId } = await runtime.runPromise(
    intake.submit({ body: order, idempotencyKey: idempotencyKey(order) })
  )
  const hex = processEventId.slice(-32)
  await endings.of(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`)
}, () => runtime.dispose())
