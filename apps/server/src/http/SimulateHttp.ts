/** `POST /v1/pipelines/{name}/simulate`. Contract: section 7. */
import * as Problems from "@sluice/api/Problems"
import { defaultRuns, type SimulatedRun, SimulationRequest } from "@sluice/api/Simulations"
import { processEventId } from "@sluice/domain/Ids"
import type { JsonObject } from "@sluice/domain/Json"
import type { Fault } from "@sluice/domain/Order"
import { PipelineCheck } from "@sluice/engine/PipelineCheck"
import { schemaFaults, unknownMembers } from "@sluice/engine/SchemaFaults"
import { Settings } from "@sluice/engine/Settings"
import { Simulation } from "@sluice/engine/Simulation"
import { type EndedRun, RecordedRuns } from "@sluice/persistence/RecordedRuns"
import { Array, Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { addressed, addressFaults } from "../SettingsWriting.ts"
import * as Body from "./Body.ts"
import * as Refused from "./Refused.ts"

/** How many runs are in memory at once: each may hold mebibytes of partners' answers. */
const atOnce = 32

const decode = Schema.decodeUnknownEffect(SimulationRequest)

const bodyFaults = (body: JsonObject): ReadonlyArray<Fault> => {
  const faults = schemaFaults(SimulationRequest, body)
  return faults.length > 0
    ? faults
    : unknownMembers(SimulationRequest, body).map((path) => ({
      path,
      message: "is not known: definition, orders and lastRuns are"
    }))
}

/** What is wrong with the definition in the body. */
const inside = (faults: ReadonlyArray<Fault>) =>
  Refused.invalid(
    faults.map(({ message, path }) => ({ path: path === "" ? "definition" : `definition.${path}`, message }))
  )

const unavailable = {
  JournalUnavailable: (error: Parameters<typeof Refused.unavailable>[0]) => Effect.fail(Refused.unavailable(error))
}

export const make = Effect.gen(function*() {
  const check = yield* PipelineCheck
  const settings = yield* Settings
  const recorded = yield* RecordedRuns
  const { simulate } = yield* Simulation

  const definition = Effect.fnUntraced(function*(name: string, posted: JsonObject | undefined) {
    if (posted === undefined) {
      const stored = settings.current().pipelines.find((pipeline) => pipeline.name === name)
      return stored ?? (yield* new Problems.NotFound({
        detail: `There is no pipeline ${JSON.stringify(name)}: PUT it, or send a definition`
      }))
    }
    const faults = addressFaults("pipeline", name, posted)
    if (faults.length > 0) return yield* inside(faults)
    const checked = yield* Effect.mapError(
      check.check(addressed("pipeline", name, posted)),
      (invalid) => inside(invalid.faults)
    )
    return checked.pipeline
  })

  /** The runs that are asked for; an order without one is a fault that names it. */
  const runsOf = Effect.fnUntraced(function*(name: string, { lastRuns, orders }: SimulationRequest) {
    if (orders === undefined) return yield* recorded.latest(name, lastRuns ?? defaultRuns)
    const runs: Array<EndedRun> = []
    const faults: Array<Fault> = []
    for (const [index, orderId] of orders.entries()) {
      const run = yield* recorded.ofOrder(name, orderId)
      if (run !== undefined) runs.push(run)
      else faults.push({ path: `orders[${index}]`, message: `has no run of ${name} that has ended` })
    }
    return faults.length === 0 ? runs : yield* Refused.invalid(faults)
  })

  return Effect.fnUntraced(function*(
    { params, request }: {
      readonly params: { readonly id: string }
      readonly request: Parameters<typeof Body.readObject>[0]
    }
  ) {
    const body = yield* Body.readObjectOrNothing(request, "what to simulate")
    const faults = bodyFaults(body)
    if (faults.length > 0) return yield* Refused.invalid(faults)
    const asked = yield* Effect.orDie(decode(body))
    const pipeline = yield* definition(params.id, asked.definition as JsonObject | undefined)
    const runs = yield* Effect.catchTags(runsOf(params.id, asked), unavailable)
    const items: Array<SimulatedRun> = []
    for (const some of Array.chunksOf(runs, atOnce)) {
      const found = yield* Effect.catchTags(recorded.read(some), unavailable)
      // Newest first, as everywhere.
      for (const one of found.toReversed()) {
        const { runId, ...simulated } = yield* simulate(pipeline, one)
        items.push({ ...simulated, processEventId: processEventId(runId) })
      }
    }
    return HttpServerResponse.text(JSON.stringify({ items }), { contentType: "application/json" })
  })
})
