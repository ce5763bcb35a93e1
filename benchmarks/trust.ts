/**
 * What address guard, redaction, roles and audit cost an order together: two of Sluice's own servers in turn, one as it
 * is, one with no-ops in their place (`sluice/bare/`). Behind HTTP, with an API key, each on a database of its own. First
 * with orders alone, then with a PATCH after every tenth, which is what the audit records. README.md has figures.
 */
import { strict as assert } from "node:assert"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { intervalOf, textOf } from "./Intervals.ts"
import type { Summary } from "./Latencies.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { median } from "./Medians.ts"
import { order } from "./Order.ts"
import { cpuMsOf } from "./ProcessCpu.ts"
import { machine } from "./Report.ts"
import { inFlight } from "./Rounds.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 14)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 3)

const loadKey = "bench-operate-0123456789"
const administratorKey = "bench-admin-0123456789"
const keys = `load:operate=${loadKey},root:admin=${administratorKey}`

interface Turn {
  readonly ordersPerSecond: number
  readonly cpuMsPerOrder: number
  readonly databaseMsPerOrder: number
}

/** The parts that are found at work on a server. */
const atWork = async (url: string, secret: string) => {
  const ask = async (method: string, path: string, key: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", prefer: "wait=30" },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return { status: answer.status, text: await answer.text() }
  }
  const connector = { Name: "Webhook", Host: "http://169.254.169.254/" }
  const saved = await ask("PUT", "/v1/connectors/metadata", administratorKey, connector)
  await ask("DELETE", "/v1/connectors/metadata", administratorKey)
  const ended = await ask("POST", "/v1/orders", loadKey, { ...order(0), id: "told", tags: [secret] })
  await ask("PATCH", "/v1/orders/told", loadKey, { tags: ["changed"] })
  const audit = await ask("GET", "/v1/audit?action=order.update", administratorKey)
  return {
    guard: saved.status === 400,
    redaction: ended.text.includes("[redacted]"),
    roles: (await ask("GET", "/v1/audit", loadKey)).status === 403,
    audit: audit.text.includes("/v1/orders/told")
  }
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-trust-"))
  const file = join(directory, "settings.json")
  const given = settings(partnerUrl)
  await writeFile(file, JSON.stringify(given))
  const secret = given.authProviders[1]?.token ?? ""

  const side = async (name: "whole" | "bare", execArgv: ReadonlyArray<string>) => {
    const ours = await startServer({
      DATABASE_URL: await server.create(`trust_${name}`),
      SLUICE_CONFIG: file,
      SLUICE_DATA_DIR: join(directory, name),
      SLUICE_API_KEYS: keys
    }, execArgv)
    const found = await atWork(ours.url, secret)
    assert.deepEqual(new Set(Object.values(found)), new Set([name === "whole"]), `${name}: ${JSON.stringify(found)}`)
    const turn = async (patchEvery: number): Promise<Turn> => {
      const before = { own: cpuMsOf(ours.pid, false) ?? NaN, database: server.cpuMs() ?? NaN }
      const { orders, ordersPerSecond } = await load.ask({
        inFlight,
        seconds,
        maxOrders: 200_000,
        serverUrl: ours.url,
        key: loadKey,
        patchEvery
      }) as Summary
      return {
        ordersPerSecond,
        cpuMsPerOrder: ((cpuMsOf(ours.pid, false) ?? NaN) - before.own) / orders,
        databaseMsPerOrder: ((server.cpuMs() ?? NaN) - before.database) / orders
      }
    }
    return { name, turn, stop: ours.stop }
  }
  const whole = await side("whole", [])
  const bare = await side("bare", ["--import", new URL("sluice/bare/register.ts", import.meta.url).href])

  /** Pairs of turns, of which either comes first in every other round. */
  const compare = async (patchEvery: number) => {
    for (const one of [whole, bare]) await one.turn(patchEvery)
    const pairs: Array<Record<"whole" | "bare", Turn>> = []
    for (let n = 0; n < rounds; n++) {
      const turns: Partial<Record<"whole" | "bare", Turn>> = {}
      for (const one of n % 2 === 0 ? [whole, bare] : [bare, whole]) turns[one.name] = await one.turn(patchEvery)
      pairs.push(turns as Record<"whole" | "bare", Turn>)
    }
    return pairs
  }
  const measured = { "orders alone": await compare(0), "a PATCH after every tenth": await compare(10) }

  for (const one of [whole, bare]) await one.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })

  const figures = ["ordersPerSecond", "cpuMsPerOrder", "databaseMsPerOrder"] as const
  const rows = Object.entries(measured).flatMap(([name, pairs]) =>
    figures.map((figure) => [
      name,
      figure,
      median(pairs.map((pair) => pair.bare[figure])).toFixed(3),
      median(pairs.map((pair) => pair.whole[figure])).toFixed(3),
      textOf(intervalOf(pairs.map((pair) => pair.whole[figure] / pair.bare[figure])))
    ])
  )
  process.stdout.write(`${markdownTable([["load", "", "without", "with", "ratio [95 % interval]"], ...rows])}\n`)
  await writeFile(
    new URL("./results/trust.json", import.meta.url),
    `${JSON.stringify({ machine: machine(), postgres: server.version, seconds, rounds, measured }, undefined, 2)}\n`
  )
})
