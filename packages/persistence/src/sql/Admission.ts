/**
 * Checks at the start that the database grants all connections that the process may need, so that a connection limit or
 * a pooler stops it with one line instead of leaving a process that hangs. Contract: section 2.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Clock, Effect, Exit, Schema, Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Config } from "./Client.ts"
import { sqlStateOf, sqlText } from "./SqlFault.ts"

/** The database grants fewer connections than are needed, or not sessions of their own. */
export class NotAdmitted extends Schema.TaggedError<NotAdmitted>()("NotAdmitted", {
  /** The database's message, with the SQLSTATE or the system's code. */
  code: Schema.String,
  text: Schema.String,
  /** The number of connections granted before. */
  granted: Schema.Int,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * The time for retrying refusals that may pass: connections of a process that is ending, a server that is starting up.
 */
const patience = 5_000

/** For the sessions to answer one after the other. A pooler with too few connections to the server lets some wait. */
const answerPatience = "3 seconds"

/** `too_many_connections`, `cannot_connect_now`. */
const passing: ReadonlySet<string> = new Set(["53300", "57P03"])

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ""
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  if (inner instanceof Error && inner !== error) return codeOf(inner)
  return String((error as NodeJS.ErrnoException).code ?? "")
}

const refusal = (error: SqlError, granted: number) =>
  new NotAdmitted({ code: codeOf(error.reason.cause ?? error), text: sqlText(error), granted, cause: error })

const pidText = "select pg_backend_pid()"
const goneText = "select count(*)::int4 from pg_stat_activity where pid = any($1::int4[])"

/**
 * Opens `total` sessions, makes sure that each is a session of its own (a pooler in transaction mode gives them one in
 * turns), and closes them. Returns when the server has forgotten them, so that the process itself can take their place.
 */
export const admit = Effect.fn("Admission.admit")(
  function*(config: Config, total: number): Effect.fn.Return<void, NotAdmitted, Scope.Scope> {
    const clock = yield* Clock.Clock
    const end = clock.currentTimeMillisUnsafe() + patience
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))

    const open = (granted: number): Effect.Effect<PgConnection.PgConnection, NotAdmitted, Scope.Scope> =>
      PgConnection.make(config).pipe(
        Effect.catch((error) =>
          passing.has(sqlStateOf(error) ?? "") && clock.currentTimeMillisUnsafe() < end
            ? Effect.andThen(Effect.sleep("200 millis"), open(granted))
            : Effect.fail(refusal(error, granted))
        )
      )

    const observer = yield* open(0)
    const sessions = [observer]
    while (sessions.length < total) sessions.push(yield* Scope.provide(open(sessions.length), scope))

    const pids: Array<number> = []
    for (const session of sessions) {
      const [[pid] = []] = yield* session.queryValues(pidText, [], false).pipe(
        Effect.mapError((error) => refusal(error, pids.length)),
        Effect.timeoutOrElse({
          duration: answerPatience,
          orElse: () =>
            Effect.fail(
              new NotAdmitted({
                code: "silent",
                text: "the session that it granted does not answer",
                granted: pids.length
              })
            )
        })
      )
      pids.push(Number(pid))
    }
    if (new Set(pids).size < pids.length) {
      return yield* new NotAdmitted({ code: "shared", text: "sessions share a connection to the server", granted: 0 })
    }
    const [, ...others] = pids
    yield* Scope.close(scope, Exit.void)
    // A pooler keeps its connections to the server, and has room again at once.
    if (sessions.some(({ processId }, index) => processId !== pids[index])) return
    for (let tries = 0; tries < 100; tries++) {
      const [[left] = []] = yield* Effect.orElseSucceed(observer.queryValues(goneText, [others], false), () => [])
      if (left === undefined || left === 0) return
      yield* Effect.sleep("20 millis")
    }
  },
  Effect.scoped
)
