/**
 * Loaded before a server of a test: its `calloutPlugin` spins after the answer, as a faulty plugin might, for the
 * milliseconds that the order gives in `spin`.
 */
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { Effect } from "effect"
import { isMainThread } from "node:worker_threads"

const spin = (ms: unknown): void => {
  const end = performance.now() + Number(ms ?? 0)
  while (performance.now() < end);
}

if (isMainThread) {
  const { run } = calloutPlugin
  const spinning: typeof run = (input) =>
    Effect.flatMap(run(input), (result) =>
      Effect.promise(async () => {
        await Promise.resolve()
        spin(input.order["spin"])
        return result
      }))
  Object.assign(calloutPlugin, { run: spinning })
}
