/** Counts the open requests of a part of a cell, so that it can end after they have been answered. */
import * as Problems from "@sluice/api/wire/Problems"
import { Cause, Effect, Latch } from "effect"
import type { Intake } from "../intake/DirectIntake.ts"
import { problemResponse } from "../wire/Answer.ts"
import type { CellApp, CellHandler } from "./CellApp.ts"

/** The time to answer: streams, and requests that wait for the end of a run, take longer and are broken off. */
const patience = "2 seconds"

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
  /** Returns as soon as no request is open, and after two seconds at the latest. */
  readonly answered: Effect.Effect<void>
}

/** Counts the requests that `handle` and `intake` serve. */
export const counted = ({ handle, intake }: CellApp["Service"]): RequestsInFlight => {
  const state: { open: number; isEnding: boolean; idle: Latch.Latch | undefined } = {
    open: 0,
    isEnding: false,
    idle: undefined
  }
  const leave = () => {
    state.open--
    if (state.open === 0) state.idle?.openUnsafe()
  }
  return {
    handle: Effect.suspend(() => {
      state.open++
      return Effect.ensuring(handle, Effect.sync(leave))
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
        fiber.addObserver(leave)
        return fiber
      }
    },
    answered: Effect.suspend(() => {
      const idle = Latch.makeUnsafe(state.open === 0)
      state.idle = idle
      return Effect.timeoutOption(idle.await, patience)
    }).pipe(
      Effect.andThen(Effect.sync(() => void (state.isEnding = true)))
    )
  }
}
