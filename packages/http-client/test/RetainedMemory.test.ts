/**
 * The memory that hostile partners leave behind: at most 5 MiB after a collection, whatever was sent. `benchmarks/hostile.ts`
 * reports the peak, with answers of 10 GB. Contract: section 5.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { Effect, Layer, Result } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

const behaviours = [
  "drip",
  "ten-gigabytes",
  "endless",
  "endless-head",
  "bomb",
  "brotli-bomb",
  "reset-mid-body",
  "close-mid-chunk",
  "interim-and-close",
  "two-lengths",
  "length-and-chunks",
  "half-gzip",
  "garbage"
]

/** Bytes that may be left behind. */
const most = 5 * 1024 * 1024

/** Bytes in use after everything unreachable was collected. */
const used = Effect.promise(async () => {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  const { arrayBuffers, external, heapUsed } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
})

const exchanges = Effect.fnUntraced(function*(behaviour: string, times: number) {
  const { url } = yield* HostileServer
  const outbound = yield* Outbound
  yield* Effect.forEach(
    Array.from({ length: times }),
    (_, n) =>
      Effect.exit(outbound.exchange({
        method: "POST",
        url: `${url}/${behaviour}/${n}`,
        headers: {},
        body: "{}",
        timeoutMs: 500
      })),
    { concurrency: 4, discard: true }
  )
})

describe("memory", () => {
  it.live.each(behaviours)(
    "twelve answers of a partner that does %s leave at most 5 MiB behind",
    (behaviour) =>
      Effect.gen(function*() {
        // Code and pools are there from the first.
        yield* exchanges(behaviour, 4)
        // What is compiled or cached once is in one round; a leak is in each.
        let least = Infinity
        for (let round = 0; round < 3 && least >= most; round++) {
          const before = yield* used
          yield* exchanges(behaviour, 12)
          least = Math.min(least, (yield* used) - before)
        }
        assert.isBelow(least, most)
      }).pipe(Effect.provide(Layer.merge(OutboundUndici.layer({ guard }), HostileServer.layer)))
  )
})
