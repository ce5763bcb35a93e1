/** Follows a long task on the server to its end. */
import { Effect } from "effect"
import { Flag } from "effect/cli"
import { Output } from "../terminal/Output.ts"

const askEvery = "500 millis"

export const isOver = (state: string): boolean => state === "completed" || state === "cancelled"

/** Polls until the task has ended, and prints each change. */
export const followed = Effect.fnUntraced(function*<A extends { readonly state: string }, E, R>(
  first: A,
  ask: Effect.Effect<A, E, R>,
  progress: (one: A) => string
) {
  const output = yield* Output
  let [one, said] = [first, ""]
  while (true) {
    const now = progress(one)
    if (now !== said) yield* output.note(now)
    said = now
    if (isOver(one.state)) return one
    yield* Effect.sleep(askEvery)
    one = yield* ask
  }
})

export const noWatch = Flag.Boolean("no-watch").pipe(
  Flag.withDescription("Start it and do not wait for its end"),
  Flag.withDefault(false)
)
