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
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { copySettings } from "@sluice/persistence/internal/settings/SettingsCopy"
import { connectionsOf } from "@sluice/persistence/internal/sql/ConnectionBudget"
import * as JournalConnection from "@sluice/persistence/internal/sql/JournalConnection"
import { DatabaseUnavailable } from "@sluice/persistence/schema/Database"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Context, Effect, Exit, Latch, Layer, Metric, type Redacted, Result, Schema, Scope, Stream } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { SqlClient } from "effect/sql"
import { readFile } from "node:fs/promises"
import { KeysInForce } from "../access/KeysInForce.ts"
import { type CellAddress, type Cells, decodeCells, everyone, sharedCells } from "../config/CellsFile.ts"
import type { ClusterAddress, Environment, ServerConfig } from "../config/ServerConfig.ts"
import { Readiness } from "../process/Readiness.ts"
import * as Answer from "../wire/Answer.ts"
import { CellApp, inCell } from "./CellApp.ts"
import { askAnyway, type CellEntry } from "./CellDirectory.ts"
import * as Gateway from "./Gateway.ts"

/** The cells cannot be started. One line that begins with `SLUICE_CELLS`. */
export class CellsRefused extends Schema.TaggedError<CellsRefused>()("CellsRefused", { message: Schema.String }) {}

/** Reads the file of `SLUICE_CELLS`; warns of tenants that share a cell. */
export const read = Effect.fnUntraced(function*(config: ServerConfig, environment: Environment) {
  const { apiKeys, cellsFile, databaseUrl } = config
  if (cellsFile === undefined) return oneCell(databaseUrl)
  const text = yield* Effect.tryPromise({
    try: () => readFile(cellsFile, "utf8"),
    catch: (error) => unreadable(cellsFile, error)
  })
  const decoded = decodeCells(text, environment)
  if (Result.isFailure(decoded)) {
    return yield* new CellsRefused({ message: `SLUICE_CELLS ${cellsFile}: ${decoded.failure}` })
  }
  const cells = decoded.success
  const stranger = apiKeys.find(({ tenant }) => tenant !== undefined && !cells.tenants.has(tenant))
  if (stranger !== undefined) {
    return yield* new CellsRefused({
      message:
        `SLUICE_CELLS ${cellsFile}: SLUICE_API_KEYS gives the key ${stranger.name} the tenant ${stranger.tenant}, `
        + "which has no cell in the file: name it there"
    })
  }
  yield* Effect.forEach(sharedCells(cells), (line) => Effect.logWarning(line))
  return cells
})

/** Without the file there is one cell, which everybody submits to. */
const oneCell = (url: Redacted.Redacted | undefined): Cells => ({
  cells: url === undefined ? [] : [{ id: 0, url }],
  tenants: new Map([[everyone, 0]])
})

const unreadable = (file: string, error: unknown) =>
  new CellsRefused({
    message: `SLUICE_CELLS ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}: `
      + "correct the path, or unset it"
  })

/**
 * The connections to a cell. A process that executes runs owns its cells, and takes what one takes for one database;
 * another keeps four: three of the pool, one of which listens, and one for all writes.
 */
export const connections = (executes: boolean) =>
  executes
    ? { connections: { connections: connectionsOf(true) }, sessions: Layer.empty }
    : { connections: { connections: 4, maxConnections: 3 }, sessions: JournalConnection.layerShared }

/** The routes of one cell. */
export const app = CellApp.layer

export type { CellAddress }

/** Everything of one cell that the process asks for. */
export type CellServices = CellApp | Readiness | SettingsLive | SqlClient.SqlClient | KeysInForce

/** The parts of a cell before the first. */
export interface Home {
  readonly keys: KeysInForce["Service"]
  /** Copies the settings, where cell 0 is there, before anything reads them. */
  readonly prepare: Layer.Layer<never, never, SqlClient.SqlClient>
}

export interface Options<E, R> {
  readonly cells: Cells
  /** This process executes runs: of all cells, or, in a cluster, of those that it owns. */
  readonly executes: boolean
  readonly cluster: ClusterAddress | undefined
  /** Everything of a cell; `home` is absent where the settings file is to be applied, and keys are to be read. */
  readonly layer: (
    address: CellAddress,
    home: Home | undefined,
    executes: boolean
  ) => Layer.Layer<CellServices, E, R>
}

