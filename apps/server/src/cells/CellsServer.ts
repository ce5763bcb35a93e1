/**
 * A process with several cells: each cell's engine on its own database, a gateway in front of them, and the settings of
 * cell 0 copied into the others. Loaded where `SLUICE_CELLS` is set. Contract: section 11.
 *
 * | a cell | becomes | when |
 * | --- | --- | --- |
 * | coming | here | its database has answered and was migrated, and everything of the cell runs on it |
 * | here | away | its database does not answer a look; everything of the cell goes on trying |
 * | away | here | it answers again |
 *
 * Cell 0 has to come at the start. Another one may come later; one whose database refuses ends the start.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { copySettings } from "@sluice/persistence/internal/settings/SettingsCopy"
import { connectionsOf } from "@sluice/persistence/internal/sql/ConnectionBudget"
import * as JournalConnection from "@sluice/persistence/internal/sql/JournalConnection"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Context, Effect, Latch, Layer, Metric, Scope, Stream } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { SqlClient } from "effect/sql"
import type { Decide } from "../access/Authentication.ts"
import type { CallerIdentity } from "../access/Caller.ts"
import { KeysInForce } from "../access/KeysInForce.ts"
import type { CellAddress } from "../config/CellsFile.ts"
import * as DirectIntake from "../intake/DirectIntake.ts"
import * as Answer from "../wire/Answer.ts"
import { CellApp } from "./CellApp.ts"
import { askAnyway, type CellEntry } from "./CellDirectory.ts"
import { CellRuntime, type CellServices, faultText, type Home, isAwayFault, type Options } from "./CellRuntime.ts"
import * as Gateway from "./Gateway.ts"
import { reachOf, submissionCell } from "./Reach.ts"
import { CellsRefused } from "./ReadCells.ts"

/**
 * The connections to a cell. A process that executes runs opens as many as for a single database; any other opens four:
 * three of the pool, one of which listens, and one for all writes.
 */
export const connections = (executes: boolean) =>
  executes
    ? { connections: { connections: connectionsOf(true) }, sessions: Layer.empty }
    : { connections: { connections: 4, maxConnections: 3 }, sessions: JournalConnection.layerShared }

/** The routes of one cell. */
export const app = CellApp.layer

export type { CellAddress, Home }

const refused = <E extends { readonly message: string }, R>(cell: CellRuntime<E, R>) => (error: E) =>
  new CellsRefused({ message: faultText(cell.address.id, cell.options, error) })

/** Between two tries to start a cell that is away. */
const tryEvery = "1 second"

/** Starts a cell that was away, for as long as it takes. */
const comeLater = <E extends { readonly message: string }, R>(cell: CellRuntime<E, R>, home: Home) => {
  let told = ""
  const once = Effect.matchEffect(cell.start(home), {
    onSuccess: () => Effect.as(Effect.logInfo(`cell ${cell.address.id} has come`), true),
    onFailure: (error) => {
      const text = faultText(cell.address.id, cell.options, error)
      const isNews = text !== told && !isAwayFault(error)
      told = text
      return Effect.as(isNews ? Effect.logError(text) : Effect.void, false)
    }
  })
  const again: Effect.Effect<void, never, R> = Effect.flatMap(
    Effect.andThen(Effect.sleep(tryEvery), once),
    (came) => came ? Effect.void : again
  )
  return again
}

/** Copies after each change in cell 0, after each in the cell itself, and once more a second after a failure. */
const copying = Effect.fn("Cells.copying")(function*<E extends { readonly message: string }, R>(
  source: Context.Context<CellServices>,
  cell: CellRuntime<E, R>,
  came: Latch.Latch
) {
  yield* came.await
  const { present } = cell
  if (present === undefined) return
  const from = Context.get(source, SqlClient.SqlClient)
  const to = Context.get(present.services, SqlClient.SqlClient)
  const changes = Stream.merge(
    Context.get(source, SettingsLive).changes,
    Context.get(present.services, SettingsLive).changes
  )
  const copied: Effect.Effect<void> = Effect.catch(
    Effect.asVoid(copySettings(from, to)),
    (error) =>
      Effect.logDebug("settings are not copied yet", error).pipe(
        Effect.andThen(Effect.sleep("1 second")),
        Effect.andThen(Effect.suspend(() => copied))
      )
  )
  yield* Stream.runForEach(Stream.buffer(changes, { capacity: 1, strategy: "sliding" }), () => copied)
})

type Entries = readonly [CellEntry, ...ReadonlyArray<CellEntry>]

const owned = (cell: number) =>
  Metric.gauge("sluice_cell_owned", {
    description: "1 where this process executes the runs of the cell.",
    attributes: { cell: String(cell) }
  })

/** The series of all cells: each cell looks at its own, and what is written holds all of them. */
const metrics = Effect.fnUntraced(function*(entries: Entries) {
  for (const cell of entries) yield* Metric.update(owned(cell.id), cell.isOwned() ? 1 : 0)
  const [home, ...others] = entries
  yield* Effect.forEach(others, askAnyway, { concurrency: "unbounded" })
  return yield* askAnyway(home)
})

const bodyOf = (response: HttpServerResponse.HttpServerResponse): Record<string, unknown> =>
  JSON.parse(Answer.textOf(response) || "{}")

