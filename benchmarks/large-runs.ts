/**
 * Reading a run of 100 callouts whose bodies have 100 KB each, through the API of Sluice's own server: the run, one of its
 * callouts, the order's timeline and the first event of the stream. Leaves `results/large-runs.json`.
 */
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { performance } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { using } from "./DatabaseServer.ts"
import { median } from "./Medians.ts"
import { startServer } from "./sluice/Server.ts"

const callouts = 100
const kilobytes = 100
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 20)
/** Milliseconds; contract, section 7. */
const aim = 1000

/** JSON as a partner writes it: some 100 bytes a member. */
const items = Array.from({ length: kilobytes * 10 }, (_, n) => ({
  id: `item-${n}`,
  state: n % 3 === 0 ? "allocated" : "shipped",
  note: "packed at the second table and weighed"
}))
const answer = JSON.stringify({ items }).padEnd(kilobytes * 1000)

const partner = createServer((request, response) => {
  request.resume()
  request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(answer))
})
partner.listen(0, "127.0.0.1")
await once(partner, "listening")
const partnerUrl = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`

interface Run {
  readonly state: string
  readonly steps: ReadonlyArray<{ readonly callouts: ReadonlyArray<{ readonly id: string }> }>
}

await using(async (database) => {
  const sluice = await startServer({ DATABASE_URL: await database.create("large_runs") })
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const reply = await fetch(`${sluice.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${text.slice(0, 1000)}`)
    return text
  }
  await ask("PUT", "/v1/pipelines/large", {
    steps: Array.from({ length: callouts }, (_, n) => ({
      name: "calloutPlugin",
      id: `step${n}`,
      critical: true,
      options: { endpoint: `${partnerUrl}/${n}`, timeoutValue: 20_000 }
    }))
  })
  /** Runs over an order of this size, whose document each callout sends. */
  const runOf = async (orderBytes: number) => {
    const { orderId, processEventId } = JSON.parse(
      await ask("POST", "/v1/orders", { orderType: "A", customFields: { text: "x".repeat(orderBytes) } })
    ) as { readonly orderId: string; readonly processEventId: string }
    for (;;) {
      const { state } = JSON.parse(await ask("GET", `/v1/process-events?orderId=${orderId}`)).items[0] as Run
      if (state === "completed") break
      if (state === "failed") throw new Error("the run failed")
      await pause(100)
    }
    const run = JSON.parse(await ask("GET", `/v1/process-events/${processEventId}`)) as Run
    return { orderId, processEventId, calloutId: run.steps.at(-1)?.callouts[0]?.id ?? "" }
  }
  const firstEvent = async (path: string) => {
    const reply = await fetch(`${sluice.url}${path}`)
    const reader = reply.body!.getReader()
    for (let text = ""; !text.includes("\n\n");) {
      const { done, value } = await reader.read()
      if (done) break
      text += Buffer.from(value).toString()
    }
    await reader.cancel()
  }
  const results: Array<{ readonly what: string; readonly medianMs: number; readonly worstMs: number }> = []
  for (const [orders, orderBytes] of [["an order of 1 KB", 1000], ["an order of 100 KB", 100_000]] as const) {
    const { calloutId, orderId, processEventId } = await runOf(orderBytes)
    const run = `/v1/process-events/${processEventId}`
    const reads: Readonly<Record<string, () => Promise<unknown>>> = {
      "the run": () => ask("GET", run),
      "the stream's first event": () => firstEvent(`${run}/stream`),
      "one callout with its bodies": () => ask("GET", `${run}/callouts/${calloutId}`),
      "the order's timeline": () => ask("GET", `/v1/orders/${orderId}/timeline?limit=200`)
    }
    for (const [what, read] of Object.entries(reads)) {
      const times: Array<number> = []
      for (let n = 0; n < rounds; n++) {
        const begun = performance.now()
        await read()
        times.push(performance.now() - begun)
      }
      results.push({ what: `${what}, ${orders}`, medianMs: median(times), worstMs: Math.max(...times) })
    }
  }
  for (const { medianMs, what, worstMs } of results) {
    process.stdout.write(`${what}: median ${medianMs.toFixed(0)} ms, worst ${worstMs.toFixed(0)} ms\n`)
  }
  await writeFile(
    new URL("results/large-runs.json", import.meta.url),
    `${JSON.stringify({ rounds, results }, null, 2)}\n`
  )
  await sluice.stop()
  if (results.some(({ medianMs }) => medianMs > aim)) process.exitCode = 1
})
partner.closeAllConnections()
partner.close()
