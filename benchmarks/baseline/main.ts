/** The baseline in a process of its own, driven from inside it. */
import { idempotencyKey } from "../Order.ts"
import { given, serve } from "../Side.ts"
import { open, type Schema } from "./Baseline.ts"

const { databaseUrl, partnerUrl } = given()
const baseline = await open(databaseUrl, partnerUrl, process.env["BENCH_SCHEMA"] as Schema ?? "today")

serve(async (order) => {
  const { ended } = await baseline.accept(order, idempotencyKey(order))
  await ended
}, baseline.close)
