/** The baseline in a process of its own, driven from inside it. */
import { given, serve } from "../Side.ts"
import { open } from "./Baseline.ts"

const { databaseUrl, partnerUrl } = given()
const baseline = await open(databaseUrl, partnerUrl)

serve(async (order) => {
  const { ended } = await baseline.accept(order)
  await ended
}, baseline.close)
