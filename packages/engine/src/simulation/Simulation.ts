/**
 * Simulates a pipeline: over recorded runs, what would have differed; for an order without one, what would be sent. The
 * engine itself runs again over the order as it was, with the recorded answers; nothing is sent or stored. Contract:
 * section 7, `POST /v1/pipelines/{name}/simulate`.
 *
 * A request is answered by the record of the same request of the same step, attempt by attempt, whatever its body. Where
 * there is none (a new step, another URL), it is named as unanswered and assumed to have succeeded: 200 and `{}`.
 */
import { inTurns } from "@sluice/domain/internal/json/LargeText"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Context, Effect, Layer } from "effect"
import { differenceSteps, type StepDifference } from "./Differences.ts"
import * as Plan from "./Plan.ts"
import type { RecordedRun } from "./RecordedRun.ts"
import * as Rerun from "./Rerun.ts"

export interface Simulated {
  readonly orderId: string
  readonly runId: string
  /** True if no step differs, the run ends alike, and every request had a recorded answer. */
  readonly same: boolean
  readonly before: { readonly state: FinalRunState }
  readonly after: { readonly state: FinalRunState }
  readonly differences: ReadonlyArray<StepDifference>
  /** Ids of steps with a request that no record answers. */
  readonly unanswered: ReadonlyArray<string>
}

export class Simulation extends Context.Service<Simulation, {
  /** Simulates the pipeline, which `PipelineCheck` has accepted, over a recorded run. */
  readonly simulate: (pipeline: Pipeline, recorded: RecordedRun) => Effect.Effect<Simulated>
  /** Plans the requests of each step; a request that depends on an unrecorded answer is marked. */
  readonly plan: (pipeline: Pipeline, subject: Plan.Subject) => Effect.Effect<Plan.Planned>
}>()("@sluice/engine/Simulation") {
  static readonly layer = Layer.effect(Simulation, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const rerun = yield* Rerun.make
  const plan = yield* Plan.make(rerun)

  const simulate = Effect.fnUntraced(function*(pipeline: Pipeline, recorded: RecordedRun) {
    const { run, state } = recorded
    const { after, journal, unanswered } = yield* rerun(pipeline, recorded)
    const found = yield* inTurns(differenceSteps(
      { run, pipeline: recorded.pipeline, document: (version) => recorded.documents.get(version) },
      { run: journal.held(), pipeline, document: journal.document }
    ))
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

  return Simulation.of({ simulate, plan })
})
