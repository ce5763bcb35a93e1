/**
 * Readiness: the database answers, and commits succeed in time. Contract: section 7, "While the database is away", and
 * section 10, promise 6.
 */
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { WriteHealth } from "@sluice/persistence/internal/journal/writer/WriteHealth"
import { sqlFault } from "@sluice/persistence/internal/sql/SqlFault"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { atMost } from "./AnswerTimeout.ts"
import { Stopping } from "./Stopping.ts"

/**
 * The time limit of `SELECT 1`. A refusal proves that the database is away; a late answer proves nothing, because other
 * requests may hold all connections.
 */
const probePatience = "1 second"

/**
 * The time limit of a request that needs nothing from the database, and is refused with all others while it is away.
 */
const requestPatience = "4 seconds"

const away = new JournalUnavailable({ message: "The database is away" })
const silent = new JournalUnavailable({ message: "The database did not answer in time" })

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const writes = yield* WriteHealth
  const stopping = yield* Stopping

  const asked = sql`SELECT 1`.pipe(
    Effect.asVoid,
    Effect.catch((error) => sqlFault(error) === "away" ? Effect.fail(away) : Effect.void)
  )

  return Readiness.of({
    check: Effect.gen(function*() {
      if (stopping.isDraining()) return yield* new JournalUnavailable({ message: "This process is stopping" })
      const stalled = yield* writes.stalledSeconds
      if (stalled > 0) {
        return yield* new JournalUnavailable({ message: `No commit has succeeded for ${Math.round(stalled)} s` })
      }
      return yield* atMost(probePatience, () => Effect.void)(asked)
    }),
    reachable: atMost(requestPatience, () => Effect.fail(silent))(asked)
  })
})

export class Readiness extends Context.Service<Readiness, {
  /** Fails if the process is not ready, for `/health/ready`. */
  readonly check: Effect.Effect<void, JournalUnavailable>
  /** Fails if the database does not answer; commits need not succeed. */
  readonly reachable: Effect.Effect<void, JournalUnavailable>
}>()("@sluice/server/Readiness") {
  static readonly layer: Layer.Layer<Readiness, never, SqlClient.SqlClient | WriteHealth | Stopping> = Layer.effect(
    Readiness,
    Effect.suspend(() => make)
  )
}
