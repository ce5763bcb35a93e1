/**
 * Bundles the command line into `bundle`: one package without dependencies that starts quickly, since a start reads a
 * few files where it would read hundreds. What one command alone needs (PostgreSQL for `keys rotate`) stays apart.
 */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { build } from "rolldown"

const here = import.meta.dirname
const out = join(here, "bundle")

rmSync(out, { recursive: true, force: true })
const { output } = await build({
  cwd: here,
  input: { main: "src/main.ts" },
  platform: "node",
  resolve: { conditionNames: ["@sluice/source", "node", "import", "default"] },
  transform: { target: "node22" },
  // What undici exports is found at run time: nothing of a CommonJS module may be left out.
  treeshake: { commonjs: false },
  output: {
    dir: out,
    format: "esm",
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    chunkFileNames: "[name]-[hash].js",
    comments: { legal: false }
  }
})
chmodSync(join(out, "main.js"), 0o755)

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
