/** Prints the steps of an order's newest run with their attempts, as the pages show them: `attempts <order>`. */
import process from "node:process"

interface Callout {
  readonly attempt: number
  readonly outcome: string
  readonly idempotencyKey: string
  readonly response?: { readonly status: number }
}

const base = process.env["SLUICE_URL"] ?? ""
const read = async (path: string) => await (await fetch(`${base}${path}`)).json()
const { items } = await read(`/v1/process-events?orderId=${process.argv[2]}`) as {
  items: ReadonlyArray<{ id: string }>
}
const run = await read(`/v1/process-events/${items[0]?.id}`) as {
  readonly steps: ReadonlyArray<{ readonly callouts: ReadonlyArray<Callout> }>
}
for (const { attempt, idempotencyKey, outcome, response } of run.steps.flatMap(({ callouts }) => callouts)) {
  process.stdout.write(
    `${attempt}  ${outcome.padEnd(10)} ${response?.status ?? "-"}  idempotencyKey ${idempotencyKey}\n`
  )
}
