/**
 * Loaded by Node into a server before its own code (`--import`): marks each request with its sender, makes the wall
 * clock jump on command, and reports memory use on request. The product does not know of it.
 */
import { subscribe } from "node:diagnostics_channel"
import process from "node:process"
import { setImmediate } from "node:timers/promises"

/** A command to the preload of a server under test. */
export type Word = { readonly jumpMs: number } | { readonly weigh: number }

/** The reply to `weigh`: the memory of the process. */
export interface Weight {
  readonly weighed: number
  /**
   * Bytes of the heap that are still reachable; `outside`: bytes outside of it that objects of the heap hold, mostly
   * buffers.
   */
  readonly heap: number
  readonly outside: number
}

const sender = process.env["CHAOS_SENDER"] ?? ""

subscribe("undici:request:create", (message) => {
  const { request } = message as { readonly request: { readonly addHeader: (name: string, value: string) => void } }
  request.addHeader("chaos-sender", sender)
})

// oxlint-disable no-restricted-globals -- this is the clock that everything else reads
const real = Date.now
let jump = 0
Date.now = () => real() + jump

/**
 * The memory that survives two full collections; the second frees what finalizers, which run in between, have released.
 */
const weigh = async (weighed: number) => {
  globalThis.gc?.()
  await setImmediate()
  globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  const weight: Weight = { weighed, heap: heapUsed, outside: external }
  process.send?.(weight)
}

process.on("message", (word: Word) => {
  if ("jumpMs" in word) jump += word.jumpMs
  else void weigh(word.weigh)
})
// The parent process is gone: this process would never be ended.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))
process.channel?.unref()
