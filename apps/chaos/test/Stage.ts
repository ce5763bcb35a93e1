/**
 * Sluice's engine and journal in this process, two workers on a database of their own, each behind a proxy of its own,
 * with one partner that a test can keep waiting: for faults that are planted in what a worker says.
 */
import { uuidOf } from "@sluice/domain/identity/Ids"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import * as SettingsStatic from "@sluice/engine/settings/SettingsStatic"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import * as JournalPostgres from "@sluice/persistence/journal/JournalPostgres"
import * as Database from "@sluice/persistence/schema/Database"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Context, Effect, Exit, Layer, Logger, Result, Schedule, Scope } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { broken, check } from "../src/checker/Checker.ts"
import { collect, stamp } from "../src/evidence/Collect.ts"
import type { Asked, Cancel, Patch, Submission } from "../src/evidence/Evidence.ts"
import * as PartnerServer from "../src/partner/PartnerServer.ts"
import type { Listener } from "../src/wire/Conversation.ts"
import * as DatabaseProxy from "../src/wire/DatabaseProxy.ts"

/** The effect of a planted fault: it changes the SQL of a worker, the commit behind it, or its sends. */
export interface Plant {
  readonly rewrite?: (text: string) => string
  readonly uncommitted?: (text: string) => boolean
  readonly sends?: (exchange: Outbound["Service"]["exchange"]) => Outbound["Service"]["exchange"]
}

export interface Worker {
  readonly name: string
  readonly intake: Intake["Service"]
  readonly cancelling: CancelRun["Service"]
  readonly editing: EditOrder["Service"]
  readonly proxy: DatabaseProxy.DatabaseProxy
  /** Listens to its statements, with the plant in place. */
  readonly listen: (listener: Listener) => void
}

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

/** Says who sends, as the chaos processes do. */
const outbound = (sender: string, plant: Plant) =>
  Layer.effect(
    Outbound,
    Effect.map(Outbound, (real) => ({
      ...real,
      exchange: (plant.sends ?? ((exchange) => exchange))((request) =>
        real.exchange({ ...request, headers: { ...request.headers, "chaos-sender": sender } })
      )
    }))
  ).pipe(Layer.provide(OutboundUndici.layer({ guard })))

const process = (sender: string, settings: Json, plant: Plant) =>
  Layer.mergeAll(EditOrder.layer, CancelRun.layer).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer({ grace: "10 millis" })),
    Layer.provideMerge(JournalPostgres.layer()),
    Layer.provide([
      SettingsStatic.layer(settings),
      Digest.layerWebCrypto,
      Credentials.layerMemory
    ]),
    Layer.provide([
      JsonataExpressions.layer(),
      Plugins.layer([calloutPlugin, webhookWorkflowStep]),
      outbound(sender, plant)
    ])
  )

/** Looks again and again until it is so. */
export const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("5 millis") })