/** Ready while one cell takes orders. */
const health = Effect.fnUntraced(function*(entries: Entries, ownerOf: (cell: number) => string | undefined) {
  const answers = yield* Effect.forEach(
    entries,
    (cell) => Effect.map(askAnyway(cell), (response) => ({ id: cell.id, response })),
    { concurrency: "unbounded" }
  )
  const cells = answers.map(({ id, response }) => ({
    id,
    state: response.status === 200 ? "ok" : "away",
    owner: ownerOf(id)
  }))
  const well = answers.find(({ response }) => response.status === 200)
  if (well === undefined) {
    const [first] = answers
    const { response } = first!
    return HttpServerResponse.text(JSON.stringify({ ...bodyOf(response), cells }), {
      status: response.status,
      contentType: "application/problem+json",
      headers: { "retry-after": "1" }
    })
  }
  const isWhole = cells.every(({ state }) => state === "ok")
  const { status: _status, ...rest } = bodyOf(well.response)
  return Answer.json(JSON.stringify({ status: isWhole ? "ok" : "degraded", ...rest, cells }))
})

/** The route that takes every request, and the keys of cell 0. */
export const layer = <E extends { readonly message: string }, R>(options: Options<E, R>) =>
  Layer.effectContext(Effect.gen(function*() {
    const parent = yield* Scope.make("parallel")
    yield* Effect.addFinalizer((exit) => Scope.close(parent, exit))
    const [first, ...rest] = options.cells.cells.map((address) => new CellRuntime(address, options, parent))
    if (first === undefined) return yield* new CellsRefused({ message: "SLUICE_CELLS: cells has no cell 0: add it" })
    const source = yield* Effect.mapError(first.start(undefined), refused(first))
    const from = Context.get(source, SqlClient.SqlClient)
    const home: Home = {
      keys: Context.get(source, KeysInForce),
      prepare: Layer.effectDiscard(
        Effect.flatMap(SqlClient.SqlClient, (to) => Effect.ignore(copySettings(from, to), { log: "Debug" }))
      )
    }
    yield* Effect.forEach(rest, (cell) => begin(source, home, cell), { concurrency: "unbounded", discard: true })
    for (const cell of [first, ...rest]) {
      yield* BackgroundLoop.fork(`cell-${cell.address.id}`, Effect.forever(cell.watch))
    }
    const entries = [first.entry, ...rest.map(({ entry }) => entry)] as const
    const ownerOf = yield* owning(options, [first, ...rest], home)
    const byId = new Map([first, ...rest].map((cell) => [cell.address.id, cell]))
    return Context.make(KeysInForce, home.keys).pipe(
      Context.add(CellsGateway, {
        intakeOf: (caller) => {
          const cell = submissionCell(reachOf(options.cells, caller?.tenant))
          return cell === undefined ? undefined : byId.get(cell)?.intake(caller)
        },
        handle: Gateway.handle({
          cells: options.cells,
          entries,
          health: health(entries, ownerOf),
          metrics: metrics(entries)
        })
      })
    )
  }))

/** The name of each cell's owner. Without a cluster there is none, and nothing of it is loaded. */
const owning = Effect.fnUntraced(function*<E extends { readonly message: string }, R>(
  { cells, cluster, executes }: Options<E, R>,
  runtimes: ReadonlyArray<CellRuntime<E, R>>,
  home: Home
) {
  const [first] = cells.cells
  if (cluster === undefined || first === undefined) return () => undefined
  const { ownership } = yield* Effect.promise(() => import("./Ownership.ts"))
  return yield* ownership({ cluster, executes, url: first.url, runtimes, home })
})

/** Starts a cell other than cell 0, now or when its database comes. */
const begin = Effect.fnUntraced(function*<E extends { readonly message: string }, R>(
  source: Context.Context<CellServices>,
  home: Home,
  cell: CellRuntime<E, R>
) {
  const { id } = cell.address
  const came = Latch.makeUnsafe(false)
  yield* BackgroundLoop.fork(`settings-copy-${id}`, copying(source, cell, came))
  const exit = yield* Effect.result(cell.start(home))
  if (exit._tag === "Success") return came.openUnsafe()
  if (!isAwayFault(exit.failure)) return yield* refused(cell)(exit.failure)
  yield* Effect.logWarning(`${faultText(id, cell.options, exit.failure)}. It is away: the other cells go on without it`)
  yield* BackgroundLoop.fork(
    `cell-start-${id}`,
    Effect.andThen(comeLater(cell, home), Effect.sync(() => came.openUnsafe()))
  )
})

/** Serves authenticated requests. */
export class CellsGateway extends Context.Service<CellsGateway, {
  readonly handle: ReturnType<typeof Gateway.handle>
  /** Accepts the caller's ordinary orders and events; `undefined` if they must be refused, or their cell is away. */
  readonly intakeOf: (caller: CallerIdentity | undefined) => DirectIntake.Intake | undefined
}>()("@sluice/server/cells/CellsGateway") {}

/** The handler of ordinary orders and events. */
export const place = (decide: Decide): Effect.Effect<DirectIntake.Place, never, CellsGateway> =>
  Effect.map(CellsGateway, ({ intakeOf }) => (request, need) => {
    const admission = DirectIntake.admitted(decide, request, need)
    return admission && intakeOf(admission.caller)
  })

/** The route of every authenticated request. */
export const routes = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const { handle } = yield* CellsGateway
  yield* router.add("*", "/*", Effect.andThen(HttpServerRequest.HttpServerRequest, handle))
}))
