/**
 * The memory that hostile partners cost: answers of 10 GB, compression bombs, floods and drips, 200 of each, 20 at a time,
 * from a partner in a process of its own. Reports by kind what is retained after a collection, and the peak of resident
 * memory above what the process had before. Fails over 5 MiB retained. `node --expose-gc --conditions=@sluice/source`.
 */
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { HostileServer } from "@sluice/http-client/testing/HostileServer"
import { Effect, Result } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const kinds = [
  "ten-gigabytes",
  "endless",
  "endless-head",
  "bomb",
  "brotli-bomb",
  "drip",
  "reset-mid-body",
  "two-lengths"
]
const mebibyte = 1024 * 1024
const most = 5 * mebibyte

const partner = Effect.gen(function*() {
  const { url } = yield* HostileServer
  process.send?.(url)
  yield* Effect.never
}).pipe(Effect.provide(HostileServer.layer))

const used = async (): Promise<number> => {
  for (let turn = 0; turn < 5; turn++) {
    await pause(20)
    globalThis.gc?.()
  }
  const { arrayBuffers, external, heapUsed } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}

const exchanges = (outbound: Outbound["Service"], url: string, count: number): Promise<void> =>
  Effect.runPromise(Effect.forEach(
    Array.from({ length: count }),
    (_, n) =>
      Effect.exit(outbound.exchange({ method: "POST", url: `${url}/${n}`, headers: {}, body: "{}", timeoutMs: 1000 })),
    { concurrency: 20, discard: true }
  ))

const measure = async (outbound: Outbound["Service"], url: string) => {
  process.stdout.write("answer               retained KiB    peak MiB\n")
  for (const kind of kinds) {
    await exchanges(outbound, `${url}/${kind}`, 20)
    const before = await used()
    const resident = process.memoryUsage().rss
    let peak = 0
    const watch = setInterval(() => void (peak = Math.max(peak, process.memoryUsage().rss - resident)), 5)
    await exchanges(outbound, `${url}/${kind}`, 200)
    clearInterval(watch)
    const retained = (await used()) - before
    if (retained > most) process.exitCode = 1
    process.stdout.write(
      `${kind.padEnd(20)} ${(retained / 1024).toFixed(0).padStart(12)} ${(peak / mebibyte).toFixed(1).padStart(11)}\n`
    )
  }
}

if (process.send !== undefined) await Effect.runPromise(partner)
else {
  if (globalThis.gc === undefined) throw new Error("start it with --expose-gc")
  const child = fork(fileURLToPath(import.meta.url), { execArgv: ["--conditions=@sluice/source"] })
  const [url] = await once(child, "message") as [string]
  const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))
  try {
    await Effect.runPromise(
      Effect.flatMap(Outbound, (outbound) => Effect.promise(() => measure(outbound, url))).pipe(
        Effect.provide(OutboundUndici.layer({ guard }))
      )
    )
  } finally {
    child.kill()
  }
}
