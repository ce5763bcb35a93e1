/**
 * The cost of address guard, redaction, roles and audit to an order, together: three of Sluice's own servers in turn,
 * one as it is, one with no-ops in their place (`sluice/bare/`), and as a control another one as it is, whose ratio
 * says how far two equal servers differ. Behind HTTP, with an API key, each on a database of its own. First with orders
 * alone, then with a PATCH after every tenth, which is what the audit records. `BENCH_WITHOUT` names parts to replace
 * instead of all: guard, redaction, roles (with the audit). README.md has figures.
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

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 12)
const seconds = Number(process.env["BENCH_SECONDS"] ?? 3)

/** The parts that are replaced. */
const without = process.env["BENCH_WITHOUT"] ?? "guard,redaction,roles"

const names = ["whole", "bare", "control"] as const
type Name = (typeof names)[number]

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

  const replacing = ["--import", new URL("sluice/bare/register.ts", import.meta.url).href]
  const side = async (name: Name) => {
    const ours = await startServer({
      DATABASE_URL: await server.create(`trust_${name}`),
      SLUICE_CONFIG: file,
      SLUICE_DATA_DIR: join(directory, name),
      SLUICE_API_KEYS: keys,
      BENCH_WITHOUT: without
    }, name === "bare" ? replacing : [])
    const isThere = (part: string) => name !== "bare" || !without.includes(part)
    assert.deepEqual(await atWork(ours.url, secret), {
      guard: isThere("guard"),
      redaction: isThere("redaction"),
      roles: isThere("roles"),
      audit: isThere("roles")
    })
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
  const sides = [await side("whole"), await side("bare"), await side("control")]

  /** Rounds of turns. Each side begins every third round, and every other round goes backwards. */
  const compare = async (patchEvery: number) => {
    for (const one of sides) await one.turn(patchEvery)
    const all: Array<Record<Name, Turn>> = []
    for (let n = 0; n < rounds; n++) {
      const at = n % sides.length
      const turned = [...sides.slice(at), ...sides.slice(0, at)]
      const turns: Partial<Record<Name, Turn>> = {}
      for (const one of n % 2 === 0 ? turned : turned.toReversed()) turns[one.name] = await one.turn(patchEvery)
      all.push(turns as Record<Name, Turn>)
    }
    return all
  }
  const measured = { "orders alone": await compare(0), "a PATCH after every tenth": await compare(10) }

  for (const one of sides) await one.stop()
  await load.end()
  await rm(directory, { recursive: true, force: true })

  const figures = ["ordersPerSecond", "cpuMsPerOrder", "databaseMsPerOrder"] as const
  const ratioOf = (all: ReadonlyArray<Record<Name, Turn>>, name: Name, figure: (typeof figures)[number]) =>
    textOf(intervalOf(all.map((turns) => turns[name][figure] / turns.bare[figure])))
  const rows = Object.entries(measured).flatMap(([load, all]) =>
    figures.map((figure) => [
      load,
      figure,
      ...names.map((name) => median(all.map((turns) => turns[name][figure])).toFixed(3)),
      ratioOf(all, "whole", figure),
      ratioOf(all, "control", figure)
    ])
  )
  const head = ["load", "", ...names, "whole ÷ bare [95 %]", "control ÷ bare [95 %]"]
  process.stdout.write(`${markdownTable([head, ...rows])}\n`)
  await writeFile(
    new URL("./results/trust.json", import.meta.url),
    `${
      JSON.stringify({ machine: machine(), postgres: server.version, seconds, rounds, without, measured }, undefined, 2)
    }\n`
  )
})
