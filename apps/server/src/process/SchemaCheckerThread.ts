/**
 * Checks answers against their `responseSchema` on a thread of its own, where that may take longer than the event loop
 * can spare. The thread is started with the first check; a check that takes too long is ended with its thread.
 * Contract: section 3, "Limits".
 */
import type { Json } from "@sluice/domain/json/Json"
import { SchemaChecker } from "@sluice/engine/internal/validation/SchemaChecker"
import { Effect, Layer, Semaphore } from "effect"
import { Worker } from "node:worker_threads"

export interface Question {
  /** JSON. */
  readonly schema: string
  readonly text: string
}

export interface Answer {
  readonly misfit: string | undefined
}

/** The longest check: the heaviest schema that can be saved needs some ten seconds for the largest answer. */
const patience = "30 seconds"

const isSource = import.meta.url.endsWith(".ts")
const entry = new URL(isSource ? "./schemaWorker.ts" : "./schemaWorker.js", import.meta.url)

const start = (): Worker => {
  // Secrets of the process's environment are none of its business, and a diagnostic report shows that of every thread.
  const flags = ["--report-exclude-env", ...(isSource ? ["--conditions=@sluice/source"] : [])]
  const worker = new Worker(entry, { env: {}, execArgv: flags })
  // It must not keep a process alive that has ended otherwise.
  worker.unref()
  return worker
}

const make = Effect.gen(function*() {
  let worker: Worker | undefined
  const end = Effect.suspend(() => {
    const ending = worker
    worker = undefined
    return ending === undefined ? Effect.void : Effect.promise(() => ending.terminate())
  })
  yield* Effect.addFinalizer(() => end)

  const ask = (question: Question) =>
    Effect.callback<string | undefined>((resume) => {
      const asked = worker ??= start()
      const settle = (misfit: string | undefined) => {
        asked.off("message", answered).off("error", failed)
        resume(Effect.succeed(misfit))
      }
      const answered = ({ misfit }: Answer) => settle(misfit)
      const failed = (error: unknown) => {
        if (worker === asked) worker = undefined
        settle(`could not be checked against responseSchema: ${error instanceof Error ? error.message : String(error)}`)
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      asked.once("message", answered).once("error", failed).postMessage(question)
      return Effect.sync(() => asked.off("message", answered).off("error", failed))
    })

  const one = yield* Semaphore.make(1)
  return {
    misfit: (schema: Json, text: string) =>
      one.withPermit(
        ask({ schema: JSON.stringify(schema), text }).pipe(
          Effect.timeoutOrElse({
            duration: patience,
            orElse: () =>
              Effect.as(
                end,
                `takes longer than ${patience} to be checked against responseSchema: make the schema simpler`
              )
          }),
          // A late answer must not be taken for the next question's.
          Effect.onInterrupt(() => end)
        )
      )
  }
})

export const layer = Layer.effect(SchemaChecker, make)
