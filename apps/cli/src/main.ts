#!/usr/bin/env node
/**
 * `sluice`, as a process. What Node compiles is kept between starts: a third of a start's time goes there.
 */
import { enableCompileCache } from "node:module"

enableCompileCache()
// After the cache is on, which a static import would precede.
await import("./Process.ts")
