/** The typed client against a server that runs: settings, an order, its end, a list, a problem. */
import { createClient } from "@sluice/client"
import { Problem } from "@sluice/client/Problem"
import assert from "node:assert/strict"

const sluice = createClient({ baseUrl: process.env["SLUICE_URL"] ?? "http://127.0.0.1:8080" })

await sluice.PUT("/v1/pipelines/{id}", {
  params: { path: { id: "outside" } },
  body: { match: { orderTypes: ["OUTSIDE"] }, completedStatus: "Active", steps: [] }
})
const receipt = await sluice.POST("/v1/orders", { body: { orderType: "OUTSIDE", externalId: "outside-1" } })
assert("processEventId" in receipt)
const run = await sluice.waitFor(receipt.processEventId, { signal: AbortSignal.timeout(60_000) })
assert.equal(run.state, "completed")

const seen = []
for await (const order of sluice.items("/v1/orders", { orderType: "OUTSIDE" })) seen.push(order.externalId)
assert.deepEqual(seen, ["outside-1"])

const refused = await sluice.POST("/v1/orders", { body: { orderType: "NOBODY_TAKES_IT" } }).catch((error) => error)
assert(refused instanceof Problem)
assert.equal(refused.status, 422)
