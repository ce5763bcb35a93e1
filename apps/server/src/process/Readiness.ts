/** Whether this process can work: the database answers. Contract: section 7, "While the database is away". */
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { atMost } from "./AnswerTimeout.ts"

/** Well below the 5 s in which the answer has to be there. */
const patience = "2 seconds"

const away = (message: string) => new JournalUnavailable({ message: `The database is away: ${message}. Try again` })

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return Readiness.of({
    check: sql`SELECT 1`.pipe(
      Effect.mapError((error) => away(error.message)),
      atMost(patience, () => Effect.fail(away("it does not answer"))),
      Effect.asVoid
    )
  })
})

export class Readiness extends Context.Service<Readiness, {
  readonly check: Effect.Effect<void, JournalUnavailable>
}>()("@sluice/server/Readiness") {
  static readonly layer: Layer.Layer<Readiness, never, SqlClient.SqlClient> = Layer.effect(
    Readiness,
    Effect.suspend(() => make)
  )
}
