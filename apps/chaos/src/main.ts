/** `pnpm chaos [--seed n] [--minutes m] [--kills k]`: exit code 0 only if everything holds. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Database from "@sluice/persistence/Database"
import { Clock, Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import process from "node:process"
import { broken } from "./checker/Checker.ts"
import * as Chaos from "./Chaos.ts"
import * as PostgresUnderTest from "./PostgresUnderTest.ts"
import { report } from "./Report.ts"

const chaos = Effect.fnUntraced(function*(options: { readonly seed: number; readonly minutes: number; readonly kills: number }) {
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
    victims: 4,
    ordersPerSecond: 8,
    injectEveryMs: 6000,
    peaceMs: 180_000,
    tell: (line) => {
      const at = clock.currentTimeMillisUnsafe()
      if (at - last < 10_000) return
      last = at
      process.stderr.write(`${((at - now) / 1000).toFixed(0)} s: ${line}\n`)
    }
  }).pipe(Effect.provide(Database.layer({ url: postgres.url })))
  yield* Console.log(report(outcome, seed))
  process.exitCode = broken(outcome.verdicts).length === 0 && outcome.collapses.length === 0 ? 0 : 1
}, Effect.scoped)

const command = Command.make("chaos", {
  seed: Flag.Int("seed").pipe(Flag.withDescription("Decides everything that is drawn; 0: another each time"), Flag.withDefault(0)),
  minutes: Flag.Finite("minutes").pipe(Flag.withDescription("How long things break"), Flag.withDefault(5)),
  kills: Flag.Int("kills").pipe(Flag.withDescription("Ends sooner, after so many; 0: not"), Flag.withDefault(0))
}, chaos).pipe(
  Command.withDescription("Kills processes of Sluice under load, breaks everything around them, and checks what is left")
)

// Package managers hand on the `--` that separates their arguments from ours.
const words = process.argv.slice(2).filter((word) => word !== "--")

Command.runWith(command, { version: "0.0.0" })(words).pipe(
  Effect.provide(Layer.mergeAll(NodeServices.layer)),
  NodeRuntime.runMain()
)