/** Everything of a cell that executes its runs, until it is given to another process. */
interface Owned {
  readonly services: Context.Context<CellServices>
  readonly scope: Scope.Closeable
}

/** A cell that has come. */
interface Present {
  readonly services: Context.Context<CellServices>
  isAway: boolean
  owned: Owned | undefined
}

/** Between two looks at a cell, and between two tries to start one that is away. */
const lookEvery = "500 millis"
const tryEvery = "1 second"

const message = (cell: number, error: { readonly message: string }): string =>
  `SLUICE_CELLS: cell ${cell}: ${
    error.message.replace(/^(?:DATABASE_URL|SLUICE_CELLS)[: ]*/, "").replace(
      /,? or unset it to use the embedded (?:PostgreSQL|one)/,
      ""
    )
  }`

const refused = (cell: number) => (error: { readonly message: string }) =>
  new CellsRefused({ message: message(cell, error) })

/** Nothing has answered: the same may succeed later. */
const isAwayFault = (error: unknown): boolean =>
  (error instanceof DatabaseUnavailable && error.isAway) || error instanceof JournalUnavailable

class Runtime<E extends { readonly message: string }, R> {
  present: Present | undefined
  readonly address: CellAddress
  readonly options: Options<E, R>
  /** Closed with the process; the cells end side by side. */
  readonly parent: Scope.Scope

  constructor(address: CellAddress, options: Options<E, R>, parent: Scope.Scope) {
    this.address = address
    this.options = options
    this.parent = parent
  }

  /** Builds everything of the cell, apart from what other cells have built. */
  build(home: Home | undefined, executes: boolean): Effect.Effect<Owned, E, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen({ self: this }, function*() {
        const scope = yield* Scope.fork(this.parent)
        const services = yield* restore(
          Layer.buildWithMemoMap(this.options.layer(this.address, home, executes), Layer.makeMemoMapUnsafe(), scope)
        ).pipe(Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))))
        return { services, scope }
      })
    ).pipe(inCell(this.address.id))
  }

  /** In a cluster a cell begins as one that another process owns. */
  start(home: Home | undefined): Effect.Effect<Context.Context<CellServices>, E, R> {
    const { cluster, executes } = this.options
    return Effect.map(this.build(home, executes && cluster === undefined), ({ services }) => {
      this.present = { services, isAway: false, owned: undefined }
      return services
    })
  }

  /** Begins to execute the cell's runs; false where it cannot be now. */
  take(home: Home): Effect.Effect<boolean, never, R> {
    return Effect.suspend(() => {
      const { present } = this
      if (present === undefined || present.isAway) return Effect.succeed(false)
      // Cell 0 is where settings are written.
      const own = this.address.id === 0 ? { ...home, prepare: Layer.empty } : home
      return Effect.matchEffect(this.build(own, true), {
        onSuccess: (owned) => {
          present.owned = owned
          return Effect.succeed(true)
        },
        onFailure: (error) => Effect.as(Effect.logWarning(message(this.address.id, error)), false)
      })
    })
  }

  /** Ends in the background; requests go to what the process keeps for cells of others. */
  readonly give = Effect.suspend(() => {
    const owned = this.present?.owned
    if (this.present === undefined || owned === undefined) return Effect.void
    this.present.owned = undefined
    return Effect.asVoid(Effect.forkIn(Scope.close(owned.scope, Exit.void), this.parent))
  })

  /** Looks at the database for as long as the process runs. */
  readonly watch = Effect.suspend(() => {
    const { present } = this
    if (present === undefined) return Effect.sleep(tryEvery)
    const { reachable } = Context.get(present.services, Readiness)
    return Effect.match(Effect.timeout(reachable, "2 seconds"), {
      onSuccess: () => void (present.isAway = false),
      onFailure: () => void (present.isAway = true)
    }).pipe(Effect.andThen(Effect.sleep(lookEvery)))
  })

  get entry(): CellEntry {
    return {
      id: this.address.id,
      handle: () => this.present && Context.get((this.present.owned ?? this.present).services, CellApp).handle,
      isAway: () => this.present === undefined || this.present.isAway,
      isOwned: () =>
        this.options.executes && this.present !== undefined && !this.present.isAway
        && (this.options.cluster === undefined || this.present.owned !== undefined)
    }
  }
}

