/** The same callouts with nothing stored: what the partner and Node's HTTP client allow. */
import { uuidV7 } from "../baseline/Uuid.ts"
import { steps } from "../Order.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { firstVersion } from "./OrderText.ts"

const callouts = Callouts.open(given().partnerUrl)

serve(async (submitted) => {
  const id = uuidV7()
  const { text } = firstVersion(id, submitted)
  for (const [index, step] of steps.entries()) await callouts.call(id, index, step, text)
}, callouts.close)
