/** Waiting for the end of a run, over lost connections. */
import type { ProcessEvent } from "./Client.ts"
import { Problem } from "./Problem.ts"

export interface WaitOptions {
  /** Ends the wait; the run goes on. */
  readonly signal?: AbortSignal
}

const pauseMs = 1000

const ended = ({ state }: ProcessEvent): boolean =>
  state === "completed" || state === "failed" || state === "cancelled" || state === "compensation-failed"

/** Worth another try: the connection was lost, or the server said 5xx. */
const passing = (error: unknown): boolean => error instanceof Problem ? error.status >= 500 : error instanceof Error

const pause = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    // oxlint-disable-next-line no-restricted-globals -- users of this package have no Effect runtime.
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop)
      resolve()
    }, pauseMs)
    signal?.addEventListener("abort", stop, { once: true })
  })

export const waitFor = async (
  watch: (id: string, options?: WaitOptions) => AsyncGenerator<ProcessEvent, void>,
  id: string,
  options?: WaitOptions
): Promise<ProcessEvent> => {
  for (;;) {
    try {
      for await (const processEvent of watch(id, options)) if (ended(processEvent)) return processEvent
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!passing(error)) throw error
    }
    await pause(options?.signal)
  }
}
