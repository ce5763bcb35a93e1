/** Reads of the journal that a run cannot do without. */
import { Effect } from "effect"
import type { JournalUnavailable } from "./Journal.ts"

/** Repeats `read` every half second while the database is away. */
export const untilAvailable = <A, E, R>(
  read: Effect.Effect<A, E | JournalUnavailable, R>
): Effect.Effect<A, Exclude<E, JournalUnavailable>, R> =>
  Effect.catchIf(
    read,
    (error): error is E & JournalUnavailable => (error as { readonly _tag?: string })._tag === "JournalUnavailable",
    () => Effect.andThen(Effect.sleep("500 millis"), Effect.suspend(() => untilAvailable(read)))
  ) as Effect.Effect<A, Exclude<E, JournalUnavailable>, R>
