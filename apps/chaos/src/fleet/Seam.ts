/**
 * Loaded by Node into a server before its own code (`--import`): says on each request who sends it, and lets the wall
 * clock jump when it is told to. Nothing of it is known to the product.
 */
import { subscribe } from "node:diagnostics_channel"
import process from "node:process"

const sender = process.env["CHAOS_SENDER"] ?? ""

subscribe("undici:request:create", (message) => {
  const { request } = message as { readonly request: { readonly addHeader: (name: string, value: string) => void } }
  request.addHeader("chaos-sender", sender)
})

// oxlint-disable no-restricted-globals -- this is the clock that everything else reads
const real = Date.now
let jump = 0
Date.now = () => real() + jump

process.on("message", (ms) => {
  jump += Number(ms)
})
// Whoever started it is gone: nobody would ever end it.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))
process.channel?.unref()
