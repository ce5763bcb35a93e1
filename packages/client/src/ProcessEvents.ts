/** Runs while they go on: the server-sent events of `GET /v1/process-events/{id}/stream`, over lost connections. */
import { EventSourceParserStream } from "eventsource-parser/stream"
import type { Method } from "./Method.ts"
import type { components } from "./OpenApi.ts"
import { Problem } from "./Problem.ts"

export type ProcessEvent = components["schemas"]["ProcessEvent"]

export interface WatchOptions {
  /** Ends the watch; the run goes on. */
  readonly signal?: AbortSignal
}

export async function* watch(
  get: Method<"get">,
  id: string,
  options?: WatchOptions
): AsyncGenerator<ProcessEvent, void> {
  const body = await get("/v1/process-events/{id}/stream", {
    params: { path: { id } },
    parseAs: "stream",
    ...(options?.signal !== undefined && { signal: options.signal })
  }) as unknown as ReadableStream<Uint8Array<ArrayBuffer>> // `parseAs` answers the bytes, not the events.
  const reader = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value.event === "process-event") yield JSON.parse(next.value.data) as ProcessEvent
    }
  } finally {
    await reader.cancel()
  }
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
  watch: (id: string, options?: WatchOptions) => AsyncGenerator<ProcessEvent, void>,
  id: string,
  options?: WatchOptions
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
