/**
 * The time of a processor profile by the kind of code: reads the newest of `results/profiles` (left there by
 * `BENCH_PROFILE=sluice`), counts self time of the side's main thread, and prints a table and the longest functions.
 */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { markdownTable } from "./MarkdownTable.ts"

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: ReadonlyArray<number>
}

interface Profile {
  readonly nodes: ReadonlyArray<ProfileNode>
  readonly samples: ReadonlyArray<number>
  /** Microseconds before each sample. */
  readonly timeDeltas: ReadonlyArray<number>
}

/** The first that fits names a frame's kind. */
const kinds: ReadonlyArray<readonly [RegExp, string]> = [
  [/\/undici\//, "undici: writing requests, parsing responses"],
  [/sql-pg|\/effect\/[^ ]*sql\//, "PostgreSQL client: encoding, decoding, sockets"],
  [/packages\/persistence\//, "journal: collecting rows of a flush"],
  [/packages\/http-client\//, "outbound: guard, pins, timer, record"],
  [/packages\/engine\//, "engine: deciding, judging, entries"],
  [/packages\/(domain|expressions)\//, "domain: documents, redaction"],
  [/\/effect\//, "Effect: fibers and their scheduler"],
  [/benchmarks\//, "the benchmark's own loop"],
  [/^node:/, "Node: sockets, streams, timers"]
]

const native = new Map([
  ["(garbage collector)", "garbage collection"],
  ["(program)", "native code without a name"],
  ["(idle)", "idle"],
  ["writev", "system calls: writing to sockets"],
  ["writeBuffer", "system calls: writing to sockets"],
  ["writeUtf8String", "system calls: writing to sockets"]
])

const directory = new URL("./results/profiles/", import.meta.url)
const newest = readdirSync(directory)
  .map((name) => new URL(name, directory))
  .toSorted((a, b) => statSync(b).size - statSync(a).size)[0]
if (newest === undefined) throw new Error("no profile: run the benchmark with BENCH_PROFILE=sluice first")
const profile = JSON.parse(readFileSync(newest, "utf8")) as Profile

const parents = new Map(profile.nodes.flatMap(({ children = [], id }) => children.map((child) => [child, id] as const)))
const nodes = new Map(profile.nodes.map((node) => [node.id, node]))

/** Native functions count as the code that calls them. */
const kindOf = (id: number): string => {
  const node = nodes.get(id)
  if (node === undefined) return "other"
  const { functionName, url } = node.callFrame
  const known = native.get(functionName)
  if (known !== undefined) return known
  const kind = kinds.find(([pattern]) => pattern.test(url))?.[1]
  if (kind !== undefined) return kind
  const parent = parents.get(id)
  return parent === undefined ? "other" : kindOf(parent)
}

/** Work that is left out: modules are loaded, and code is not compiled yet. */
const startMicros = 4_000_000

const byKind = new Map<string, number>()
const byFunction = new Map<string, number>()
let worked = 0
for (const [n, id] of profile.samples.entries()) {
  const micros = profile.timeDeltas[n] ?? 0
  const kind = kindOf(id)
  if (kind === "idle") continue
  worked += micros
  if (worked < startMicros) continue
  byKind.set(kind, (byKind.get(kind) ?? 0) + micros)
  const frame = nodes.get(id)?.callFrame
  const place = `${frame?.functionName || "(anonymous)"} ${
    frame?.url.split("/").slice(-2).join("/")
  }:${frame?.lineNumber}`
  byFunction.set(place, (byFunction.get(place) ?? 0) + micros)
}
const busy = [...byKind.values()].reduce((sum, micros) => sum + micros, 0)
const share = (micros: number) => `${(micros / busy * 100).toFixed(1)} %`
const ranked = (counted: ReadonlyMap<string, number>) => [...counted].toSorted(([, a], [, b]) => b - a)

process.stdout.write(
  `${markdownTable([["what", "self time"], ...ranked(byKind).map(([what, t]) => [what, share(t)])])}\n\n`
)
for (const [place, micros] of ranked(byFunction).slice(0, 45)) {
  process.stdout.write(`${share(micros).padStart(7)} ${place}\n`)
}
