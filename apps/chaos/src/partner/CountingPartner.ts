/** A partner that answers every call with `{}`, and counts how often it was sent each idempotency key. */
import { Effect, type Scope } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

export interface CountingPartner {
  readonly url: string
  /** The number of calls by idempotency key. */
  readonly sent: ReadonlyMap<string, number>
}

/** Listens on a free port of this machine until its scope ends. `callMs`: milliseconds until an answer. */
export const countingPartner = (callMs = 0): Effect.Effect<CountingPartner, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<CountingPartner & { readonly close: () => void }>((resume) => {
      const sent = new Map<string, number>()
      const listener = createServer((request, response) => {
        const key = String(request.headers["idempotency-key"])
        sent.set(key, (sent.get(key) ?? 0) + 1)
        request.resume().on("end", async () => {
          if (callMs > 0) await sleep(callMs)
          response.setHeader("content-type", "application/json").end("{}")
        })
      }).listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
        const close = () => {
          listener.close()
          listener.closeAllConnections()
        }
        resume(Effect.succeed({ url, sent, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
