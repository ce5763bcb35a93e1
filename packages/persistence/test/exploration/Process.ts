/**
 * A whole process of Sluice's engine on its journal: intake, runs, cancels, lease, writer, takeover. Everything is the
 * code that the server runs; what is beyond it (statements, calls, time) is asked of the world around it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import { ExpressionError, Expressions } from "@sluice/engine/expressions/Expressions"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import type { Plugin } from "@sluice/engine/plugins/Plugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { delays } from "@sluice/engine/plugins/RetrySchedule"
import { Runs } from "@sluice/engine/runs/Runs"
import { Settings } from "@sluice/engine/settings/Settings"
import { Credentials } from "@sluice/http-client/Credentials"
import * as DigestNode from "@sluice/http-client/node/DigestNode"
import { Outbound, type OutboundRequest, type OutboundResponse, OutboundTimedOut } from "@sluice/http-client/Outbound"
import { type Clock, Effect, Layer, Result, Schema, type Scope, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { Connector, type Rows } from "../../src/sql/JournalConnection.ts"
import type { Row } from "./StatementModels.ts"

/** A connection to the database. */
export interface Database {
  readonly query: (text: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<ReadonlyArray<Row>, SqlError>
  /** The same, answered by position. */
  readonly values: (text: string, parameters: ReadonlyArray<unknown>) => Effect.Effect<Rows, SqlError>
}

/** The services of the world that a process uses. */
export interface Beyond extends Database {
  readonly clock: Clock.Clock
  /** The connection of one transaction; absent where one connection is all there is. */
  readonly transaction?: Effect.Effect<Database, SqlError, Scope.Scope>
  readonly exchange: (request: OutboundRequest) => Effect.Effect<OutboundResponse>
  readonly pipeline: Pipeline
}

const connectionOf = ({ query, values }: Database): Connection => ({
  execute: query,
  executeUnprepared: query,
  executeRaw: query,
  executeValues: values,
  executeValuesUnprepared: values,
  executeStream: () => Stream.die("nothing streams")
})

const client = (beyond: Beyond) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.make({
      acquirer: Effect.succeed(connectionOf(beyond)),
      ...(beyond.transaction !== undefined && { transactionAcquirer: Effect.map(beyond.transaction, connectionOf) }),
      compiler: PgClient.makeCompiler(),
      driver: "model",
      spanAttributes: []
    })
    const pg: PgClient.PgClient = Object.assign(sql, {
      [PgClient.TypeId]: PgClient.TypeId,
      config: {},
      json: () => {
        throw new Error("nothing is sent as JSON")
      },
      listen: () => Effect.never,
      notify: () => Effect.void
    })
    return pg
  }).pipe(Effect.provide(Reactivity.layer))

const database = (beyond: Beyond) => {
  const pg = Layer.effect(PgClient.PgClient, client(beyond))
  return Layer.mergeAll(
    pg,
    Layer.effect(SqlClient.SqlClient, PgClient.PgClient).pipe(Layer.provide(pg)),
    Layer.succeed(Connector, () =>
      Effect.succeed({
        query: (text, parameters) => Effect.result(beyond.values(text, parameters)),
        ready: Effect.succeed(Result.void),
        readyToFind: Effect.succeed(Result.void),
        closeIfHung: () => {}
      }))
  )
}

const settings = (pipeline: Pipeline) =>
  Layer.succeed(Settings, {
    current: () => ({ pipelines: [pipeline], connectors: [], authProviders: [], secrets: [] }),
    pipeline: () => Effect.succeed(pipeline)
  })

const SeveralOptions = Schema.Struct({ endpoints: Schema.Array(Schema.String) })

/** A plugin that makes its calls at once; each refused one is to be repeated in a minute. */
const several: Plugin<typeof SeveralOptions.Type> = {
  name: "several",
  description: "Makes several calls at once.",
  options: SeveralOptions,
  configuredIn: "options",
  policy: () => ({ critical: true, tolerated: "failed", failedStatus: undefined, notesFailures: false }),
  run: ({ callout, options }) =>
    Effect.as(
      Effect.all(
        options.endpoints.map((url) =>
          callout({
            method: "POST",
            url,
            headers: {},
            body: { form: "order" },
            timeoutMs: 60_000,
            credentials: { providers: [] },
            retry: { schedule: delays([60_000]), retries: ({ status }) => status === 503 },
            judge: ({ status }) =>
              status === 200 ? { outcome: "succeeded" } : { outcome: "rejected", message: `no: ${status}` }
          })
        ),
        { concurrency: "unbounded" }
      ),
      {}
    )
}

const noExpressions = Layer.succeed(Expressions, {
  check: () => Effect.succeed({ stepReferences: [], calloutPaths: [], rootNames: [] }),
  evaluate: (source) => Effect.fail(new ExpressionError({ source, reason: "failed", message: "there are none" }))
})

type Journals = ReturnType<typeof JournalPg.layer>

/** `changed`: what a planted fault makes of the journal. */
export const layer = (beyond: Beyond, changed: (journal: Journals) => Journals = (journal) => journal) =>
  Layer.merge(CancelRun.layer, TakeCallback.layer).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer()),
    Layer.provideMerge(changed(JournalPg.layer())),
    Layer.provide(Layer.mergeAll(
      settings(beyond.pipeline),
      noExpressions,
      Plugins.layer([calloutPlugin, webhookWorkflowStep, several]),
      DigestNode.layer,
      Credentials.layerMemory,
      database(beyond)
    )),
    Layer.provide(Layer.succeed(Outbound, {
      refuse: () => undefined,
      refuseTls: () => [],
      exchange: (request) =>
        Effect.timeoutOrElse(beyond.exchange(request), {
          duration: request.timeoutMs,
          orElse: () => Effect.fail(new OutboundTimedOut({ sent: true }))
        })
    }))
  )
