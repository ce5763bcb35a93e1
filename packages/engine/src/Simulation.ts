/**
 * What a pipeline would have done with runs that are on record: the engine itself runs again, over the order as it was
 * then, with the answers that were recorded; nothing is sent and nothing is stored.
 * Contract: section 7, `POST /v1/pipelines/{name}/simulate`.
 *
 * A request is answered by the record of the same request of the same step, attempt by attempt, whatever its body. Where
 * there is none (a new step, another URL), it is named as unanswered and taken to have gone well: 200 and `{}`.
 */
import type { Pipeline } from "@sluice/domain/Pipeline"
import type { FinalRunState } from "@sluice/domain/ProcessEvent"
import { makeRedactor } from "@sluice/domain/Redaction"
import { Credentials } from "@sluice/http-client/Credentials"
import { Outbound } from "@sluice/http-client/Outbound"
import { Clock, Context, Effect, Exit, Layer } from "effect"
import { Expressions } from "./Expressions.ts"
import { Journal } from "./Journal.ts"
import { PartnerBoard } from "./PartnerBoard.ts"
import * as PipelineRun from "./PipelineRun.ts"
import { Plugins } from "./Plugins.ts"
import type { RunControl } from "./RunControl.ts"
import { Settings } from "./Settings.ts"
import { differences, type StepDifference } from "./simulation/Differences.ts"
import * as RecordedAnswers from "./simulation/RecordedAnswers.ts"
import type { RecordedRun } from "./simulation/RecordedRun.ts"
import * as SimulatedClock from "./simulation/SimulatedClock.ts"
import * as SimulatedJournal from "./simulation/SimulatedJournal.ts"

export interface Simulated {
  readonly orderId: string
  readonly runId: string
  /** No step differs, the run ends alike, and every request had its answer. */
  readonly same: boolean
  readonly before: { readonly state: FinalRunState }
  readonly after: { readonly state: FinalRunState }
  readonly differences: ReadonlyArray<StepDifference>
  /** Ids of steps with a request that no record answers. */
  readonly unanswered: ReadonlyArray<string>
}

export class Simulation extends Context.Service<Simulation, {
  /** The pipeline is one that `PipelineCheck` let pass. */
  readonly simulate: (pipeline: Pipeline, recorded: RecordedRun) => Effect.Effect<Simulated>
}>()("@sluice/engine/Simulation") {
  static readonly layer = Layer.effect(Simulation, Effect.suspend(() => make))
}

const control: RunControl = {
  stopping: () => false,
  stop: Effect.never,
  cancellation: () => undefined,
  cancelled: Effect.never
}

/** Long waits leave a run to be taken up again; a run that does so more often than this never ends. */
const mostWaits = 1000

/** No token is fetched for a request that is not sent. */
const noCredentials = Credentials.of({
  authorization: () => Effect.succeed("Bearer simulated"),
  invalidate: () => Effect.void
})

/** What is said was said: no partner is down. */
const allWell = PartnerBoard.of({
  condition: () => "well",
  failed: () => {},
  answered: () => {},
  list: Effect.succeed([]),
  reset: () => Effect.undefined
})

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const plugins = yield* Plugins
  const expressions = yield* Expressions
  const realClock = yield* Clock.Clock
  // Their bounds in time are real ones.
  const boundedExpressions = Expressions.of({
    ...expressions,
    evaluate: (source, scope, now) =>
      Effect.provideService(expressions.evaluate(source, scope, now), Clock.Clock, realClock)
  })

  // Compiled once for a set of secrets.
  let secrets: ReadonlyArray<string> = []
  let redactor = makeRedactor(secrets)

  const simulate = Effect.fnUntraced(function*(pipeline: Pipeline, recorded: RecordedRun) {
    const { run, state } = recorded
    const snapshot = settings.current()
    if (secrets !== snapshot.secrets) {
      secrets = snapshot.secrets
      redactor = makeRedactor(secrets)
    }
    const clock = SimulatedClock.make(run.startedAt)
    const answers = RecordedAnswers.make(recorded, pipeline, redactor, clock)
    const journal = SimulatedJournal.make(recorded, { name: pipeline.name, version: pipeline.version })
    // The timer of a deadline would ring at once, on a clock on which nobody waits.
    const { deadlineMs: _deadline, ...timeless } = pipeline
    const services = Context.make(Journal, journal.service).pipe(
      Context.add(Outbound, answers.service),
      Context.add(Credentials, noCredentials),
      Context.add(Expressions, boundedExpressions),
      Context.add(Plugins, plugins),
      Context.add(PartnerBoard, allWell),
      Context.add(Settings, { current: () => snapshot, pipeline: () => Effect.succeed(timeless) }),
      Context.add(Clock.Clock, clock)
    )
    const executed = Effect.gen(function*() {
      const execute = yield* PipelineRun.make
      for (let waits = 0; journal.ended() === undefined && waits < mostWaits; waits++) {
        const held = journal.held()
        if (held.wait !== undefined) clock.advanceTo(held.wait.dueAt)
        // A long wait ends the executor by interruption; whatever else ends it is a defect.
        const exit = yield* Effect.exit(execute(held, control))
        if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) return yield* Effect.die(exit.cause)
      }
    })
    yield* Effect.scoped(Effect.provideContext(executed, services))
    const after = journal.ended() ?? "failed"
    const found = differences(
      { run, pipeline: recorded.pipeline, document: (version) => recorded.documents.get(version) },
      { run: journal.held(), pipeline, document: journal.document }
    )
    const unanswered = answers.unanswered()
    const simulated: Simulated = {
      orderId: run.orderId,
      runId: run.runId,
      same: found.length === 0 && unanswered.length === 0 && after === state,
      before: { state },
      after: { state: after },
      differences: found,
      unanswered
    }
    return simulated
  })

  return Simulation.of({ simulate })
})
