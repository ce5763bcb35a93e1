/**
 * The public surface of each package, names and signatures, as the compiler declares it: written to
 * `packages/<name>/public-api.txt`, or compared with it (`--check`), so that no rename or lost export slips through.
 * Run `tsc -b` first. A subpath is public unless it is under `./internal/`.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>
}

/** The HTTP contract expands to half a megabyte of types; `packages/client/src/OpenApi.ts` is its snapshot. */
const describedElsewhere = new Set(
  ["Api", "ApiClient", "reference/ApiPage", "reference/ApiReference"].map((name) => `packages/api/./${name}`)
)

/** A declaration file without what is no signature: comments, blank lines and the link to its source map. */
const signatures = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, "").split("\n").map((line) => line.trimEnd()).filter((line) =>
    line !== "" && !line.startsWith("//#")
  ).join("\n")

const surfaceOf = (folder: string, { exports = {} }: Manifest): string =>
  Object.entries(exports).flatMap(([subpath, target]) => {
    if (subpath === "./package.json" || subpath.startsWith("./internal/") || typeof target === "string") return []
    if (describedElsewhere.has(`${folder}/${subpath}`)) return []
    const file = `${folder}/${target.default.replace(/\.js$/, ".d.ts")}`
    if (!existsSync(file)) throw new Error(`${file} is missing: run \`pnpm check\` first`)
    return [`## ${subpath}\n${signatures(readFileSync(file, "utf8"))}\n`]
  }).join("\n")

let stale = 0
for (const path of globSync(["packages/*/package.json", "apps/partners/package.json"]).toSorted()) {
  const folder = dirname(path)
  const surface = surfaceOf(folder, JSON.parse(readFileSync(path, "utf8")) as Manifest)
  if (surface === "") continue
  const snapshot = `${folder}/public-api.txt`
  const before = existsSync(snapshot) ? readFileSync(snapshot, "utf8") : ""
  if (before === surface) continue
  if (!process.argv.includes("--check")) {
    writeFileSync(snapshot, surface)
    continue
  }
  stale++
  const [was, is] = [before, surface].map((text) => new Set(text.split("\n")))
  const differences = [
    ...[...(was ?? [])].filter((line) => !is?.has(line)).map((line) => `- ${line}`),
    ...[...(is ?? [])].filter((line) => !was?.has(line)).map((line) => `+ ${line}`)
  ]
  process.stderr.write(
    `${snapshot} differs from the code. Where the change is meant, run \`pnpm api:snapshot\` and say it in a changeset:\n`
      + `${differences.slice(0, 40).join("\n")}\n`
  )
}
process.exitCode = stale === 0 ? 0 : 1
