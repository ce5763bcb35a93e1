/**
 * The share of the server's own processor time that is spent in address guard, redaction, roles and audit, under full load
 * with a PATCH after every tenth order. From a processor profile: unlike the ratio of two servers (`trust.ts`) it does not
 * depend on what else the machine does. Counted with everything that the code of the four calls, but without the garbage
 * that it leaves. README.md has figures.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import type { Summary } from "./Latencies.ts"
import { markdownTable } from "./MarkdownTable.ts"
import { inFlight } from "./Rounds.ts"
import { startServer } from "./sluice/Server.ts"
import { settings } from "./sluice/ServerSettings.ts"

const seconds = Number(process.env["BENCH_SECONDS"] ?? 20)
const atOnce = Number(process.env["BENCH_IN_FLIGHT"] ?? inFlight)
const key = "bench-operate-0123456789"

/** By part, the files whose functions it is made of. */
const parts: ReadonlyArray<readonly [name: string, files: RegExp]> = [
  ["address guard", /http-client\/src\/AddressGuard\.ts$/],
  ["redaction", /domain\/src\/redaction\/|steps\/StepRedaction\.ts$|access\/RedactedProblems\.ts$|KnownSecrets\.ts$/],
  [
    "keys and roles",
    /access\/(Authentication|Caller|AccessControl|ForeignOrigin|Role|KeysInForce)\.ts$|ApiKeyStore\.ts$/
  ],
  ["audit", /persistence\/src\/audit\/|AuditLog\.ts$|domain\/src\/access\/Act\.ts$/]
]

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: ReadonlyArray<number>
}

interface Profile {
  readonly nodes: ReadonlyArray<ProfileNode>
  readonly samples: ReadonlyArray<number>
  /** Microseconds before each sample. */
  readonly timeDeltas: ReadonlyArray<number>
}

/** The part of the outermost frame that belongs to one. */
const partsOf = ({ nodes }: Profile): ReadonlyMap<number, string | undefined> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const found = new Map<number, string | undefined>()
  const visit = (id: number, above: string | undefined): void => {
    const node = byId.get(id)
    if (node === undefined) return
    const part = above ?? parts.find(([, files]) => files.test(node.callFrame.url))?.[0]
    found.set(id, part)
    for (const child of node.children ?? []) visit(child, part)
  }
  visit(nodes[0]?.id ?? 0, undefined)
  return found
}

/** Microseconds by part in the last `window` of the profile, and all that were not idle. */
const sharesOf = (profile: Profile, window: number) => {
  const idle = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id))
  const partOf = partsOf(profile)
  const byPart = new Map<string, number>()
  let busy = 0
  for (let n = profile.samples.length - 1, past = 0; n >= 0 && past < window; n--) {
    const micros = profile.timeDeltas[n] ?? 0
    past += micros
    const id = profile.samples[n] ?? 0
    if (idle.has(id)) continue
    busy += micros
    const part = partOf.get(id)
    if (part !== undefined) byPart.set(part, (byPart.get(part) ?? 0) + micros)
  }
  return { busy, byPart }
}

await using(async (server) => {
  const load = await start("./load.ts")
  const partnerUrl = `http://127.0.0.1:${(load.greeting as { readonly port: number }).port}`
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-trust-"))
  const file = join(directory, "settings.json")
  await writeFile(file, JSON.stringify(settings(partnerUrl)))
  const sluice = await startServer({
    DATABASE_URL: await server.create("trust_share"),
    SLUICE_CONFIG: file,
    SLUICE_DATA_DIR: join(directory, "data"),
    SLUICE_API_KEYS: `load:operate=${key}`
  }, ["--cpu-prof", `--cpu-prof-dir=${directory}`])
  const round = { inFlight: atOnce, maxOrders: 200_000, serverUrl: sluice.url, key, patchEvery: 10 }
  await load.ask({ ...round, seconds: seconds / 2 })
  const { orders } = await load.ask({ ...round, seconds }) as Summary
  await sluice.stop()
  await load.end()
  const profiles = await Promise.all(
    (await readdir(directory)).filter((name) => name.endsWith(".cpuprofile"))
      .map(async (name) => JSON.parse(await readFile(join(directory, name), "utf8")) as Profile)
  )
  // The other profiles are of processes that the server starts.
  const [own] = profiles.toSorted((a, b) => b.samples.length - a.samples.length)
  if (own === undefined) throw new Error("the server left no profile")
  const { busy, byPart } = sharesOf(own, seconds * 1e6)
  const percent = (micros: number) => `${(micros / busy * 100).toFixed(2)} %`
  const total = [...byPart.values()].reduce((sum, micros) => sum + micros, 0)
  const rows = [...parts.map(([name]) => [name, byPart.get(name) ?? 0] as const), ["together", total] as const]
    .map(([name, micros]) => [name, percent(micros)])
  process.stdout.write(`${markdownTable([["part", "of the server's time"], ...rows])}\n${orders} orders\n`)
  await rm(directory, { recursive: true, force: true })
})
