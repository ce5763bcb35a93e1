/**
 * `pnpm deliveries:check [hours]`: proves for the last hours (24) that every event has its deliveries, against the
 * database of `DATABASE_URL`, or every cell of `SLUICE_CELLS`. Prints the result as JSON; exit code 1 if anything is
 * missing or stuck.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Completeness from "@sluice/persistence/internal/upkeep/Completeness"
import * as Database from "@sluice/persistence/schema/Database"
import { Clock, Console, Effect, Redacted, Result } from "effect"
import { readFile } from "node:fs/promises"
import { type CellAddress, decodeCells } from "../config/CellsFile.ts"

const hour = 3_600_000

const unusable = (why: string) => Effect.as(Console.error(`sluice: ${why}`), undefined)

/** The databases to check; `undefined` once it was said why there are none. */
const databases = Effect.gen(function*() {
  const { DATABASE_URL: url, SLUICE_CELLS: file } = process.env
  if (url !== undefined) return [{ id: 0, url: Redacted.make(url) }] satisfies ReadonlyArray<CellAddress>
  if (file === undefined) {
    return yield* unusable("DATABASE_URL is unset: name the database that is to be checked, or SLUICE_CELLS")
  }
  const text = yield* Effect.tryPromise(() => readFile(file, "utf8"))
  const decoded = decodeCells(text, process.env)
  return Result.isFailure(decoded) ? yield* unusable(`SLUICE_CELLS ${decoded.failure}`) : decoded.success.cells
})

const program = Effect.gen(function*() {
  const cells = yield* databases
  if (cells === undefined) return false
  const hours = Number(process.argv[2] ?? 24)
  const now = yield* Clock.currentTimeMillis
  let isComplete = true
  for (const { id, url } of cells) {
    const found = yield* Completeness.check(now - hours * hour, now).pipe(
      Effect.provide(Database.layerPool({ url, maxConnections: 2 }))
    )
    yield* Console.log(JSON.stringify(cells.length === 1 ? found : { cell: id, ...found }, undefined, 2))
    isComplete &&= found.missing.length + found.stuck.length + found.unreadable.length === 0
  }
  return isComplete
}).pipe(
  Effect.catch((error) => Effect.as(Console.error(`sluice: ${error.message}`), false)),
  Effect.tap((complete) => Effect.sync(() => (process.exitCode = complete ? 0 : 1)))
)

NodeRuntime.runMain(program)
