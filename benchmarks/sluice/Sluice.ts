/**
 * Sluice in this process: the engine, the journal on PostgreSQL and outbound HTTP, composed as the server composes them,
 * with all that is on by default: callout records, order versions, the address guard, redaction.
 */
import { byPriority } from "@sluice/domain/internal/pipeline/PipelineMatch"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { Intake } from "@sluice/engine/commands/Intake"
import { Journal } from "@sluice/engine/journal/Journal"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Runs } from "@sluice/engine/runs/Runs"
import { Settings, type SettingsSnapshot } from "@sluice/engine/settings/Settings"
import * as JsonataExpressions from "@sluice/expressions/JsonataExpressions"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as DigestNode from "@sluice/http-client/node/DigestNode"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import * as PgJournal from "@sluice/persistence/journal/JournalPostgres"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Layer, Redacted, Result } from "effect"
import { completedStatus, orderType, pipelineName, steps } from "../Order.ts"
import { secrets } from "./Secrets.ts"
import { dispatching } from "./Webhooks.ts"

/** Of which one is for the order, and is looked at last: `growth.ts` asks for many. */
const pipelineCount = Number(process.env["BENCH_PIPELINES"] ?? 1)

export const snapshot = (partnerUrl: string): SettingsSnapshot => {
  const its = pipeline(pipelineName, orderType, 0, partnerUrl)
  const others = Array.from(
    { length: pipelineCount - 1 },
    (_, n) => pipeline(`other-${n}`, `OTHER-${n}`, 1, partnerUrl)
  )
  return { pipelines: [...others, its].toSorted(byPriority), connectors: [], authProviders: [], secrets }
}

const pipeline = (name: string, itsOrderType: string, priority: number, partnerUrl: string): Pipeline => ({
  name,
  version: 1,
  match: { orderTypes: [itsOrderType] },
  priority,
  failedStatus: "Failed",
  completedStatus,
  steps: steps.map((id) => ({
    name: "calloutPlugin",
    id,
    active: true,
    critical: true,
    scope: {},
    options: { endpoint: `${partnerUrl}/${id}`, shouldRejectOn: { status: [400, 404, 500] } }
  })),
  postProcessing: []
})

const settings = (partnerUrl: string): Layer.Layer<Settings> => {
  const current = snapshot(partnerUrl)
  return Layer.succeed(Settings, {
    current: () => current,
    pipeline: (name) => Effect.succeed(current.pipelines.find((pipeline) => pipeline.name === name))
  })
}

/** Tells when a run has ended and that is stored: what a reader of the journal would learn by asking again and again. */
export class Endings {
  readonly #waiting = new Map<string, () => void>()

  of(runId: string): Promise<void> {
    return new Promise((done) => this.#waiting.set(runId, done))
  }

  tell(runId: string): void {
    this.#waiting.get(runId)?.()
    this.#waiting.delete(runId)
  }
}

const telling = (endings: Endings) =>
  Layer.effect(
    Journal,
    Effect.map(Journal, (journal) => ({
      ...journal,
      commit: (entry) =>
        entry.finish === undefined
          ? journal.commit(entry)
          : Effect.tap(journal.commit(entry), () => Effect.sync(() => endings.tell(entry.runId)))
    }))
  ).pipe(Layer.provideMerge(PgJournal.layer()))

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

/** `endpoints`: what is made for them is sent too; absent: it is left to others. */
export const layer = (
  databaseUrl: string,
  partnerUrl: string,
  endings: Endings,
  endpoints?: ReadonlyArray<WebhookEndpoint>
) =>
  Layer.mergeAll(Intake.layer, endpoints === undefined ? Layer.empty : dispatching(endpoints)).pipe(
    Layer.provideMerge(Runs.layer()),
    Layer.provide(Credentials.layerMemory),
    Layer.provide([
      OutboundUndici.layer({ guard }),
      JsonataExpressions.layer(),
      Plugins.layer([calloutPlugin]),
      settings(partnerUrl),
      telling(endings),
      DigestNode.layer
    ]),
    Layer.provide(Database.layer({ url: Redacted.make(databaseUrl) }))
  )
