/** Alternating rounds of the sides, and what one round of one side cost. */
import type pg from "pg"
import { costPerOrder, type Counters } from "./Counters.ts"
import type { Figures, Name, RoundFigures } from "./Report.ts"
import type { Measured, Round } from "./Side.ts"

export interface Contender {
  readonly name: Name
  readonly counters: Counters
  readonly run: (round: Round) => Promise<Measured>
}

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

/** Each begins every third round, and every other round goes backwards. */
const turnsOf = (sides: ReadonlyArray<Contender>, round: number): ReadonlyArray<Contender> => {
  const at = round % sides.length
  const turned = [...sides.slice(at), ...sides.slice(0, at)]
  return round % 2 === 0 ? turned : turned.toReversed()
}

const none = () => ({ full: [], alone: [], waiting: [] })

/** All are warmed up alike; then they take turns. `waits`: they are measured with `Prefer: wait`, too. */
export const compare = async (
  sides: ReadonlyArray<Contender>,
  admin: pg.Client,
  { waits = false }: { readonly waits?: boolean } = {}
): Promise<Figures> => {
  const figures: Figures = { baseline: none(), best: none(), sluice: none() }
  const warmUps = waits ? [full, alone, { ...full, waits }] : [full, alone]
  for (const round of warmUps) for (const side of sides) await side.run(round)
  for (let n = 0; n < rounds; n++) {
    const turns = turnsOf(sides, n)
    for (const side of turns) {
      // So that no round pays for pages that another has dirtied.
      await admin.query("checkpoint")
      const round = await measured(side, full)
      figures[side.name].full.push(round)
      process.stdout.write(`round ${n + 1}, ${side.name}: ${round.ordersPerSecond.toFixed(0)} orders/s\n`)
    }
    for (const side of turns) figures[side.name].alone.push(await measured(side, alone))
    if (!waits) continue
    for (const side of turns) figures[side.name].waiting.push(await measured(side, { ...full, waits }))
  }
  return figures
}
