/**
 * The SQL client: Effect's own client over a pool of PostgreSQL connections, with Sluice's session settings. Session
 * settings are made by the first statement of each connection, not as startup parameters, which poolers refuse.
 * Statements that commit are counted in the `WriteProgress` of the request that they serve.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import { CurrentCell } from "@sluice/domain/internal/identity/CurrentCell"
import { Clock, Effect, Layer, type Scope, Stream } from "effect"
import type { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import type { Connection } from "effect/sql/SqlConnection"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import { inCellText } from "./CellText.ts"
import type { Hosts } from "./hosts/Hosts.ts"
import { sqlFault, sqlStateOf } from "./SqlFault.ts"
import { makeRenewal, type PlanRenewal, steadyPlans } from "./StatementPlans.ts"
import { CurrentWriteProgress, isChange } from "./WriteProgress.ts"

/** The session settings by name, as `SET` takes them. */
export type Settings = Readonly<Record<string, string>>

/** The connection settings; with `hosts`, each connection is preceded by the choice of a host. */
export interface Config extends PgPool.Config {
  readonly hosts?: Hosts | undefined
}

/** Applies the settings to a session, for as long as it lasts. */
export const configure = (connection: PgConnection.PgConnection, settings: Settings): Effect.Effect<void, SqlError> => {
  const entries = Object.entries(settings)
  if (entries.length === 0) return Effect.void
  const calls = entries.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`)
  return Effect.asVoid(connection.query(`select ${calls.join(", ")}`, entries.flat(), false))
}

/** Counts a statement that commits; whether it did is unknown where its answer does not come. */
const counted = <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
  Effect.withFiber((fiber) => {
    const progress = fiber.getRef(CurrentWriteProgress)
    if (progress === undefined) return statement
    progress.sent()
    return Effect.matchEffect(statement, {
      onSuccess: (answer) => {
        progress.committed()
        return Effect.succeed(answer)
      },
      onFailure: (error) => {
        if (sqlFault(error) !== "away") progress.refused()
        return Effect.fail(error)
      }
    })
  })

type TransformRows = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined

/** Runs a statement. If the host refuses it because it has become read-only, its connections are dropped. */
export const leavingReadOnly =
  (hosts: Hosts | undefined) => <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
    hosts === undefined ?
      statement :
      Effect.tapError(
        statement,
        (error) => Effect.sync(() => sqlStateOf(error) === readOnlyState && hosts.becameReadOnly())
      )

const readOnlyState = "25006"

/** `autocommits`: each statement is a transaction of its own. */
const connectionOf = (
  session: PgConnection.PgConnection,
  hosts: Hosts | undefined,
  autocommits: boolean,
  inCell: (statement: string) => string
): Connection => {
  const commits = autocommits ? isChange : () => false
  const guarded = leavingReadOnly(hosts)
  const send = <A>(sql: string, statement: Effect.Effect<A, SqlError>) =>
    guarded(commits(sql) ? counted(statement) : statement)
  const rows = (sql: string, params: ReadonlyArray<unknown>, transform: TransformRows, prepare: boolean) => {
    const answer = Effect.map(session.query(inCell(sql), params, prepare), (result) => result.rows)
    return send(sql, transform === undefined ? answer : Effect.map(answer, transform))
  }
  return {
    execute: (sql, params, transform) => rows(sql, params, transform, true),
    executeUnprepared: (sql, params, transform) => rows(sql, params, transform, false),
    executeRaw: (sql, params) => send(sql, session.query(inCell(sql), params)),
    executeValues: (sql, params) => send(sql, session.queryValues(inCell(sql), params)),
    executeValuesUnprepared: (sql, params) => send(sql, session.queryValues(inCell(sql), params, false)),
    executeStream: (sql, params, transform) => {
      const stream = session.stream(inCell(sql), params)
      return transform === undefined ? stream : Stream.mapArray(stream, (some) => transform(some) as typeof some)
    }
  }
}

/** PostgreSQL answers `ROLLBACK` to the `COMMIT` of a transaction that has failed. */
const commit = (connection: Connection): Effect.Effect<void, SqlError> =>
  counted(Effect.flatMap(
    connection.executeRaw("COMMIT", []) as Effect.Effect<PgConnection.Result, SqlError>,
    ({ command }) => command === "ROLLBACK" ? Effect.fail(rolledBack) : Effect.void
  ))

const rolledBack = new SqlError({
  reason: new UnknownError({
    cause: new Error("COMMIT rolled back an aborted transaction"),
    message: "COMMIT rolled back an aborted transaction",
    operation: "commit"
  })
})

interface Session {
  readonly connection: Connection
  /** The renewal of the plans that the session keeps; `undefined` where it keeps none. */
  readonly plans: PlanRenewal | undefined
}

/** Connects on first use, so it is built even while the database is away. */
export const make = Effect.fnUntraced(function*(
  config: Config,
  settings: Settings
): Effect.fn.Return<PgClient.PgClient, SqlError, Scope.Scope | Reactivity.Reactivity> {
  const pool = yield* PgPool.make(config)
  const inCell = inCellText(yield* CurrentCell)
  const clock = yield* Clock.Clock
  /** The sessions that have their settings. */
  const sessions = new WeakMap<PgConnection.PgConnection, Session>()

  const renewed = ({ connection, plans }: Session): Effect.Effect<Connection> =>
    // The statement itself tells of a connection that is lost.
    plans?.isDue() === true ? Effect.as(Effect.ignore(plans.renew), connection) : Effect.succeed(connection)

  const ready = (session: PgConnection.PgConnection): Effect.Effect<Connection, SqlError> => {
    const known = sessions.get(session)
    if (known !== undefined) return renewed(known)
    return Effect.flatMap(configure(session, settings), () => {
      const connection = connectionOf(session, config.hosts, true, inCell)
      const made = { connection, plans: settings === steadyPlans ? makeRenewal(session, clock) : undefined }
      sessions.set(session, made)
      return renewed(made)
    })
  }
  const reserve = Effect.flatMap(pool.get, (session) => Effect.andThen(ready(session), session.pin))

  const sql = yield* SqlClient.make({
    acquirer: Effect.flatMap(pool.get, ready),
    borrower: (use) => pool.use((session) => Effect.flatMap(ready(session), use)),
    transactionAcquirer: Effect.map(reserve, (session) => connectionOf(session, config.hosts, false, inCell)),
    commit,
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    compiler: PgClient.makeCompiler(),
    driver: "pg",
    spanAttributes: [["db.system.name", "postgresql"]]
  })
  return Object.assign(sql, {
    [PgClient.TypeId]: PgClient.TypeId,
    config,
    json: () => {
      throw new Error("nothing is sent as JSON: documents are text")
    },
    listen: (channel: string) => Effect.flatMap(reserve, (session) => session.listen(channel)),
    notify: (channel: string, payload: string) => Effect.asVoid(sql`select pg_notify(${channel}, ${payload})`)
  }) as PgClient.PgClient
})

export const layer = (
  config: Config,
  settings: Settings
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, SqlError> => PgClient.layerFrom(make(config, settings))

/** A small pool of connections with steady plans, beside the pool that reads lists. */
export const layerSteady = (maxConnections: number): Layer.Layer<PgClient.PgClient, never, PgClient.PgClient> =>
  Layer.unwrap(
    Effect.map(PgClient.PgClient, ({ config }) => layer({ ...config, maxConnections }, steadyPlans).pipe(Layer.orDie))
  )
