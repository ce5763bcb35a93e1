/** One run on a clock that moves by itself: executed to its end by the engine, and by nobody but the caller. */
import { Effect, Exit } from "effect"
import type { RunSignals } from "../interruption/RunSignals.ts"
import { PartnerBreaker } from "../partners/PartnerBreaker.ts"
import * as PipelineRun from "../runs/PipelineRun.ts"
import type { SimulatedClock } from "./SimulatedClock.ts"
import type { SimulatedJournal } from "./SimulatedJournal.ts"

/** Nobody stops it, nobody cancels it. */
const control: RunSignals = {
  stopping: () => false,
  stop: Effect.never,
  cancellation: () => undefined,
  onCancelled: () => () => {}
}

/** No partner is down, whatever was answered: neither what is on record nor what is tried out is held back. */
export const allWell = PartnerBreaker.of({
  condition: () => "up",
  failed: () => {},
  answered: () => {},
  list: Effect.succeed([]),
  reset: () => Effect.undefined
})

/**
 * Until the journal has the run's end. Long waits let go of a run, and it is taken up again when they are due; one that was
 * taken up `mostTimes` is left as it is.
 */
export const toItsEnd = Effect.fnUntraced(
  function*(journal: SimulatedJournal, clock: SimulatedClock, mostTimes: number) {
    const execute = yield* PipelineRun.make
    for (let times = 0; journal.ended() === undefined && times < mostTimes; times++) {
      const held = journal.held()
      if (held.wait !== undefined) clock.advanceTo(held.wait.dueAt)
      // A long wait ends the executor by interruption; whatever else ends it is a defect.
      const exit = yield* Effect.exit(execute(held, control))
      if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) return yield* Effect.die(exit.cause)
    }
  },
  Effect.scoped
)
