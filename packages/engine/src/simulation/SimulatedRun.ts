/** Executes one run to its end on a clock that advances by itself. */
import { Effect, Exit } from "effect"
import type { RunSignals } from "../interruption/RunSignals.ts"
import { PartnerBreaker } from "../partners/PartnerBreaker.ts"
import * as PipelineRun from "../runs/PipelineRun.ts"
import type { SimulatedClock } from "./SimulatedClock.ts"
import type { SimulatedJournal } from "./SimulatedJournal.ts"

/** Signals of a run that is never stopped or cancelled. */
const control: RunSignals = {
  stopping: () => false,
  stop: Effect.never,
  cancellation: () => undefined,
  onCancelled: () => () => {}
}

/** A breaker that reports every partner as up, so that a simulation never waits for one. */
export const allWell = PartnerBreaker.of({
  condition: () => "up",
  failed: () => {},
  answered: () => {},
  list: Effect.succeed([]),
  reset: () => Effect.undefined
})

/**
 * Executes the run until the journal has its end. A long wait releases the run, which is resumed when it is due; a run
 * that was resumed `mostTimes` times is left as it is.
 */
export const toItsEnd = Effect.fnUntraced(
  function*(journal: SimulatedJournal, clock: SimulatedClock, mostTimes: number) {
    const execute = yield* PipelineRun.make
    for (let times = 0; journal.ended() === undefined && times < mostTimes; times++) {
      const held = journal.held()
      if (held.wait !== undefined) clock.advanceTo(held.wait.dueAt)
      // A long wait ends the executor by interruption; any other end is a defect.
      const exit = yield* Effect.exit(execute(held, control))
      if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) return yield* Effect.die(exit.cause)
    }
  },
  Effect.scoped
)
