/** `POST /v1/pipelines/{name}/simulate`. Contract: section 7. */
import { defaultRuns, type SimulatedRun, SimulationRequest } from "@sluice/api/internal/runs/Simulations"
import * as Problems from "@sluice/api/wire/Problems"
import { processEventId } from "@sluice/domain/identity/Ids"
import { readOwnJson, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { suspectedSecrets } from "@sluice/domain/internal/settings/SuspectedSecrets"
import type { JsonObject } from "@sluice/domain/json/Json"
import { type Fault, faultBelow, type Order, submissionFaults } from "@sluice/domain/order/Order"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import type { Subject } from "@sluice/engine/internal/simulation/Plan"
import { Simulation } from "@sluice/engine/internal/simulation/Simulation"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import { schemaFaults, unknownMembers } from "@sluice/engine/internal/validation/SchemaFaults"
import { Settings } from "@sluice/engine/settings/Settings"
import { type EndedRun, RecordedRuns } from "@sluice/persistence/internal/queries/RecordedRuns"
import { Orders } from "@sluice/persistence/queries/Orders"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Array, Effect, Schema, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { addressed, addressFaults } from "../../settings/SettingsWriting.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

/** The number of runs that are read at once; three times as many may be in memory, each with answers of several MiB. */
const atOnce = 32

const decode = Schema.decodeUnknownEffect(SimulationRequest)

/** The possible subjects of a simulation, exactly one of which is given. */
const subjects = ["orders", "lastRuns", "order", "orderId"] as const

const bodyFaults = (body: JsonObject): ReadonlyArray<Fault> => {
  const faults = schemaFaults(SimulationRequest, body)
  if (faults.length > 0) return faults
  const [first, ...more] = subjects.filter((name) => body[name] !== undefined)
  const { order } = body
  return [
    ...unknownMembers(SimulationRequest, body).map((path) => ({
      path,
      message: `is not known: definition, ${subjects.slice(0, -1).join(", ")} and ${subjects.at(-1)} are`
    })),
    ...(first === "orders" && more[0] === "lastRuns" && more.length === 1 ? [] : more).map((path) => ({
      path,
      message: `stands beside ${first}: give one of them`
    })),
    ...(order === undefined ? [] : submissionFaults(order)).map(({ message, path }) => ({
      path: path === "" ? "order" : `order.${path}`,
      message
    }))
  ]
}

/** The faults of the definition in the body, with their paths. */
const inside = (faults: ReadonlyArray<Fault>) =>
  ErrorMapping.invalid(faults.map((fault) => faultBelow("definition", fault)))

const unavailable = {
  JournalUnavailable: (error: Parameters<typeof ErrorMapping.unavailable>[0]) =>
    Effect.fail(ErrorMapping.unavailable(error))
}

const answered = (items: ReadonlyArray<SimulatedRun>) =>
  Effect.map(writeJson({ items }), (text) => HttpServerResponse.text(text, { contentType: "application/json" }))

const servicesOf = Effect.gen(function*() {
  const check = yield* PipelineCheck
  const settings = yield* Settings
  const recorded = yield* RecordedRuns
  const orders = yield* Orders
  const { pipeline: store } = yield* SettingsStore
  const { plan, simulate } = yield* Simulation
  return { check, orders, plan, recorded, settings, simulate, store }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const definition = Effect.fnUntraced(
  function*({ check, settings, store }: Services, name: string, posted: JsonObject | undefined) {
    if (posted === undefined) {
      const found = settings.current().pipelines.find((pipeline) => pipeline.name === name)
      return found ?? (yield* new Problems.NotFound({
        detail: `There is no pipeline ${JSON.stringify(name)}: PUT it, or send a definition`
      }))
    }
    const faults = addressFaults("pipeline", name, posted)
    if (faults.length > 0) return yield* inside(faults)
    const stored = yield* store.get(name).pipe(
      Effect.map(({ document }) => document),
      Effect.catchTags({ ...unavailable, SettingUnknown: () => Effect.undefined })
    )
    const checked = yield* Effect.mapError(
      check.check(addressed("pipeline", name, posted), { settings: settings.current(), stored }),
      (invalid) => inside(makeRedactor(suspectedSecrets(posted)).json(invalid.faults))
    )
    return checked.pipeline
  }
)

/** The runs that are asked for; an order without one is a fault that names it. */
const runsOf = Effect.fnUntraced(
  function*({ recorded }: Services, name: string, { lastRuns, orders: ids }: SimulationRequest) {
    if (ids === undefined) return yield* recorded.latest(name, lastRuns ?? defaultRuns)
    const runs: Array<EndedRun> = []
    const faults: Array<Fault> = []
    for (const [index, orderId] of ids.entries()) {
      const run = yield* recorded.ofOrder(name, orderId)
      if (run !== undefined) runs.push(run)
      else faults.push({ path: `orders[${index}]`, message: `has no run of ${name} that has ended` })
    }
    return faults.length === 0 ? runs : yield* ErrorMapping.invalid(faults)
  }
)

/** The one order whose requests are wanted. */
const subjectOf = Effect.fnUntraced(
  function*({ orders, recorded }: Services, name: string, { order, orderId = "" }: SimulationRequest) {
    if (order !== undefined) {
      const subject: Subject = { _tag: "Submitted", body: order as JsonObject }
      return subject
    }
    const last = yield* recorded.ofOrder(name, orderId)
    const [run] = last === undefined ? [] : yield* recorded.read([last])
    if (run !== undefined) {
      const subject: Subject = { _tag: "Recorded", recorded: run }
      return subject
    }
    const { text } = yield* Effect.catchTag(
      orders.get(orderId),
      "OrderNotFound",
      () => ErrorMapping.invalid([{ path: "orderId", message: `there is no order ${JSON.stringify(orderId)}` }])
    )
    const subject: Subject = { _tag: "Stored", document: { order: (yield* readOwnJson(text)) as Order, text } }
    return subject
  }
)

const planned = Effect.fnUntraced(
  function*(services: Services, name: string, pipeline: Pipeline, asked: SimulationRequest) {
    const { plan, simulate } = services
    const subject = yield* Effect.catchTags(subjectOf(services, name, asked), unavailable)
    const { steps, ...found } = yield* plan(pipeline, subject)
    if (subject._tag !== "Recorded") return { ...found, same: false, differences: [], plan: steps }
    const { runId, ...simulated } = yield* simulate(pipeline, subject.recorded)
    return { ...simulated, processEventId: processEventId(runId), plan: steps }
  }
)

export const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { recorded, simulate } = services
  return Effect.fnUntraced(function*(
    { params, request }: {
      readonly params: { readonly id: string }
      readonly request: Parameters<typeof Body.readObject>[0]
    }
  ) {
    const body = yield* Body.readObjectOrNothing(request, "what to simulate")
    const faults = bodyFaults(body)
    if (faults.length > 0) return yield* ErrorMapping.invalid(faults)
    const asked = yield* Effect.orDie(decode(body))
    const pipeline = yield* definition(services, params.id, asked.definition as JsonObject | undefined)
    if (asked.order !== undefined || asked.orderId !== undefined) {
      return yield* answered([yield* planned(services, params.id, pipeline, asked)])
    }
    const runs = yield* Effect.catchTags(runsOf(services, params.id, asked), unavailable)
    const items: Array<SimulatedRun> = []
    yield* Stream.fromIterable(Array.chunksOf(runs, atOnce)).pipe(
      Stream.mapEffect((some) => Effect.catchTags(recorded.read(some), unavailable)),
      // The next ones are read while these are simulated.
      Stream.buffer({ capacity: 1 }),
      Stream.runForEach(Effect.fnUntraced(function*(found) {
        // Newest first, as everywhere.
        for (const one of found.toReversed()) {
          const { runId, ...simulated } = yield* simulate(pipeline, one)
          items.push({ ...simulated, processEventId: processEventId(runId) })
        }
      }))
    )
    return yield* answered(items)
  })
})