/** `steps` are given the partner's URL. */
export const make = Effect.fnUntraced(function*(steps: (partner: string) => ReadonlyArray<JsonObject>, plant: Plant) {
  const { url } = yield* DatabaseTest
  const sql = yield* SqlClient.SqlClient
  yield* stamp
  const since = yield* Clock.currentTimeMillis
  const workers = new Map<string, DatabaseProxy.DatabaseProxy>()
  const held = new Map<string, PromiseWithResolvers<void>>()
  const submissions: Array<Submission> = []
  const patches: Array<Patch> = []
  const cancels: Array<Cancel> = []
  const { log, port } = yield* PartnerServer.make({
    holderOf: (sender) => workers.get(sender)?.worker() ?? "",
    reply: async ({ kind, path, sender }) => {
      await (held.get(`${sender} ${path}`) ?? held.get(path))?.promise
      const tag = path.split("/")[2] ?? ""
      return {
        _tag: "Answer",
        status: 200,
        body: kind === "patch"
          ? JSON.stringify({ OrderPatch: { Tags: [tag] } })
          : kind === "large"
          ? JSON.stringify({ text: "x".repeat(1_048_500) })
          : "{}"
      }
    }
  })
  const partner = `http://127.0.0.1:${port}`
  const settings = { pipelines: [{ name: "p", steps: steps(partner) }] } as unknown as Json

  const start = Effect.fnUntraced(function*(name: string) {
    const proxy = yield* DatabaseProxy.make(url)
    const listen = (listener: Listener) =>
      proxy.listen({
        ...listener,
        ...(plant.rewrite !== undefined && { rewrite: plant.rewrite }),
        ...(plant.uncommitted !== undefined && { uncommitted: plant.uncommitted })
      })
    listen({})
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => {
      listen({})
      proxy.weather("fair")
      return Scope.close(scope, Exit.void)
    })
    const context = yield* Layer.buildWithScope(
      Layer.fresh(process(name, settings, plant)).pipe(
        Layer.provide(Database.layerPool({ url: proxy.url, connectTimeout: "1 second" })),
        Layer.provide(Logger.layer([]))
      ),
      scope
    )
    workers.set(name, proxy)
    return {
      name,
      intake: Context.get(context, Intake),
      cancelling: Context.get(context, CancelRun),
      editing: Context.get(context, EditOrder),
      proxy,
      listen
    } satisfies Worker
  })

  return {
    sql,
    start,
    log: log as ReadonlyArray<Asked>,
    /** Keeps requests at a path waiting; returns the function that releases them. */
    hold: (path: string) => {
      const gate = Promise.withResolvers<void>()
      held.set(path, gate)
      return gate.resolve
    },
    arrived: (path: string, count = 1) =>
      until(Effect.sync(() => log.filter((asked) => asked.path === path).length >= count)),
    submit: Effect.fnUntraced(function*(worker: Worker, key: string) {
      const body = { orderType: "A", tags: [] }
      const receipt = yield* Effect.exit(worker.intake.submit({ body, idempotencyKey: key }))
      if (Exit.isFailure(receipt)) {
        submissions.push({ key, orderType: "A", items: 0, status: Exit.hasDies(receipt) ? 500 : 503 })
        return { orderId: "", runId: "" }
      }
      const { orderId, processEventId } = receipt.value
      const runId = uuidOf(processEventId) ?? ""
      submissions.push({ key, orderType: "A", items: 0, status: 202, orderId, runId })
      return { orderId: String(orderId), runId }
    }),
    patch: Effect.fnUntraced(function*(worker: Worker, orderId: string, tag: string) {
      yield* worker.editing.patch(orderId, { tags: [tag] })
      patches.push({ orderId, tag, status: 200 })
    }),
    /** Answered once the run's end is stored, or after three seconds. */
    cancel: Effect.fnUntraced(function*(worker: Worker, runId: string) {
      const answer = yield* Effect.exit(worker.cancelling.cancel(runId, {}))
      cancels.push({ runId, compensates: false, status: Exit.isSuccess(answer) ? 200 : 409 })
    }),
    /** The lease of a worker that was silent is over, as after six seconds. */
    expire: (worker: Worker) =>
      sql`update workers set alive_until = clock_timestamp() - interval '1 s' where id = ${worker.proxy.worker()}::uuid`,
    /** It has found out that its lease is over, and has entered anew. */
    rejoined: (worker: Worker) => {
      const before = worker.proxy.worker()
      return until(Effect.sync(() => worker.proxy.worker() !== before))
    },
    ended: (runId: string) =>
      until(Effect.map(
        sql`select from runs where id = ${runId}::uuid and finished_at is not null`,
        (rows) => rows.length > 0
      )),
    cancelStored: (runId: string) =>
      until(Effect.map(
        sql`select from runs where id = ${runId}::uuid and cancel_requested`,
        (rows) => rows.length > 0
      )),
    /** No run is open. */
    quiet: until(Effect.map(sql`select from runs where finished_at is null`, (rows) => rows.length === 0)),
    /** Names of what the checker finds broken. */
    verdict: Effect.gen(function*() {
      const rows = yield* collect(since)
      const verdicts = check({
        submissions,
        patches,
        cancels,
        retries: [],
        callbacks: [],
        asked: log,
        pauses: [],
        records: [],
        rows
      })
      return { broken: broken(verdicts), verdicts }
    })
  }
})

export type Stage = Effect.Success<ReturnType<typeof make>>
