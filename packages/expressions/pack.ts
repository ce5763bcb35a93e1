/**
 * Copies the patched jsonata into the package before it is packed (`prepack`), and removes it again (`--clean`): pnpm
 * applies the patch in this workspace alone, and evaluations need it. `--into <folder>` names another package, whose
 * bundle holds this one.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import process from "node:process"

const at = process.argv.indexOf("--into")
const inside = join(process.argv[at < 0 ? -1 : at + 1] ?? import.meta.dirname, "vendor")

rmSync(inside, { recursive: true, force: true })
if (!process.argv.includes("--clean")) {
  const source = createRequire(import.meta.url).resolve("jsonata")
  if (!readFileSync(source, "utf8").includes("jsonata.parseJson")) throw new Error("jsonata lacks its patch")
  mkdirSync(inside)
  copyFileSync(source, join(inside, "jsonata.js"))
  copyFileSync(join(dirname(source), "LICENSE"), join(inside, "jsonata-licence.txt"))
}
