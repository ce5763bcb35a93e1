/**
 * One side of the comparison, as a process: takes orders through `submit` with so many in flight, when the runner says
 * so, and tells what it did and what that cost the process. The same for both sides.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { type Summary, summary } from "./Latencies.ts"
import { order, type SubmittedOrder } from "./Order.ts"

/** The runner's request for a round, bounded in time and in number. */
export interface Round {
  readonly inFlight: number
  readonly seconds: number
  readonly maxOrders: number
  /** Behind HTTP: each order is sent with `Prefer: wait`. */
  readonly waits?: boolean
}

export interface Measured extends Summary {
  /** Processor time of the side's process, user and system. */
  readonly cpuMsPerOrder: number
  /** Present if the side measures it itself. */
  readonly eventLoopP99Ms?: number
}

/** One order from its submission to the commit that ends it. */
export type Submit = (order: SubmittedOrder) => Promise<void>

let made = 0

export const measure = async (submit: Submit, { inFlight, seconds, maxOrders }: Round): Promise<Measured> => {
  const latencies: Array<number> = []
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const until = begun + seconds * 1000
  let started = 0
  const flight = async () => {
    for (;;) {
      const at = performance.now()
      if (at >= until || started >= maxOrders) return
      started++
      await submit(order(made++))
      latencies.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, flight))
  const elapsed = (performance.now() - begun) / 1000
  const used = process.cpuUsage(cpu)
  delay.disable()
  return {
    ...summary(started, elapsed, latencies),
    cpuMsPerOrder: (used.user + used.system) / 1000 / started,
    eventLoopP99Ms: delay.percentile(99) / 1e6
  }
}

/** Tells the runner that this side is ready, and does its rounds until it is told to end. */
export const serve = (submit: Submit, close: () => Promise<void>): void => {
  process.on("message", (message: Round | "end") => {
    if (message === "end") {
      void close().then(() => process.exit())
      return
    }
    void measure(submit, message).then((measured) => process.send?.(measured))
  })
  // Without its runner it has no business.
  process.once("disconnect", () => process.exit())
  process.send?.("ready")
}

/** The values that the runner gave this side to work with. */
export const given = (): { readonly databaseUrl: string; readonly partnerUrl: string } => ({
  databaseUrl: process.env["BENCH_DATABASE_URL"] ?? "",
  partnerUrl: process.env["BENCH_PARTNER_URL"] ?? ""
})
