/** A run while it goes on: the server-sent events of `GET /v1/process-events/{id}/stream`. */
import { EventSourceParserStream } from "eventsource-parser/stream"
import type { Method, ProcessEvent } from "./Client.ts"
import type { WaitOptions } from "./Wait.ts"

export async function* watch(
  get: Method<"get">,
  id: string,
  options?: WaitOptions
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
