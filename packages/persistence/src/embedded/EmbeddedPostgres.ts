/**
 * A private PostgreSQL under `SLUICE_DATA_DIR`, for when `DATABASE_URL` is
 * unset (contract, section 2). It is started with the scope and stopped with
 * it, kept running in between, and belongs to one process at a time.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Context, Effect, Layer, type Redacted, Ref, Schedule } from "effect"
import * as Cluster from "./Cluster.ts"
import * as DirectoryLock from "./DirectoryLock.ts"
import { type StartError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"
import * as PidFile from "./PidFile.ts"
import * as Place from "./Place.ts"
import * as Postmaster from "./Postmaster.ts"

export interface Options {
  /** `SLUICE_DATA_DIR`; made if it is not there. Relative to the working directory. */
  readonly dataDirectory: string
  /** Settings of PostgreSQL beside or instead of ours, by name. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A new one is tried soon, then every 5 s, for as long as it takes. */
const RESTARTS = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

const make = Effect.fnUntraced(function*(options: Options) {
  const settings = options.settings ?? {}
  const directory = yield* Place.open(options.dataDirectory)
  yield* DirectoryLock.acquire(directory, "postgres.lock")
  const place = yield* Place.find(directory)
  // A copied data directory may link to the same place.
  yield* DirectoryLock.acquire(place.home, "lock")
  const created = yield* Cluster.ensure(place)
  const password = yield* Cluster.password(place)
  // Added before the start, so that a scope that closes during the start stops the server, too.
  yield* Effect.addFinalizer(() => PidFile.stop(place.data))
  // An earlier one that a kill -9 left just as it started shows itself only by being in the way.
  const first = yield* Effect.retry(Postmaster.ensure(place, settings), {
    times: 3,
    schedule: Schedule.spaced("300 millis")
  })
  const current = yield* Ref.make(first)

  const supervise = Effect.gen(function*() {
    const { pid } = yield* Ref.get(current)
    yield* OsProcess.awaitEnd(pid)
    yield* Effect.logWarning("embedded PostgreSQL: it has died and is started again")
    const next = yield* Postmaster.ensure(place, settings, first.endpoint).pipe(
      Effect.tapError((error) => Effect.logWarning(error.message)),
      Effect.retry(RESTARTS)
    )
    yield* Ref.set(current, next)
    yield* Effect.logInfo("embedded PostgreSQL: it is back")
  })
  yield* BackgroundLoop.fork("embedded-postgres", Effect.forever(supervise))

  const origin = created ? "created" : first.origin
  yield* Effect.logInfo(`embedded PostgreSQL ${place.version}: ${origin}, in ${place.data}`)
  return {
    url: Postmaster.url(place, first.endpoint, password),
    version: place.version,
    home: place.home,
    origin,
    pid: Effect.map(Ref.get(current), ({ pid }) => pid)
  } as const
})

export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, {
  /** Connects as the owner of its one database; holds the password. Stays the same when PostgreSQL is started again. */
  readonly url: Redacted.Redacted
  /** The version, as in `18.4`. */
  readonly version: string
  /** The directory with its files, log and lock: `<SLUICE_DATA_DIR>/postgres`, or where that links to. */
  readonly home: string
  /** The initial situation: no database, a stopped one, or one that was still running. */
  readonly origin: "created" | "started" | "adopted"
  /** The process id of the postmaster. */
  readonly pid: Effect.Effect<number>
}>()("@sluice/persistence/embedded/EmbeddedPostgres") {
  /** Runs until the scope closes. */
  static readonly make = make

  static readonly layer = (options: Options): Layer.Layer<EmbeddedPostgres, StartError> =>
    Layer.effect(EmbeddedPostgres, make(options))
}
