/**
 * Finds the code that allocates for an order: Sluice in its process, 64 orders in flight, its heap sampled. Prints the
 * functions that allocate most, and by folder. The order's own start (modules, compiled schemas) is spread over the
 * orders.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { markdownTable } from "./MarkdownTable.ts"
import type { Measured } from "./Side.ts"

interface Allocation {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  /** Bytes. */
  readonly selfSize: number
  readonly children: ReadonlyArray<Allocation>
}

const maxOrders = Number(process.env["BENCH_ORDERS"] ?? 10_000)

const placeOf = (url: string): string =>
  url.replace(/^.*\/node_modules\//, "").replace(/^file:.*\/(packages|benchmarks)\//, "$1/")

/** Bytes by what `nameOf` calls an allocation. */
const sums = (head: Allocation, nameOf: (one: Allocation) => string): ReadonlyArray<readonly [string, number]> => {
  const found = new Map<string, number>()
  const walk = (one: Allocation) => {
    const name = nameOf(one)
    found.set(name, (found.get(name) ?? 0) + one.selfSize)
    one.children.forEach(walk)
  }
  walk(head)
  return [...found].toSorted((a, b) => b[1] - a[1])
}

const table = (title: string, rows: ReadonlyArray<readonly [string, number]>, orders: number): string =>
  markdownTable([[title, "KB/order"], ...rows.map(([name, bytes]) => [name, (bytes / orders / 1000).toFixed(1)])])

await using(async (server) => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-samples-"))
  const file = join(directory, "samples.json")
  const partner = await start("./partner.ts")
  const child = await start("./sluice/sampled.ts", {
    BENCH_DATABASE_URL: await server.create("allocations"),
    BENCH_PARTNER_URL: `http://127.0.0.1:${(partner.greeting as { readonly port: number }).port}`,
    BENCH_SAMPLES: file
  })
  const { orders } = await child.ask({ inFlight: 64, seconds: 120, maxOrders }) as Measured
  await child.end()
  await partner.end()
  const { head } = JSON.parse(await readFile(file, "utf8")) as { readonly head: Allocation }
  await rm(directory, { recursive: true, force: true })
  const byFunction = sums(
    head,
    ({ callFrame: { functionName, lineNumber, url } }) =>
      url === "" ? `(native) ${functionName}` : `${functionName || "(anonymous)"} ${placeOf(url)}:${lineNumber + 1}`
  )
  const byFolder = sums(head, ({ callFrame: { url } }) => placeOf(url).split("/").slice(0, 3).join("/") || "(native)")
  const all = byFolder.reduce((sum, [, bytes]) => sum + bytes, 0)
  process.stdout.write(
    `${table("folder", [...byFolder.slice(0, 15), ["all", all]], orders)}\n\n${
      table("function", byFunction.slice(0, 40), orders)
    }\n`
  )
})
