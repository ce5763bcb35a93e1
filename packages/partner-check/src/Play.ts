/**
 * One order through a pipeline of one step, run by the engine itself: it builds the request, sends it, judges the answer,
 * retries, decides, and patches the order. Nothing of that is copied here, and nothing is stored.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { JsonObject } from "@sluice/domain/json/Json"
import { firstVersion } from "@sluice/domain/order/Order"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import * as SimulatedClock from "@sluice/engine/internal/simulation/SimulatedClock"
import * as SimulatedJournal from "@sluice/engine/internal/simulation/SimulatedJournal"
import { allWell, toItsEnd } from "@sluice/engine/internal/simulation/SimulatedRun"
import { type ClaimedRun, type Document, Journal, type StepRow } from "@sluice/engine/journal/Journal"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { webhookWorkflowStep } from "@sluice/engine/plugins/builtin/WebhookWorkflowStep"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Credentials } from "@sluice/http-client/Credentials"
import { Outbound } from "@sluice/http-client/Outbound"
import { Clock, Context, Effect } from "effect"
import { type Observation, observing, replaying } from "./ObservedOutbound.ts"

/** The result of playing one case: a run of one step, with the requests that it sent. */
export interface Played {
  readonly step: StepRow
  readonly state: FinalRunState
  readonly records: ReadonlyArray<CalloutRecord>
  readonly before: Document
  readonly after: Document
  readonly observations: ReadonlyArray<Observation>
}

/**
 * An order to play. `id` is the UUID of its run, from which the idempotency key is derived: the same id sends the same
 * key.
 */
export interface PlayedOrder {
  readonly runId: string
  readonly order: JsonObject
  readonly pipeline: Pipeline
  /** Epoch milliseconds: part of the order's document, and so of the bytes that are sent. */
  readonly at: number
}

export const noExpressions = Expressions.of({
  check: () => Effect.succeed({ stepReferences: [], calloutPaths: [], rootNames: [] }),
  evaluate: () => Effect.undefined
})

export const plugins = {
  byName: new Map([webhookWorkflowStep, calloutPlugin].map((plugin) => [plugin.name, plugin] as const))
}

/** A wait of more than 30 s releases the run; four attempts have three waits. */
const mostWaits = 10

const documentOf = ({ at, order, runId }: PlayedOrder): Document => {
  const id = typeof order.id === "string" ? order.id : `sluice-check-${runId}`
  const first = firstVersion(order, id, isoOf(at))
  return { order: first, text: JSON.stringify(first) }
}

export const make = Effect.gen(function*() {
  const live = yield* Outbound
  const credentials = yield* Credentials
  const settings = yield* Settings
  const realClock = yield* Clock.Clock

  const run = Effect.fnUntraced(function*(
    played: PlayedOrder,
    clock: SimulatedClock.SimulatedClock,
    outbound: Outbound["Service"]
  ) {
    const { at, pipeline, runId } = played
    const before = documentOf(played)
    const held: ClaimedRun = {
      claimToken: 1,
      runId,
      eventId: runId,
      orderId: before.order.id,
      pipeline: { name: pipeline.name, version: pipeline.version },
      createdAt: at,
      startedAt: at,
      startVersion: 1,
      takeovers: 0,
      compensating: false,
      steps: [],
      callouts: [],
      takenOver: false
    }
    const recorded = { run: held, state: "completed" as const, pipeline, documents: new Map([[1, before]]) }
    const journal = SimulatedJournal.make(recorded, held.pipeline, () => undefined)
    const services = Context.make(Journal, journal.service).pipe(
      Context.add(Outbound, outbound),
      Context.add(Credentials, {
        authorization: (provider) => Effect.provideService(credentials.authorization(provider), Clock.Clock, realClock),
        invalidate: credentials.invalidate,
        // The partner compares it with its own clock.
        signature: (secret, id, body) =>
          Effect.provideService(credentials.signature(secret, id, body), Clock.Clock, realClock)
      }),
      Context.add(Expressions, noExpressions),
      Context.add(Plugins, plugins),
      // The check sends every request, also to a partner that fails: that is its purpose.
      Context.add(PartnerBreaker, allWell),
      Context.add(Settings, { current: settings.current, pipeline: () => Effect.succeed(pipeline) }),
      Context.add(Clock.Clock, clock)
    )
    yield* toItsEnd(journal, clock, mostWaits).pipe(Effect.provideContext(services))
    const [step] = journal.held().steps
    const state = journal.ended()
    if (step === undefined || state === undefined) return yield* Effect.die("the run of a check did not end")
    return {
      step,
      state,
      records: journal.held().callouts.map(({ record }) => record),
      before,
      after: journal.document(step.nextVersion) ?? before
    }
  })

  return {
    /** Really asks the partner. */
    live: Effect.fnUntraced(function*(played: PlayedOrder) {
      const clock = SimulatedClock.make(played.at)
      const observed = observing(live, clock, realClock)
      const ended = yield* run(played, clock, observed.service)
      return { ...ended, observations: observed.observations() } satisfies Played
    }),
    /** Decides again on recorded answers, without sending anything. */
    again: Effect.fnUntraced(function*(played: PlayedOrder, observations: ReadonlyArray<Observation>) {
      const clock = SimulatedClock.make(played.at)
      return { ...(yield* run(played, clock, replaying(observations, clock))), observations } satisfies Played
    })
  }
})
