/**
 * The composition root: binds adapters to ports. Layers built first are closed last, so that the database outlives
 * everything that needs it.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Dispatcher } from "@sluice/delivery/Dispatcher"
import { DeliveryPreview } from "@sluice/delivery/internal/DeliveryPreview"
import * as MeteredDeliveries from "@sluice/delivery/internal/Metrics"
import * as TracedDeliveries from "@sluice/delivery/internal/Traces"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { ResolveStep } from "@sluice/engine/commands/ResolveStep"
import { RetryRun } from "@sluice/engine/commands/RetryRun"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import { TestConnection } from "@sluice/engine/internal/commands/TestConnection"
import type { HeldJob } from "@sluice/engine/internal/jobs/JobHandler"
import * as JobWorker from "@sluice/engine/internal/jobs/JobWorker"
import * as RunJobs from "@sluice/engine/internal/jobs/RunJobs"
import { exportOrder } from "@sluice/engine/internal/plugins/builtin/ExportOrder"
import { postProcessingWebhook } from "@sluice/engine/internal/plugins/builtin/PostProcessingWebhook"
import { CallbackBase } from "@sluice/engine/internal/plugins/CallbackAddress"
import { Simulation } from "@sluice/engine/internal/simulation/Simulation"
import * as Metered from "@sluice/engine/internal/telemetry/Metrics"
import * as Traced from "@sluice/engine/internal/telemetry/Traces"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import { SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as DigestNode from "@sluice/http-client/node/DigestNode"
import * as MacNode from "@sluice/http-client/node/MacNode"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Signature } from "@sluice/http-client/Signature"
import * as DeliveryStorePostgres from "@sluice/persistence/deliveries/DeliveryStorePostgres"
import { EmbeddedPostgres } from "@sluice/persistence/embedded/EmbeddedPostgres"
import { ApiKeyStore } from "@sluice/persistence/internal/access/ApiKeyStore"
import { AuditLog } from "@sluice/persistence/internal/access/AuditLog"
import { CustomerErasure } from "@sluice/persistence/internal/customers/CustomerErasure"
import { CustomerExport } from "@sluice/persistence/internal/customers/CustomerExport"
import { Deliveries } from "@sluice/persistence/internal/deliveries/Deliveries"
import { Feed } from "@sluice/persistence/internal/deliveries/Feed"
import { Replays } from "@sluice/persistence/internal/deliveries/Replays"
import type { StartError } from "@sluice/persistence/internal/embedded/EmbeddedPostgresError"
import * as IssueCollector from "@sluice/persistence/internal/issues/IssueCollector"
import { Issues } from "@sluice/persistence/internal/issues/Issues"
import * as PartnerCalls from "@sluice/persistence/internal/partners/PartnerCalls"
import * as PartnerTurnsPostgres from "@sluice/persistence/internal/partners/PartnerTurnsPostgres"
import { Overview } from "@sluice/persistence/internal/queries/Overview"
import { PartnerSettings } from "@sluice/persistence/internal/queries/PartnerSettings"
import { RecordedRuns } from "@sluice/persistence/internal/queries/RecordedRuns"
import { Resources } from "@sluice/persistence/internal/queries/Resources"
import * as RunTranscripts from "@sluice/persistence/internal/records/RunTranscripts"
import { JobLists } from "@sluice/persistence/internal/retries/JobLists"
import * as DatabaseClock from "@sluice/persistence/internal/schema/DatabaseClock"
import { connectionsOf } from "@sluice/persistence/internal/sql/ConnectionBudget"
import { OrderTimeline } from "@sluice/persistence/internal/timeline/OrderTimeline"
import * as Watchdog from "@sluice/persistence/internal/watchdog/Watchdog"
import * as JournalPostgres from "@sluice/persistence/journal/JournalPostgres"
import { Events } from "@sluice/persistence/outbox/Events"
import { Orders } from "@sluice/persistence/queries/Orders"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import * as JobsPostgres from "@sluice/persistence/retries/JobsPostgres"
import * as PastRunsPostgres from "@sluice/persistence/retries/PastRunsPostgres"
import * as Database from "@sluice/persistence/schema/Database"
import { type EncryptionKeyInvalid, type EncryptionKeyMissing, SecretBox } from "@sluice/persistence/secrets/SecretBox"
import * as TokenStorePostgres from "@sluice/persistence/secrets/TokenStorePostgres"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import * as Retention from "@sluice/persistence/upkeep/Retention"
import { salesforceV3 } from "@sluice/plugins/SalesforceV3"
import { zuora } from "@sluice/plugins/Zuora"
import { Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { HttpServer } from "effect/http"
import * as KeysInForce from "./access/KeysInForce.ts"
import type { ListenFailed } from "./access/Listener.ts"
import type * as Cells from "./cells/CellsServer.ts"
import * as CertificateAuthorities from "./config/CertificateAuthorities.ts"
import * as EncryptionKey from "./config/EncryptionKey.ts"
import * as PublicAddress from "./config/PublicAddress.ts"
import type { Environment, ServerConfig } from "./config/ServerConfig.ts"
import { ConsoleFiles } from "./console/ConsoleFiles.ts"
import { Readiness } from "./process/Readiness.ts"
import * as SchemaCheckerThread from "./process/SchemaCheckerThread.ts"
import { Stopping } from "./process/Stopping.ts"
import * as Server from "./Server.ts"
import { destinations, messageExpressions } from "./settings/Destinations.ts"
import * as SettingsFile from "./settings/SettingsFile.ts"
import { SettingsWriting } from "./settings/SettingsWriting.ts"
import * as CompletenessMetric from "./telemetry/CompletenessMetric.ts"
import { KnownSecrets, make as makeKnownSecrets, passwordsOf } from "./telemetry/KnownSecrets.ts"
import * as RedactedLogs from "./telemetry/RedactedLogs.ts"
import { Telemetry } from "./telemetry/Telemetry.ts"

const plugins = Plugins.layer([
  calloutPlugin,
  webhookWorkflowStep,
  exportOrder,
  postProcessingWebhook,
  salesforceV3,
  zuora
])

/** The database, and for a process that executes runs the watchdog, which has a connection of its own. */
const database = ({ databaseUrl, dataDirectory, roles }: ServerConfig) => {
  const executes = roles.has("worker")
  const connections = connectionsOf(executes)
  const at = (url: Redacted.Redacted) => databaseAt({ url, connections }, executes)
  return databaseUrl === undefined
    ? Layer.unwrap(Effect.map(EmbeddedPostgres, ({ url }) => at(url))).pipe(
      Layer.provide(EmbeddedPostgres.layer({ dataDirectory }))
    )
    : at(databaseUrl)
}

