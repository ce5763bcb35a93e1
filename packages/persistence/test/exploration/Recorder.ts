/** Two processes on a real database, each statement of which is written down; either can be killed. */
import type * as PgClient from "@effect/sql-pg/PgClient"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import { Clock, Effect, Layer, Logger, Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Rows } from "../../src/sql/JournalConnection.ts"
import { valueOf } from "./DatabaseModel.ts"
import { encode, encodeRow, type Question } from "./History.ts"
import { type Beyond, layer } from "./Process.ts"
import { pipelineOf, type Scenario } from "./Scenario.ts"
import type { Row } from "./StatementModels.ts"

export interface Recorder {
  readonly history: Array<Question>
  /** A process that is named so: it hears nothing any more once it is killed, and asks nothing. */
  readonly start: (name: string) => Effect.Effect<
    {
      readonly intake: Intake["Service"]
      readonly cancelling: CancelRun["Service"]
      /** Between two transactions: the database would roll back one that is open, which the model has no word for. */
      readonly kill: Effect.Effect<void>
    },
    never,
    Scope.Scope
  >
  /** Sends a statement that belongs to no process. */
  readonly ask: (text: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<unknown, SqlError>
}

export const make = Effect.fnUntraced(function*(sql: PgClient.PgClient, scenario: Scenario) {
  const clock = yield* Clock.Clock
  const history: Array<Question> = []
  let place = 0

  const answered = (rows: ReadonlyArray<ReadonlyArray<unknown> | Row>) => ({
    place: place++,
    at: clock.currentTimeMillisUnsafe(),
    rows: rows.map(encodeRow)
  })

  const asking = <A extends ReadonlyArray<unknown> | Row>(
    process: string,
    isDead: () => boolean,
    run: (text: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<ReadonlyArray<A>, SqlError>,
    heard: (question: Question) => void = () => {}
  ) =>
  (text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.suspend((): Effect.Effect<ReadonlyArray<A>, SqlError> => {
      if (isDead()) return Effect.never
      const question: Question = {
        process,
        text,
        parameters: parameters.map((parameter) => encode(valueOf(parameter))),
        place: place++,
        at: clock.currentTimeMillisUnsafe()
      }
      history.push(question)
      return Effect.flatMap(run(text, parameters), (rows) => {
        if (isDead()) return Effect.never
        question.answer = answered(rows)
        heard(question)
        return Effect.succeed(rows)
      })
    })

  const query = (text: string, parameters: ReadonlyArray<unknown>) => sql.unsafe<Row>(text, parameters)
  const values = (text: string, parameters: ReadonlyArray<unknown>): Effect.Effect<Rows, SqlError> =>
    sql.unsafe(text, parameters).values

  /** The effects of a statement in a transaction are visible to others at the earliest with its `COMMIT`. */
  const untilCommit = () => {
    const questions: Array<Question> = []
    return (question: Question) => {
      questions.push(question)
      if (question.text !== "COMMIT") return
      const { at, place } = question.answer ?? question
      for (const one of questions) if (one.answer !== undefined) one.answer = { ...one.answer, at, place }
    }
  }

  const start: Recorder["start"] = Effect.fnUntraced(function*(name) {
    let dead = false
    const isDead = () => dead
    let transactions = 0
    const calls = new Map<string, number>()
    const beyond: Beyond = {
      clock,
      query: asking(name, isDead, query),
      values: asking(name, isDead, values),
      transaction: Effect.gen(function*() {
        yield* Effect.acquireRelease(
          Effect.sync(() => transactions++),
          () => Effect.sync(() => transactions--)
        )
        const connection = yield* sql.reserve
        const heard = untilCommit()
        return {
          query: asking(name, isDead, (text, parameters) => connection.execute(text, parameters, undefined), heard),
          values: asking(name, isDead, (text, parameters) => connection.executeValues(text, parameters), heard)
        }
      }),
      pipeline: pipelineOf(scenario),
      exchange: ({ headers, url }) =>
        Effect.suspend(() => {
          const count = (calls.get(url) ?? 0) + 1
          calls.set(url, count)
          const status = headers["x-delivery-count"] === "1" && count % 7 === 0 ? 503 : 200
          return Effect.delay(
            Effect.succeed({ status, headers: {}, body: new Uint8Array(), truncated: false }),
            count % 4
          )
        })
    }
    // Who was killed says no good-bye.
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => dead ? Effect.void : Scope.close(scope, exit))
    const context = yield* Layer.buildWithScope(Layer.fresh(layer(beyond)), scope).pipe(
      Effect.provide(Logger.layer([]))
    )
    const { cancelling, intake } = yield* Effect.provideContext(
      Effect.all({ cancelling: CancelRun, intake: Intake }),
      context
    )
    return {
      intake,
      cancelling,
      kill: Effect.sync(() => {
        dead = transactions === 0
        return dead
      }).pipe(Effect.delay("1 millis"), Effect.repeat({ until: (done) => done }), Effect.asVoid)
    }
  })

  return { history, start, ask: asking("nobody", () => false, query) } satisfies Recorder
})
