/**
 * `GET /v1/process-events/{id}/stream`: the whole process event at once, again after each change, until the run ends.
 * Contract: section 7.
 */
import { uuidOf } from "@sluice/domain/identity/Ids"
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { RunChanges } from "@sluice/persistence/internal/journal/RunChanges"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import { Context, Effect, Layer, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { Stopping } from "../../process/Stopping.ts"
import { processEventText } from "../../wire/AcceptedResponse.ts"

/** The interval at which a run is polled that another process may be executing. */
const lookEvery = "1 second"

/** A comment keeps proxies from closing a stream in which nothing happens, and finds out who has left. */
const aliveEvery = "15 seconds"

const make = Effect.gen(function*() {
  const events = yield* ProcessEvents
  const changes = yield* RunChanges
  const stopping = yield* Stopping

  /** Reads the process event; emits nothing while the database is away. */
  const look = (id: string) => Effect.orElseSucceed(events.get(id), () => undefined)

  const from = (first: ProcessEvent) => {
    // A change by another process shows in the mark, which one statement reads; the run is read only if it moved.
    const elsewhere = Stream.tick(lookEvery).pipe(
      Stream.mapEffect(() => Effect.orElseSucceed(events.mark(first.id), () => undefined)),
      Stream.changes
    )
    const seen = Stream.merge(changes.subscribe(uuidOf(first.id) ?? ""), elsewhere).pipe(
      Stream.mapEffect(() => look(first.id)),
      Stream.filter((event) => event !== undefined)
    )
    const told = Stream.concat(Stream.succeed(first), isFinal(first.state) ? Stream.empty : seen).pipe(
      Stream.takeUntil(({ state }) => isFinal(state)),
      Stream.mapEffect(processEventText),
      Stream.changes,
      Stream.map((text) => `event: process-event\ndata: ${text}\n\n`)
    )
    const alive = Stream.map(Stream.tick(aliveEvery), () => ": still here\n\n")
    return HttpServerResponse.stream(
      Stream.merge(told, Stream.drop(alive, 1), { haltStrategy: "left" }).pipe(
        Stream.interruptWhen(stopping.begun),
        Stream.encodeText
      ),
      {
        contentType: "text/event-stream",
        headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
      }
    )
  }

  return ProcessEventStream.of({ from })
})

export class ProcessEventStream extends Context.Service<ProcessEventStream, {
  /** The stream that begins with a process event that was read before. */
  readonly from: (first: ProcessEvent) => HttpServerResponse.HttpServerResponse
}>()("@sluice/server/http/ProcessEventStream") {
  static readonly layer = Layer.effect(ProcessEventStream, Effect.suspend(() => make))
}