const databaseAt = (options: Database.Options & { readonly url: Redacted.Redacted }, executes: boolean) =>
  Layer.merge(Database.layer(options), executes ? Watchdog.layer(options.url) : Layer.empty)

const secrets = (config: ServerConfig) =>
  Layer.unwrap(Effect.map(EncryptionKey.find(config), SecretBox.layer)).pipe(
    Layer.provide([NodeServices.layer, SecureRandom.layerWebCrypto])
  )

const outbound = ({ allowedNetworks, egressProxy }: ServerConfig, authorities: ReadonlyArray<string>) =>
  OutboundUndici.layer({ guard: AddressGuard.make(allowedNetworks), authorities, proxy: egressProxy })

/** The files that the environment names. */
interface ReadFiles {
  readonly settings: SettingsFile.ReadFile | SettingsFile.RefusedFile | undefined
  /** PEM texts of certificate authorities. */
  readonly authorities: ReadonlyArray<string>
}

const signature = Signature.layer.pipe(Layer.provide(MacNode.layer))

/** Counts what is sent to each partner. */
const counted = (...given: Parameters<typeof outbound>) => PartnerCalls.layer.pipe(Layer.provide(outbound(...given)))

/** Read before anything else is made: a path that is wrong must not leave a database behind. */
const readFiles = ({ caCertificates, databaseUrl, settingsFile }: ServerConfig, environment: Environment) =>
  Effect.all({
    authorities: CertificateAuthorities.read(caCertificates),
    settings: settingsFile === undefined
      ? Effect.undefined
      : SettingsFile.read(settingsFile, environment, databaseUrl !== undefined)
  }).pipe(Effect.provide(NodeServices.layer))

const applySettings = (read: ReadFiles["settings"]) =>
  read === undefined ? Layer.empty : Layer.effectDiscard(SettingsFile.apply(read))

/** Around `inner` where anybody asks for spans, else `inner` alone. */
const traced =
  <Service>(around: (tell: Traced.Tell) => Layer.Layer<Service, never, Service>) =>
  <Others, E, R>(inner: Layer.Layer<Service | Others, E, R>) =>
    Layer.unwrap(
      Effect.map(Telemetry, ({ tell }) => tell === undefined ? inner : Layer.provideMerge(around(tell), inner))
    )

/** Sends what is due; a process that does not work tells those that do. */
const deliveries = (executes: boolean) =>
  executes
    ? Dispatcher.layer().pipe(
      Layer.provide(MeteredDeliveries.store),
      Layer.provide(traced(TracedDeliveries.store)(DeliveryStorePostgres.layer))
    )
    : DeliveryStorePostgres.layerAnnouncing

