/** Loaded before a program of the workspace: without its packages the program ends with one line that says what to do. */
import { existsSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"

if (!existsSync(fileURLToPath(new URL("../node_modules/effect", import.meta.url)))) {
  process.stderr.write(
    "sluice: the packages of this clone are not installed: run `npx -y pnpm@12 install` once, with a network\n"
  )
  process.exit(1)
}
