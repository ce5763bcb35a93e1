/** A timer for callbacks of sockets, which are in no fiber. */
import { Effect } from "effect"

/** Runs `work` in so many milliseconds. */
export const later = (ms: number, work: () => void): void => {
  Effect.runFork(Effect.andThen(Effect.sleep(ms), Effect.sync(work)))
}
