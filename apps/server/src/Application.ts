/**
 * The composition root: which adapter stands behind which port. What is built first is closed last, so that the
 * database outlives everything that needs it.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Dispatcher } from "@sluice/delivery/Dispatcher"
import * as MeteredDeliveries from "@sluice/delivery/Metered"
import { Signature } from "@sluice/delivery/Signature"
import * as TracedDeliveries from "@sluice/delivery/Traced"
import * as BulkRetry from "@sluice/engine/BulkRetry"
import { Cancelling } from "@sluice/engine/Cancelling"
import { Intake } from "@sluice/engine/Intake"
import type { JournalUnavailable } from "@sluice/engine/Journal"
import * as Metered from "@sluice/engine/Metered"
import { OrderEditing } from "@sluice/engine/OrderEditing"
import { PipelineCheck } from "@sluice/engine/PipelineCheck"
import { Plugins } from "@sluice/engine/Plugins"
import { calloutPlugin } from "@sluice/engine/plugins/CalloutPlugin"
import { exportOrder } from "@sluice/engine/plugins/ExportOrder"
import { postProcessingWebhook } from "@sluice/engine/plugins/PostProcessingWebhook"
import { webhookWorkflowStep } from "@sluice/engine/plugins/WebhookWorkflowStep"
import { Retry } from "@sluice/engine/Retry"
import { Runs } from "@sluice/engine/Runs"
import { Simulation } from "@sluice/engine/Simulation"
import { StepResolution } from "@sluice/engine/StepResolution"
import * as Traced from "@sluice/engine/Traced"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as MacNode from "@sluice/http-client/node/MacNode"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import * as Database from "@sluice/persistence/Database"
import { Deliveries } from "@sluice/persistence/Deliveries"
import * as DeliveryStore from "@sluice/persistence/DeliveryStore"
import { EmbeddedPostgres } from "@sluice/persistence/embedded/EmbeddedPostgres"
import type { StartError } from "@sluice/persistence/embedded/EmbeddedPostgresError"
import { Events } from "@sluice/persistence/Events"
import * as Journal from "@sluice/persistence/Journal"
import { Orders } from "@sluice/persistence/Orders"
import { Overview } from "@sluice/persistence/Overview"
import * as PastRuns from "@sluice/persistence/PastRuns"
import { ProcessEvents } from "@sluice/persistence/ProcessEvents"
import { RecordedRuns } from "@sluice/persistence/RecordedRuns"
import { Replays } from "@sluice/persistence/Replays"
import { Resources } from "@sluice/persistence/Resources"
import * as Retention from "@sluice/persistence/Retention"
import * as RetryJobs from "@sluice/persistence/RetryJobs"
import { type EncryptionKeyInvalid, SecretBox, type SecretUnreadable } from "@sluice/persistence/SecretBox"
import { SettingsLive } from "@sluice/persistence/SettingsLive"
import { SettingsStore } from "@sluice/persistence/SettingsStore"
import * as TokenStore from "@sluice/persistence/TokenStore"
import { salesforceV3 } from "@sluice/plugins/SalesforceV3"
import { zuora } from "@sluice/plugins/Zuora"
import { Effect, Layer } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import type { HttpServer } from "effect/http"
import * as CompletenessMetric from "./CompletenessMetric.ts"
import { ConsoleFiles } from "./console/ConsoleFiles.ts"
import { destinations, messageExpressions } from "./Destinations.ts"
import * as EncryptionKey from "./EncryptionKey.ts"
import type { ListenFailed } from "./Listener.ts"
import { Readiness } from "./Readiness.ts"
import * as Server from "./Server.ts"
import type { Environment, ServerConfig } from "./ServerConfig.ts"
import * as SettingsFile from "./SettingsFile.ts"
import { SettingsWriting } from "./SettingsWriting.ts"
import { Stopping } from "./Stopping.ts"
import { Telemetry } from "./Telemetry.ts"

const plugins = Plugins.layer([
  calloutPlugin,
  webhookWorkflowStep,
  exportOrder,
  postProcessingWebhook,
  salesforceV3,
  zuora
])

const database = ({ databaseUrl, dataDirectory }: ServerConfig) =>
  databaseUrl === undefined
    ? Layer.unwrap(Effect.map(EmbeddedPostgres, ({ url }) => Database.layer({ url }))).pipe(
      Layer.provide(EmbeddedPostgres.layer({ dataDirectory }))
    )
    : Database.layer({ url: databaseUrl })

const secrets = (config: ServerConfig) =>
  Layer.unwrap(Effect.map(EncryptionKey.find(config), SecretBox.layer)).pipe(
    Layer.provide([NodeServices.layer, SecureRandom.layerWebCrypto])
  )

const outbound = ({ allowedNetworks }: ServerConfig) =>
  OutboundUndici.layer({ guard: AddressGuard.make(allowedNetworks) })

const settingsFile = ({ settingsFile }: ServerConfig, environment: Environment) =>
  settingsFile === undefined
    ? Layer.empty
    : Layer.effectDiscard(SettingsFile.apply(settingsFile, environment)).pipe(Layer.provide(NodeServices.layer))

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
      Layer.provide(traced(TracedDeliveries.store)(DeliveryStore.layer)),
      Layer.provide([
        destinations,
        messageExpressions,
        Signature.layer.pipe(Layer.provide(MacNode.layer))
      ])
    )
    : DeliveryStore.layerAnnouncing

/** Runs that ended, gone on with: one at a time on request, many at a time by the workers. */
const retries = (executes: boolean) =>
  Layer.mergeAll(StepResolution.layer, executes ? BulkRetry.layer() : Layer.empty).pipe(
    Layer.provideMerge(Retry.layer),
    Layer.provideMerge(Layer.mergeAll(PastRuns.layer, RetryJobs.layer))
  )

