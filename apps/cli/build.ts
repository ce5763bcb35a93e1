/**
 * Bundles the command line into `bundle`: one package without dependencies that starts quickly, since a start reads a
 * few files where it would read hundreds. What one command alone needs (PostgreSQL for `keys rotate`, the engine for
 * `test`) stays apart. `--clean` removes the copy of jsonata that goes along.
 */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { build } from "rolldown"

const here = import.meta.dirname
const out = join(here, "bundle")

if (process.argv.includes("--clean")) {
  rmSync(join(here, "vendor"), { recursive: true, force: true })
  process.exit()
}

rmSync(out, { recursive: true, force: true })
const { output } = await build({
  cwd: here,
  // Expressions are evaluated in processes of their own, which are started from a file: beside `children`, as in its package.
  input: { main: "src/main.ts", "worker/worker": "../../packages/expressions/src/worker/worker.ts" },
  platform: "node",
  resolve: { conditionNames: ["@sluice/source", "node", "import", "default"] },
  transform: { target: "node22" },
  // What undici exports is found at run time: nothing of a CommonJS module may be left out.
  treeshake: { commonjs: false },
  output: {
    dir: out,
    format: "esm",
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: [{ name: "children/Child", test: /expressions\/src\/children\/Child/ }] },
    comments: { legal: false }
  }
})
chmodSync(join(out, "main.js"), 0o755)

const copied = spawnSync(
  process.execPath,
  [join(here, "../../packages/expressions/pack.ts"), "--into", here],
  { stdio: "inherit" }
)
if (copied.status !== 0) throw new Error("jsonata could not be copied")

/** The folder of the package that holds a file of `node_modules`. */
const packageOf = (file: string): string | undefined => {
  let folder = dirname(file)
  while (folder.includes("node_modules")) {
    if (existsSync(join(folder, "package.json")) && "name" in manifestOf(folder)) return folder
    folder = dirname(folder)
  }
  return undefined
}

const manifestOf = (folder: string): { readonly name?: string; readonly version?: string; readonly license?: string } =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

// The licences of what is inside require that they go along.
const folders = new Set(
  output.flatMap((chunk) => chunk.type === "chunk" ? chunk.moduleIds : []).flatMap((id) => packageOf(id) ?? [])
)
const licences = [...folders].map((folder) => {
  const { license, name, version } = manifestOf(folder)
  const file = ["LICENSE", "LICENSE.md", "license"].map((base) => join(folder, base)).find((path) => existsSync(path))
  return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(file, "utf8").trim()}\n`
}).toSorted()
writeFileSync(join(out, "THIRD-PARTY-LICENSES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`))
