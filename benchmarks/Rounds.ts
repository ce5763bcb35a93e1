/** Alternating rounds of two sides, and what one round of one side cost. */
import type pg from "pg"
import { costPerOrder, type Counters } from "./Counters.ts"
import type { Figures, RoundFigures } from "./Report.ts"
import type { Measured, Round } from "./Side.ts"

export interface Contender {
  readonly name: "baseline" | "sluice"
  readonly counters: Counters
  readonly run: (round: Round) => Promise<Measured>
}

export type Contenders = readonly [Contender, Contender]

export const seconds = Number(process.env["BENCH_SECONDS"] ?? 6)
export const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7)
export const inFlight = 64

/** Bounds a round that is far quicker than anything known. */
const maxOrders = 200_000

const full: Round = { inFlight, seconds, maxOrders }
const alone: Round = { inFlight: 1, seconds: Math.max(2, seconds / 2), maxOrders }

const measured = async (side: Contender, round: Round): Promise<RoundFigures> => {
  const before = await side.counters()
  const figures = await side.run(round)
  return { ...figures, ...costPerOrder(before, await side.counters(), figures.orders) }
}

/** Both are warmed up alike; then they take turns, and each begins every other time. */
export const compare = async (sides: Contenders, admin: pg.Client): Promise<Figures> => {
  const figures: Figures = { baseline: { full: [], alone: [] }, sluice: { full: [], alone: [] } }
  for (const side of sides) await side.run(full)
  for (const side of sides) await side.run(alone)
  for (let n = 0; n < rounds; n++) {
    const turns = n % 2 === 0 ? sides : sides.toReversed()
    for (const side of turns) {
      // So that no round pays for pages that another has dirtied.
      await admin.query("checkpoint")
      const round = await measured(side, full)
      figures[side.name].full.push(round)
      process.stdout.write(`round ${n + 1}, ${side.name}: ${round.ordersPerSecond.toFixed(0)} orders/s\n`)
    }
    for (const side of turns) figures[side.name].alone.push(await measured(side, alone))
  }
  return figures
}
