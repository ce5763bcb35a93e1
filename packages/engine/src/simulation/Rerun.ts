/**
 * Runs the engine once more over an order as it was, with recorded answers in place of partners: nothing is sent or
 * stored, and nothing waits.
 */
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Credentials } from "@sluice/http-client/Credentials"
import { Outbound, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Context, Effect } from "effect"
import { Expressions } from "../expressions/Expressions.ts"
import { Journal } from "../journal/Journal.ts"
import { CurrentRunMark, noMark } from "../journal/RunningStep.ts"
import { PartnerBreaker } from "../partners/PartnerBreaker.ts"
import type { AnyPlugin, StepInput } from "../plugins/Plugin.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { Settings } from "../settings/Settings.ts"
import { redactorOf } from "../steps/StepRedaction.ts"
import * as RecordedAnswers from "./RecordedAnswers.ts"
import type { RecordedRun } from "./RecordedRun.ts"
import * as SimulatedClock from "./SimulatedClock.ts"
import * as SimulatedJournal from "./SimulatedJournal.ts"
import { allWell, toItsEnd } from "./SimulatedRun.ts"

/** The services by which a simulated run differs from the original. */
export interface Departure {
  readonly plugins: Plugins["Service"]
  readonly unrecorded: Effect.Effect<OutboundResponse>
  readonly watch: (asked: RecordedAnswers.Asked) => void
}

export interface Rerun {
  readonly after: FinalRunState
  readonly journal: SimulatedJournal.SimulatedJournal
  /** Ids of steps with a request that no record answers. */
  readonly unanswered: ReadonlyArray<string>
  readonly redactor: Redactor
}

/** Long waits leave a run to be taken up again; a run that does so more often than this never ends. */
const mostWaits = 1000

/** Fetches no token and signs nothing, since no request is sent. */
const noCredentials = Credentials.of({
  authorization: () => Effect.succeed("Bearer simulated"),
  invalidate: () => Effect.void,
  signature: () => Effect.succeed({})
})

/** The plugins, whose effects that run once give the results on record; `missing` gets the steps that have none. */
const withRecordedEffects = (
  { byName }: Plugins["Service"],
  { run }: RecordedRun,
  missing: Set<string>,
  unrecorded: Departure["unrecorded"] | undefined
): Plugins["Service"] => {
  const once = (stepId: string): StepInput<never>["once"] => (name) =>
    Effect.suspend((): Effect.Effect<never> => {
      const results = run.steps.find((row) => row.stepId === stepId)?.effects
      if (results !== undefined && Object.hasOwn(results, name)) return Effect.succeed(results[name] as never)
      missing.add(stepId)
      const nobody = Effect.die(new Error(`no result of ${name} is on record`))
      return unrecorded === undefined ? nobody : Effect.andThen(unrecorded, nobody)
    })
  return {
    byName: new Map([...byName].map(([name, plugin]): [string, AnyPlugin] => [name, {
      ...plugin,
      run: (input) => plugin.run({ ...input, once: once(input.step.id) })
    }]))
  }
}

export const make = Effect.gen(function*() {
  const settings = yield* Settings
  const plugins = yield* Plugins
  const expressions = yield* Expressions
  const realClock = yield* Clock.Clock
  // Their bounds in time are real ones.
  const boundedExpressions = Expressions.of({
    ...expressions,
    evaluate: (source, scope, now, origin) =>
      Effect.provideService(expressions.evaluate(source, scope, now, origin), Clock.Clock, realClock)
  })

  return Effect.fnUntraced(function*(pipeline: Pipeline, recorded: RecordedRun, departure?: Departure) {
    const missing = new Set<string>()
    const { run } = recorded
    const snapshot = settings.current()
    const redactor = redactorOf(snapshot.secrets)
    const clock = SimulatedClock.make(run.startedAt)
    const answers = RecordedAnswers.make(
      recorded,
      pipeline,
      redactor,
      clock,
      departure?.unrecorded,
      departure?.watch
    )
    const journal = SimulatedJournal.make(
      recorded,
      { name: pipeline.name, version: pipeline.version },
      answers.callback
    )
    // A deadline's timer would fire at once on this clock, which skips all waits.
    const { deadlineMs: _deadline, ...timeless } = pipeline
    const services = Context.make(Journal, journal.service).pipe(
      Context.add(Outbound, answers.service),
      Context.add(Credentials, noCredentials),
      Context.add(Expressions, boundedExpressions),
      Context.add(
        Plugins,
        withRecordedEffects(departure?.plugins ?? plugins, recorded, missing, departure?.unrecorded)
      ),
      Context.add(PartnerBreaker, allWell),
      Context.add(Settings, { current: () => snapshot, pipeline: () => Effect.succeed(timeless) }),
      // The simulation must not be recorded as work of the run.
      Context.add(CurrentRunMark, noMark),
      Context.add(Clock.Clock, clock)
    )
    yield* toItsEnd(journal, clock, mostWaits).pipe(Effect.provideContext(services))
    const rerun: Rerun = {
      after: journal.ended() ?? "failed",
      journal,
      unanswered: [...new Set([...answers.unanswered(), ...missing])],
      redactor
    }
    return rerun
  })
})

export type MakeRerun = Effect.Success<typeof make>