/** The erasure of a customer, as a kind of job. */
const erasures = Effect.map(CustomerErasure, ({ work }) => ({
  _tag: "Whole" as const,
  kind: "erase" as const,
  work: ({ cancelling, job }: HeldJob) => work(job.id, job.options.customer, cancelling)
}))

const jobHandlers = Effect.map(Effect.all([RunJobs.handlers, erasures]), ([runs, erasure]) => [...runs, erasure])

/** The acts of an operator on runs: on one at request, on many by the workers. */
const operations = (executes: boolean) =>
  Layer.mergeAll(
    JobLists.layer,
    Issues.layer,
    executes ? Layer.merge(JobWorker.layer(jobHandlers), IssueCollector.layer) : Layer.empty
  ).pipe(
    Layer.provideMerge(Layer.mergeAll(
      ResolveStep.layer,
      RetryRun.layer,
      CancelRun.layer.pipe(Layer.provide(Metered.journal))
    )),
    Layer.provideMerge(Layer.mergeAll(PastRunsPostgres.layer, JobsPostgres.layer, CustomerErasure.layer))
  )

/** Keeps what is hidden in logs and refusals up to date. */
const learnsSecrets = Layer.effectDiscard(
  Effect.gen(function*() {
    const settings = yield* SettingsLive
    const known = yield* KnownSecrets
    known.learnFrom(() => settings.current().secrets)
  })
)

/** The services that the cells of a process share. */
const shared = (config: ServerConfig) =>
  Layer.mergeAll(Telemetry.layer(config.telemetry), SchemaCheckerThread.layer, JsonataExpressions.layer())

/** Everything behind the HTTP API, on one database. */
const engine = <Clients, E, R>(
  config: ServerConfig,
  { authorities, settings }: ReadFiles,
  database: Layer.Layer<Clients, E, R>
) => {
  const executes = config.roles.has("worker")
  const reading = Layer.mergeAll(
    Orders.layer,
    OrderTimeline.layer,
    ProcessEvents.layer,
    Overview.layer,
    PartnerSettings.layer,
    RecordedRuns.layer,
    Resources.layer,
    Readiness.layer
  )
  const delivering = Layer.mergeAll(
    CustomerExport.layer.pipe(
      Layer.provideMerge(Layer.merge(Deliveries.layer, Feed.layer).pipe(Layer.provide(DeliveryPreview.layer))),
      Layer.provide(ProcessEvents.layer)
    ),
    Events.layer,
    Replays.layer,
    deliveries(executes)
  ).pipe(
    Layer.provide([destinations, messageExpressions, signature])
  )
  const upkeep = executes ? Layer.merge(Retention.layer(config.retention), CompletenessMetric.layer) : Layer.empty
  return Layer.mergeAll(
    operations(executes),
    EditOrder.layer,
    TakeCallback.layer,
    TestConnection.layer,
    // Its expressions are evaluated in children of its own: nothing that is tried out is near what runs.
    Simulation.layer.pipe(Layer.provide(JsonataExpressions.layer({ size: 1, idleMs: 60_000 }))),
    reading,
    delivering,
    upkeep
  ).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer({ claims: executes }).pipe(Layer.provide([Metered.journal, Metered.outbound]))),
    Layer.provideMerge(RunTranscripts.layer),
    Layer.provideMerge(traced(Traced.journal)(JournalPostgres.layerInTime({ executes }))),
    // Applied before the first order is taken in or up.
    Layer.provideMerge(applySettings(settings)),
    Layer.provideMerge(SettingsWriting.layer),
    Layer.provideMerge(SettingsCheck.layer),
    Layer.provideMerge(PipelineCheck.layer),
    Layer.provideMerge(Layer.mergeAll(SettingsStore.layer, ApiKeyStore.layer, AuditLog.layer)),
    Layer.provideMerge(learnsSecrets),
    // One token request for all processes.
    Layer.provideMerge(
      Credentials.layer.pipe(Layer.provide([TokenStorePostgres.layer, signature]))
    ),
    Layer.provideMerge(PartnerTurnsPostgres.layer),
    Layer.provideMerge(SettingsLive.layer),
    Layer.provideMerge(secrets(config)),
    Layer.provideMerge(
      Layer.mergeAll(plugins, counted(config, authorities), DigestNode.layer)
    ),
    Layer.provideMerge(DatabaseClock.layer),
    Layer.provideMerge(database)
  )
}

/** The file of cells, or one of its cells, cannot be used. One line that begins with `SLUICE_CELLS`. */
export interface CellsFault {
  readonly _tag: "CellsRefused"
  readonly message: string
}

