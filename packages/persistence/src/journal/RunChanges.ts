/**
 * Notifies readers in this process that a run has changed, after the commit, so that an open stream needs no polling.
 * Changes by other processes are not notified here.
 */
import { Context, Effect, Layer, Queue, Stream } from "effect"

export class RunChanges extends Context.Service<RunChanges, {
  /** One element for each change of the run from now on; changes that come faster than they are read fall together. */
  readonly subscribe: (runId: string) => Stream.Stream<void>
  readonly publish: (runId: string) => void
}>()("@sluice/persistence/journal/Changes") {
  static readonly layer = Layer.sync(RunChanges, () => {
    const readers = new Map<string, Set<Queue.Queue<void>>>()

    const listen = (runId: string) =>
      Effect.acquireRelease(
        Effect.map(Queue.sliding<void>(1), (queue) => {
          const known = readers.get(runId)
          if (known === undefined) readers.set(runId, new Set([queue]))
          else known.add(queue)
          return queue
        }),
        (queue) =>
          Effect.sync(() => {
            const known = readers.get(runId)
            known?.delete(queue)
            if (known?.size === 0) readers.delete(runId)
          })
      )

    return RunChanges.of({
      subscribe: (runId) => Stream.unwrap(Effect.map(listen(runId), Stream.fromQueue)),
      publish: (runId) => {
        const known = readers.get(runId)
        if (known !== undefined) { for (const queue of known) Queue.offerUnsafe(queue, undefined) }
      }
    })
  })
}
