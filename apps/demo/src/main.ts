/**
 * `demo [--once]`. Says what is about to start before the modules are loaded, which takes seconds on a busy machine, and
 * keeps what Node compiles between starts.
 */
import { enableCompileCache } from "node:module"
import process from "node:process"

enableCompileCache()
if (process.argv.slice(2).every((word) => word === "--" || word === "--once")) {
  process.stdout.write("Starting the partner systems, a server with a database of its own, and eleven orders.\n")
}
// After the line is written and the cache is on, which a static import would precede.
await import("./Process.ts")