/** The reasons for which the process cannot start. Each message is one line that names the variable and the fix. */
export type StartFault =
  | Database.DatabaseError
  | StartError
  | EncryptionKey.EncryptionKeyUnusable
  | EncryptionKeyInvalid
  | EncryptionKeyMissing
  | JournalUnavailable
  | SettingsFile.SettingsFileInvalid
  | CertificateAuthorities.CertificateAuthoritiesInvalid
  | KeysInForce.KeysMissing
  | ListenFailed
  | CellsFault

/** The server, on one database or on several. */
type Served = Layer.Layer<HttpServer.HttpServer, StartFault, Stopping | KnownSecrets | ConsoleFiles>

/** The whole process, listening. `known` are the secrets that its logs and refusals do not show. */
export const layer = (
  config: ServerConfig,
  environment: Environment,
  known: KnownSecrets["Service"] = makeKnownSecrets(environment)
): Layer.Layer<HttpServer.HttpServer | Stopping, StartFault> =>
  Layer.unwrap(
    KeysInForce.checkEarly(config).pipe(
      Effect.andThen(readFiles(config, environment)),
      Effect.flatMap((files): Effect.Effect<Served, CellsFault> =>
        config.cellsFile === undefined && config.cluster === undefined
          ? Effect.succeed(serving(config, files))
          : servingCells(config, environment, files, known)
      )
    )
  ).pipe(
    Layer.provide(ConsoleFiles.layer.pipe(Layer.provide(NodeServices.layer))),
    Layer.provideMerge(Stopping.layer),
    Layer.provide(RedactedLogs.layer),
    Layer.provide(Layer.succeed(KnownSecrets, known))
  )

const listenOptions = ({ host, port, publicUrl, roles }: ServerConfig): Server.ServerOptions => ({
  host,
  port,
  serves: roles.has("api") ? "everything" : "pages",
  publicUrl
})

/** Callback URLs name the port that the system chose. */
const addressed = (config: ServerConfig) => {
  const address = PublicAddress.make(config)
  return {
    listens: Layer.effectDiscard(Effect.map(HttpServer.HttpServer, (server) => address.listens(server.address))),
    base: Layer.succeed(CallbackBase, address)
  }
}

const serving = (config: ServerConfig, files: ReadFiles) => {
  const { base, listens } = addressed(config)
  return listens.pipe(
    Layer.provideMerge(Server.layer(listenOptions(config))),
    Layer.provideMerge(KeysInForce.layer(config)),
    Layer.provideMerge(engine(config, files, database(config))),
    Layer.provide(shared(config)),
    Layer.provide(base)
  )
}

/** A process takes requests for cells that it does not execute. */
const onlyApi: ServerConfig["roles"] = new Set(["api"])

/** Nothing of cells is loaded where there is one database. */
const servingCells = Effect.fnUntraced(function*(
  config: ServerConfig,
  environment: Environment,
  files: ReadFiles,
  known: KnownSecrets["Service"]
) {
  const [Cells, { read }] = yield* Effect.promise(() =>
    Promise.all([import("./cells/CellsServer.ts"), import("./cells/ReadCells.ts")])
  )
  const cells = yield* read(config, environment)
  // The file may hold passwords that stand nowhere in the environment.
  known.add(cells.cells.flatMap(({ url }) => passwordsOf(Redacted.value(url))))
  const { cluster, encryptionKeys } = config
  const { base, listens } = addressed(config)
  const tenants = config.hasTenants ? new Set(cells.tenants.keys()) : undefined
  const cell = ({ id, url }: Cells.CellAddress, home: Cells.Home | undefined, executes: boolean) => {
    const own = { ...config, databaseUrl: url, roles: executes ? config.roles : onlyApi }
    const { connections, sessions } = Cells.connections(executes)
    const on = databaseAt({ url, cell: id, ...connections, ...(id > 0 && { hostPatience: "3 seconds" }) }, executes)
    return Cells.app(Server.admitted, Server.routerConfig).pipe(
      Layer.provide(Server.intake),
      Layer.provideMerge(
        home === undefined ? KeysInForce.layer(own, tenants) : Layer.succeed(KeysInForce.KeysInForce, home.keys)
      ),
      Layer.provideMerge(
        engine(
          own,
          { ...files, ...(home !== undefined && { settings: undefined }) },
          Layer.provideMerge(Layer.merge(home?.prepare ?? Layer.empty, sessions), on)
        )
      )
    )
  }
  return listens.pipe(
    Layer.provideMerge(Server.layerOf(Cells.routes, listenOptions(config), Cells.place)),
    Layer.provideMerge(
      Cells.layer({
        cells,
        executes: config.roles.has("worker"),
        cluster: cluster && { address: cluster, keys: encryptionKeys },
        variable: config.cellsFile === undefined ? "DATABASE_URL" : "SLUICE_CELLS",
        layer: cell
      })
    ),
    Layer.provide(shared(config)),
    Layer.provide(base)
  )
})
