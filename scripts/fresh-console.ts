/**
 * Builds the console where its build is missing or older than its sources; a few milliseconds where it is fresh. Run by
 * itself after an install, and loaded before the server. If it fails, the server starts all the same: it then answers
 * `/` with what to run.
 */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { isFresh } from "../apps/console/freshness.ts"

const directory = fileURLToPath(new URL("../apps/console/", import.meta.url))

// Without its tools (an install for production) there is nothing to build with.
if (!isFresh() && existsSync(`${directory}node_modules/vite`)) {
  process.stderr.write("building the console, once: a few seconds\n")
  const { status } = spawnSync(process.execPath, ["build.ts"], { cwd: directory, stdio: "inherit" })
  if (status !== 0) process.stderr.write("the console could not be built: `npx -y pnpm@12 build:console` says why\n")
}
