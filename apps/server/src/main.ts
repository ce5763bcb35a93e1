#!/usr/bin/env node
/**
 * `sluice-server`, as a process. Loading some hundred modules leaves garbage that V8 otherwise keeps as heap for as long
 * as the process is idle: while it starts, V8 prefers a small heap (idle: 120 MB of private memory instead of 245 MB).
 * `Process.ts` ends that when the server is ready.
 */
import { setFlagsFromString } from "node:v8"

setFlagsFromString("--optimize-for-size")
// After the flag is set, which a static import would precede.
await import("./Process.ts")
