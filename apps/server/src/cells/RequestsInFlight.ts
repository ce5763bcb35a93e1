/** Counts the open requests of a part of a cell, so that it can end after they have been answered. */
import * as Problems from "@sluice/api/wire/Problems"
import { Cause, Effect } from "effect"
import type { Intake } from "../intake/DirectIntake.ts"
import { problemResponse } from "../wire/Answer.ts"
import type { CellApp, CellHandler } from "./CellApp.ts"

/** Between two looks at whether all are answered. */
const look = "20 millis"

/** The time to answer, in looks: streams, and requests that wait for the end of a run, take longer and are broken off. */
const looks = 100

const brokenOff = problemResponse(
  new Problems.Unavailable({
    detail:
      "The cell was given to another process before the answer: it may have been stored, repeat it with the same key",
    retryAfterSeconds: 1
  })
)

export interface RequestsInFlight {
  readonly handle: CellHandler
  readonly intake: Intake
  /** Returns when no request is open, and after two seconds at the latest. */
  readonly answered: Effect.Effect<void>
}

/** Counts the requests that `handle` and `intake` serve. */
export const counted = ({ handle, intake }: CellApp["Service"]): RequestsInFlight => {
  const state = { open: 0, isEnding: false }
  return {
    handle: Effect.suspend(() => {
      state.open++
      return Effect.ensuring(handle, Effect.sync(() => void state.open--))
    }).pipe(
      // Closing a pool of connections interrupts the requests that wait for a connection.
      Effect.catchCauseIf(
        (cause) => state.isEnding && Cause.hasInterruptsOnly(cause),
        () => Effect.succeed(brokenOff)
      )
    ),
    intake: {
      answer: (url, headers, body) => {
        state.open++
        const fiber = intake.answer(url, headers, body)
        fiber.addObserver(() => void state.open--)
        return fiber
      }
    },
    answered: Effect.gen(function*() {
      for (let n = 0; state.open > 0 && n < looks; n++) yield* Effect.sleep(look)
      state.isEnding = true
    })
  }
}
