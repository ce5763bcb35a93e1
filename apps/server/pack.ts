/** Copies the built console into the package before it is packed (`prepack`), and removes it again (`--clean`). */
import { cpSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

const built = join(import.meta.dirname, "../console/dist")
const inside = join(import.meta.dirname, "console")

rmSync(inside, { recursive: true, force: true })
if (!process.argv.includes("--clean")) {
  if (!existsSync(join(built, "index.html"))) throw new Error("the console is not built: run `pnpm build` first")
  cpSync(built, inside, { recursive: true })
}