/** Everything behind the HTTP API. */
const engine = (config: ServerConfig, environment: Environment) => {
  const executes = config.roles.has("worker")
  const reading = Layer.mergeAll(
    Orders.layer,
    ProcessEvents.layer,
    Overview.layer,
    RecordedRuns.layer,
    Resources.layer,
    Readiness.layer
  )
  const delivering = Layer.mergeAll(Deliveries.layer, Events.layer, Replays.layer, deliveries(executes))
  const upkeep = executes ? Layer.merge(Retention.layer(config.retention), CompletenessMetric.layer) : Layer.empty
  return Layer.mergeAll(
    retries(executes),
    OrderEditing.layer,
    Cancelling.layer.pipe(Layer.provide(Metered.journal)),
    Simulation.layer,
    reading,
    delivering,
    upkeep
  ).pipe(
    Layer.provideMerge(Intake.layer),
    Layer.provideMerge(Runs.layer({ claims: executes }).pipe(Layer.provide([Metered.journal, Metered.outbound]))),
    Layer.provideMerge(executes ? Retention.layer(config.retention) : Layer.empty),
    Layer.provideMerge(traced(Traced.journal)(Journal.layer({ executes }))),
    // Applied before the first order is taken in or up.
    Layer.provideMerge(settingsFile(config, environment)),
    Layer.provideMerge(SettingsWriting.layer),
    Layer.provideMerge(PipelineCheck.layer),
    Layer.provideMerge(SettingsStore.layer),
    Layer.provideMerge(SettingsLive.layer),
    // One token request for all processes.
    Layer.provideMerge(Credentials.layer.pipe(Layer.provide(TokenStore.layer))),
    Layer.provideMerge(secrets(config)),
    Layer.provideMerge(Layer.mergeAll(plugins, outbound(config), JsonataExpressions.layer(), Digest.layerWebCrypto)),
    Layer.provideMerge(database(config)),
    Layer.provideMerge(Telemetry.layer(config.telemetry))
  )
}

/** Why the process cannot start. Each message is one line that names the variable and the mend. */
export type StartFault =
  | Database.DatabaseError
  | StartError
  | EncryptionKey.EncryptionKeyUnusable
  | EncryptionKeyInvalid
  | SecretUnreadable
  | JournalUnavailable
  | SettingsFile.SettingsFileInvalid
  | ListenFailed

/** The whole process, listening. */
export const layer = (
  config: ServerConfig,
  environment: Environment
): Layer.Layer<HttpServer.HttpServer | Stopping, StartFault> =>
  Server.layer({
    host: config.host,
    port: config.port,
    apiKeys: config.apiKeys,
    serves: config.roles.has("api") ? "everything" : "pages"
  }).pipe(
    Layer.provideMerge(engine(config, environment)),
    Layer.provide(ConsoleFiles.layer.pipe(Layer.provide(NodeServices.layer))),
    Layer.provideMerge(Stopping.layer)
  )
