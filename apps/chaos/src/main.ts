/** `pnpm chaos [--seed n] [--minutes m] [--kills k]`: exit code 0 only if everything holds. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Database from "@sluice/persistence/schema/Database"
import { Clock, Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import * as Chaos from "./Chaos.ts"
import { broken } from "./checker/Checker.ts"
import { injections } from "./Injections.ts"
import { orderTypes } from "./load/Pipelines.ts"
import * as PostgresUnderTest from "./PostgresUnderTest.ts"
import { report } from "./Report.ts"

const chaos = Effect.fnUntraced(
  function*(options: { readonly seed: number; readonly minutes: number; readonly kills: number }) {
    const now = yield* Clock.currentTimeMillis
    const seed = options.seed === 0 ? now % 1_000_000 : options.seed
    yield* Console.log(`seed ${seed}`)
    const postgres = yield* PostgresUnderTest.make
    let last = 0
    const clock = yield* Clock.Clock
    const outcome = yield* Chaos.run({
      seed,
      database: postgres.url,
      killDatabase: postgres.kill,
      forMs: options.minutes * 60_000,
      kills: options.kills === 0 ? Infinity : options.kills,
      survivors: 2,
      victims: 5,
      ordersPerSecond: 8,
      orderTypes,
      injections,
      injectEveryMs: 6000,
      hastens: false,
      peaceMs: 180_000,
      explains: 100,
      tell: (line) => {
        const at = clock.currentTimeMillisUnsafe()
        if (at - last < 10_000) return
        last = at
        process.stderr.write(`${((at - now) / 1000).toFixed(0)} s: ${line}\n`)
      }
    }).pipe(Effect.provide(Database.layer({ url: postgres.url })))
    yield* Console.log(report(outcome, seed))
    if (broken(outcome.verdicts).length > 0) {
      const file = join(tmpdir(), `sluice-chaos-${seed}.json`)
      yield* Effect.promise(() => writeFile(file, JSON.stringify(outcome)))
      yield* Console.log(`All that is known of it is in ${file}`)
    }
    process.exitCode = broken(outcome.verdicts).length === 0 && outcome.collapses.length === 0 ? 0 : 1
  },
  Effect.scoped
)

const command = Command.make("chaos", {
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Decides everything that is drawn; 0: another each time"),
    Flag.withDefault(0)
  ),
  minutes: Flag.Finite("minutes").pipe(Flag.withDescription("How long things break"), Flag.withDefault(5)),
  kills: Flag.Int("kills").pipe(Flag.withDescription("Ends sooner, after so many; 0: not"), Flag.withDefault(0))
}, chaos).pipe(
  Command.withDescription(
    "Kills processes of Sluice under load, breaks everything around them, and checks what is left"
  )
)

// Package managers hand on the `--` that separates their arguments from ours.
const words = process.argv.slice(2).filter((word) => word !== "--")

Command.runWith(command, { version: "0.0.0" })(words).pipe(
  Effect.provide(Layer.mergeAll(NodeServices.layer)),
  NodeRuntime.runMain()
)