/** Starts a cell that was away, for as long as it takes. */
const comeLater = <E extends { readonly message: string }, R>(cell: Runtime<E, R>, home: Home) => {
  let told = ""
  const once = Effect.matchEffect(cell.start(home), {
    onSuccess: () => Effect.as(Effect.logInfo(`cell ${cell.address.id} has come`), true),
    onFailure: (error) => {
      const text = message(cell.address.id, error)
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
  cell: Runtime<E, R>,
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
  response.body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(response.body.body)) : {}

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
    const [first, ...rest] = options.cells.cells.map((address) => new Runtime(address, options, parent))
    if (first === undefined) return yield* new CellsRefused({ message: "SLUICE_CELLS: cells has no cell 0: add it" })
    const source = yield* Effect.mapError(first.start(undefined), refused(first.address.id))
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
    return Context.make(KeysInForce, home.keys).pipe(
      Context.add(CellsGateway, {
        handle: Gateway.handle({
          cells: options.cells,
          entries,
          health: health(entries, ownerOf),
          metrics: metrics(entries)
        })
      })
    )
  }))

/** The owner of each cell; nobody's where there is no cluster, of which nothing is loaded then. */
const owning = Effect.fnUntraced(function*<E extends { readonly message: string }, R>(
  { cells, cluster, executes }: Options<E, R>,
  runtimes: ReadonlyArray<Runtime<E, R>>,
  home: Home
) {
  const [first] = cells.cells
  if (cluster === undefined || first === undefined) return () => undefined
  const Cluster = yield* Effect.promise(() => import("../cluster/Owners.ts"))
  const context = yield* Effect.context<R>()
  const byId = new Map(runtimes.map((runtime) => [runtime.address.id, runtime]))
  const scope = yield* Effect.scope
  const services = yield* Layer.buildWithScope(
    Cluster.layer({
      address: cluster,
      url: first.url,
      cells: cells.cells.map(({ id }) => id),
      executes,
      duties: {
        take: (cell) => Effect.provideContext(byId.get(cell)?.take(home) ?? Effect.succeed(false), context),
        give: (cell) => byId.get(cell)?.give ?? Effect.void
      }
    }),
    scope
  ).pipe(Effect.mapError((error) => new CellsRefused({ message: `SLUICE_CLUSTER_HOST: ${error.message}` })))
  return Context.get(services, Cluster.Owners).ownerOf
})

/** Starts a cell other than cell 0, now or when its database comes. */
const begin = Effect.fnUntraced(function*<E extends { readonly message: string }, R>(
  source: Context.Context<CellServices>,
  home: Home,
  cell: Runtime<E, R>
) {
  const { id } = cell.address
  const came = Latch.makeUnsafe(false)
  yield* BackgroundLoop.fork(`settings-copy-${id}`, copying(source, cell, came))
  const exit = yield* Effect.result(cell.start(home))
  if (exit._tag === "Success") return came.openUnsafe()
  if (!isAwayFault(exit.failure)) return yield* refused(id)(exit.failure)
  yield* Effect.logWarning(`${message(id, exit.failure)}. It is away: the other cells go on without it`)
  yield* BackgroundLoop.fork(
    `cell-start-${id}`,
    Effect.andThen(comeLater(cell, home), Effect.sync(() => came.openUnsafe()))
  )
})

/** Serves what was let in. */
export class CellsGateway extends Context.Service<CellsGateway, {
  readonly handle: ReturnType<typeof Gateway.handle>
}>()("@sluice/server/cells/CellsGateway") {}

/** Takes every request that was let in. */
export const routes = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const { handle } = yield* CellsGateway
  yield* router.add("*", "/*", Effect.andThen(HttpServerRequest.HttpServerRequest, handle))
}))
