/**
 * A connection for the journal alone: opened when needed, discarded after every error that leaves a result unknown,
 * with timeouts that suit a writer for which others wait. The pool's connections have none of these settings.
 */
import type { PgClientConfig } from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { CurrentCell } from "@sluice/domain/internal/identity/CurrentCell"
import { Clock, Context, Effect, Exit, Layer, Result, Scope, Semaphore } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Duplex } from "node:stream"
import { inCellText } from "./CellText.ts"
import * as Client from "./Client.ts"
import { sqlFault } from "./SqlFault.ts"
import { makeRenewal, type PlanRenewal, steadyPlans } from "./StatementPlans.ts"

export type Rows = ReadonlyArray<ReadonlyArray<unknown>>

export interface JournalConnection {
  /** Opens the connection if it is not open. If this fails, nothing was sent. */
  readonly ready: Effect.Effect<Result.Result<void, SqlError>>
  /** As `ready`, and renews the plans that the connection keeps where that is due: not for the lease alone. */
  readonly readyToFind: Effect.Effect<Result.Result<void, SqlError>>
  /** Never interrupted halfway: an answer is awaited, or the connection is closed. */
  readonly query: (text: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<Result.Result<Rows, SqlError>>
  /** Closes a connection that has not answered for `patience`; its query then fails as `away`. */
  readonly closeIfHung: () => void
}

/** Over statement_timeout, so that a database that is merely slow answers first. Nanoseconds. */
const patience = 6_000_000_000n

const settings = {
  lock_timeout: "250ms",
  statement_timeout: "5s",
  ...steadyPlans
}

const opened = Effect.succeed(Result.void)

/** The connection settings of a pool's client. */
export type Config = PgClientConfig & Pick<Client.Config, "hosts">

interface Open {
  readonly connection: PgConnection.PgConnection
  readonly scope: Scope.Closeable
  readonly plans: PlanRenewal
  /** True if a message that is sent on it may arrive. */
  readonly isAlive: () => boolean
}

export const make = Effect.fnUntraced(function*(config: Config) {
  const clock = yield* Clock.Clock
  const guarded = Client.leavingReadOnly(config.hosts)
  const inCell = inCellText(yield* CurrentCell)
  let open: Open | undefined
  let busySince: bigint | undefined

  const drop = Effect.suspend(() => {
    const closing = open
    open = undefined
    return closing === undefined ? Effect.void : Scope.close(closing.scope, Exit.void)
  })
  yield* Effect.addFinalizer(() => drop)

  const connect = Effect.gen(function*() {
    const scope = yield* Scope.make()
    let socket: Duplex | undefined
    const { stream } = config
    const connection = yield* PgConnection.make({
      ...config,
      ...(stream !== undefined && { stream: () => socket = stream() }),
      multiplex: false,
      prepare: true
    }).pipe(
      Effect.tap((connection) => Client.configure(connection, settings)),
      Scope.provide(scope),
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
    open = { connection, scope, plans: makeRenewal(connection, clock), isAlive: () => socket?.destroyed !== true }
    return open
  })

  const connected = Effect.suspend(() => open === undefined ? connect : Effect.succeed(open))

  const reconnect = Effect.result(Effect.asVoid(Effect.uninterruptible(Effect.andThen(drop, connect))))

  /** Asks the connection, which is dropped where its answer is lost. */
  const asked = <A>(ask: (open: Open) => Effect.Effect<A, SqlError>): Effect.Effect<Result.Result<A, SqlError>> =>
    Effect.uninterruptible(Effect.flatMap(connected, (open) => {
      busySince = clock.monotonicTimeNanosUnsafe()
      return ask(open)
    })).pipe(
      Effect.result,
      Effect.tap((result) => {
        busySince = undefined
        return Result.isFailure(result) && sqlFault(result.failure) === "away" ? drop : Effect.void
      })
    )

  // A statement finds its rows by whatever plan: only a connection that is lost counts.
  const renewed = Effect.map(
    asked(({ plans }) => plans.renew),
    (result) => Result.isFailure(result) && sqlFault(result.failure) === "away" ? result : Result.void
  )
  const ready = Effect.suspend(() => open?.isAlive() === true ? opened : reconnect)
  const readyToFind = Effect.suspend(() => open?.isAlive() === true && open.plans.isDue() ? renewed : ready)

  const query: JournalConnection["query"] = (text, parameters) =>
    asked(({ connection }) => guarded(connection.queryValues(inCell(text), parameters)))

  const runFork = Effect.runForkWith(yield* Effect.context())
  const closeIfHung = () => {
    if (busySince !== undefined && clock.monotonicTimeNanosUnsafe() - busySince > patience) runFork(drop)
  }

  return { ready, readyToFind, query, closeIfHung } satisfies JournalConnection
})

/** The journal's source of connections; a test replaces it to decide when a statement is executed and answered. */
export const Connector = Context.Reference<
  (config: Config) => Effect.Effect<JournalConnection, never, Scope.Scope>
>(
  "@sluice/persistence/journal/Link/Connector",
  { defaultValue: () => make }
)

/** One connection for all writes, which wait for each other: for a process that keeps few connections to the database. */
export const layerShared: Layer.Layer<never> = Layer.effectContext(
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const one = yield* Semaphore.make(1)
    let shared: JournalConnection | undefined
    const connector = (config: Config) =>
      one.withPermit(Effect.gen(function*() {
        shared ??= inTurns(yield* Scope.provide(make(config), scope), one)
        return shared
      }))
    return Context.make(Connector, connector) as Context.Context<never>
  })
)

const inTurns = (
  { closeIfHung, query, ready, readyToFind }: JournalConnection,
  one: Semaphore.Semaphore
): JournalConnection => ({
  ready: one.withPermit(ready),
  readyToFind: one.withPermit(readyToFind),
  query: (text, parameters) => one.withPermit(query(text, parameters)),
  closeIfHung
})
