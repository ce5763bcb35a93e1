/**
 * Plans the requests of a pipeline for one order: the engine runs over it with the recorded answers, and each request
 * is shown as it would be sent, redacted. Contract: section 7, `simulate`.
 *
 * A request without a recorded answer is where a step's knowledge ends: it is assumed to succeed and to change nothing
 * of the order, and a step that reads its answer is not run but says on whom it depends.
 */
import { orderId } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { readJson, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { firstVersion } from "@sluice/domain/order/Order"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import type { FinalRunState, StepPhase, StepState } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Clock, DateTime, Effect, Result } from "effect"
import { Expressions } from "../expressions/Expressions.ts"
import { expressionsIn } from "../expressions/Template.ts"
import type { Document, StepRow } from "../journal/Journal.ts"
import type { AnyPlugin, StepInput } from "../plugins/Plugin.ts"
import { Plugins } from "../plugins/Plugins.ts"
import type { Asked } from "./RecordedAnswers.ts"
import type { RecordedRun } from "./RecordedRun.ts"
import type { MakeRerun } from "./Rerun.ts"

/** The subject of a plan: a stored order, or a posted one. */
export type Subject =
  /** An order as it would be submitted: it passed `submissionFaults`. */
  | { readonly _tag: "Submitted"; readonly body: JsonObject }
  /** A stored order on which this pipeline never completed a run. */
  | { readonly _tag: "Stored"; readonly document: Document }
  /** One with answers on record, as it was when that run started. */
  | { readonly _tag: "Recorded"; readonly recorded: RecordedRun }

export interface PlannedRequest {
  readonly method: string
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON where it can be parsed, text otherwise. */
  readonly body: Json
  /** An answer to it is on record. */
  readonly answered: boolean
  /** The request would be queued as a delivery and sent after the step. */
  readonly delivery?: true
}

export interface PlannedStep {
  readonly stepId: string
  readonly name: string
  readonly phase: StepPhase
  /** `unknown`: depends on an answer that was never recorded. */
  readonly state: StepState | "unknown"
  readonly reason: string
  readonly error?: string
  /** First attempts, in the order in which they would leave. */
  readonly requests: ReadonlyArray<PlannedRequest>
  /** The ids of steps whose answers this step's requests are built from. */
  readonly dependsOn?: ReadonlyArray<string>
}

export interface Planned {
  readonly orderId: string
  /** The end of the run if every unanswered request succeeded. */
  readonly after: { readonly state: FinalRunState }
  readonly unanswered: ReadonlyArray<string>
  readonly steps: ReadonlyArray<PlannedStep>
}

/** Stops a step at a request to which no answer is on record. */
class NotRecorded extends Error {
  override readonly message = "no answer to this request is on record"
}

const notRecorded = new NotRecorded()

/** The callouts of a step, with which it stops: the plugin has no say in what becomes of an answer that is not known. */
const stopping = (callout: StepInput<never>["callout"]): StepInput<never>["callout"] => (request) =>
  Effect.catchTag(
    callout(request),
    "Defect",
    (defect) => defect.message === notRecorded.message ? Effect.die(notRecorded) : Effect.fail(defect)
  )

const bodyOf = (text: string): Effect.Effect<Json> => Effect.orElseSucceed(readJson(text), () => text)

const sentText = (body: string | Uint8Array | undefined): string =>
  body === undefined ? "" : typeof body === "string" ? body : Utf8.decode(body)

const named = (ids: ReadonlyArray<string>): string => `${ids.length === 1 ? "step" : "steps"} ${ids.join(", ")}`

/** A run of which nothing is on record. */
const unrecorded = Effect.fn("Plan.unrecorded")(function*(document: Document, { name, version }: Pipeline) {
  const now = yield* Clock.currentTimeMillis
  const recorded: RecordedRun = {
    run: {
      runId: yield* newUuid,
      eventId: yield* newUuid,
      orderId: document.order.id,
      pipeline: { name, version },
      createdAt: now,
      startedAt: now,
      startVersion: document.order.version,
      takeovers: 0,
      compensating: false,
      steps: [],
      callouts: [],
      takenOver: false
    },
    state: "completed",
    pipeline: undefined,
    documents: new Map([[document.order.version, document]])
  }
  return recorded
})

const recordedOf = Effect.fn("Plan.recordedOf")(function*(subject: Subject, pipeline: Pipeline) {
  if (subject._tag === "Recorded") return subject.recorded
  if (subject._tag === "Stored") return yield* unrecorded(subject.document, pipeline)
  const { body } = subject
  const at = DateTime.formatIso(yield* DateTime.now)
  const order = firstVersion(body, typeof body.id === "string" ? body.id : orderId(yield* newUuid), at)
  return yield* unrecorded({ order, text: yield* writeJson(order) }, pipeline)
})

/** The ids of the steps whose answers a step's own expressions read. */
const readBy = Effect.fn("Plan.readBy")(function*(expressions: Expressions["Service"], { options, when }: Step) {
  const sources = [...(when === undefined ? [] : [when]), ...expressionsIn(options).map(({ source }) => source)]
  const read = new Set<string>()
  for (const source of sources) {
    const facts = yield* Effect.result(expressions.check(source))
    if (Result.isSuccess(facts)) { for (const id of facts.success.stepReferences) read.add(id) }
  }
  return read
})

/** The facts about the steps of one plan: known before, and added while the engine runs over it. */
export interface Knowledge {
  /**
   * The steps by their options. A plugin is asked whether it skips before an expression is evaluated, and gets no more
   * than the options: each step has an object of its own, which identifies it.
   */
  readonly steps: ReadonlyMap<JsonObject, { readonly step: Pick<Step, "id">; readonly reads: ReadonlySet<string> }>
  /** The steps without a recorded answer, or whose requests depend on one. */
  readonly unknown: Set<string>
  /** For a step that was not run, the steps on whose answers it depends. */
  readonly dependents: Map<string, ReadonlyArray<string>>
}

/** Notes that the step with these options reads an unknown answer, and says so; `undefined` where it reads none. */
export const dependence = ({ dependents, steps, unknown }: Knowledge, options: JsonObject): string | undefined => {
  const found = steps.get(options)
  const needed = [...found?.reads ?? []].filter((id) => unknown.has(id))
  if (found === undefined || needed.length === 0) return undefined
  unknown.add(found.step.id)
  dependents.set(found.step.id, needed)
  return `depends on the answer of ${named(needed)}, of which there is no record`
}

/** A plugin that skips a step with an unknown input, and ends a step at its first unrecorded answer. */
const planning = (plugin: AnyPlugin, knowledge: Knowledge): AnyPlugin => ({
  ...plugin,
  skips: (options, order) => plugin.skips?.(options, order) ?? dependence(knowledge, options),
  run: (input) =>
    Effect.catchDefect(plugin.run({ ...input, callout: stopping(input.callout) }), (defect) => {
      if (defect !== notRecorded) return Effect.die(defect)
      knowledge.unknown.add(input.step.id)
      return Effect.succeed({
        reason: "no recorded answer: assumed to succeed without changing the order"
      })
    })
})

const calloutRequest = ({ answered, request }: Asked, redactor: Redactor): Effect.Effect<PlannedRequest> =>
  Effect.map(bodyOf(redactor.text(sentText(request.body))), (body) => ({
    method: request.method,
    endpoint: redactor.text(redactUrl(request.url)),
    headers: redactor.headers(request.headers),
    body,
    answered
  }))

const deliveryRequest = (message: OutgoingMessage, redactor: Redactor): Effect.Effect<PlannedRequest> =>
  Effect.map(bodyOf(redactor.text(message.body)), (body) => ({
    method: message.callout?.method ?? "POST",
    endpoint: redactor.text(redactUrl(message.url)),
    headers: redactor.headers({
      "content-type": "application/json",
      ...message.headers,
      "idempotency-key": message.idempotencyKey
    }),
    body,
    answered: false,
    delivery: true as const
  }))

const plannedStep = (
  row: StepRow,
  { dependents, unknown }: Knowledge,
  requests: ReadonlyArray<PlannedRequest>
): PlannedStep => ({
  stepId: row.stepId,
  name: row.name,
  phase: row.phase,
  state: unknown.has(row.stepId) ? "unknown" : row.state,
  reason: row.reason ?? "",
  ...(row.error !== undefined && { error: row.error.message }),
  requests,
  ...(dependents.has(row.stepId) && { dependsOn: dependents.get(row.stepId)! })
})

/** A step that the run does not reach. */
const unreached = ({ id, name }: Step, phase: StepPhase): PlannedStep => ({
  stepId: id,
  name,
  phase,
  state: "skipped",
  reason: "the run ends before it",
  requests: []
})

export const make = Effect.fnUntraced(function*(rerun: MakeRerun) {
  const { byName } = yield* Plugins
  const expressions = yield* Expressions

  return Effect.fn("Plan.plan")(function*(pipeline: Pipeline, subject: Subject) {
    const recorded = yield* recordedOf(subject, pipeline)
    const asked: Array<Asked> = []
    const steps = new Map<JsonObject, { readonly step: Step; readonly reads: ReadonlySet<string> }>()
    const knowledge: Knowledge = { steps, unknown: new Set(), dependents: new Map() }
    const ownOptions = Effect.fnUntraced(function*(step: Step) {
      const own = { ...step, options: { ...step.options } }
      steps.set(own.options, { step, reads: yield* readBy(expressions, step) })
      return own
    })
    const planned: Pipeline = {
      ...pipeline,
      steps: yield* Effect.forEach(pipeline.steps, ownOptions),
      postProcessing: yield* Effect.forEach(pipeline.postProcessing, ownOptions)
    }
    const { after, journal, redactor, unanswered } = yield* rerun(planned, recorded, {
      plugins: { byName: new Map([...byName].map(([name, plugin]) => [name, planning(plugin, knowledge)])) },
      unrecorded: Effect.die(notRecorded),
      watch: (one) => void asked.push(one)
    })

    const rowStep = (row: StepRow) =>
      Effect.map(
        Effect.all([
          ...asked.filter(({ attempt, index }) => index === row.index && attempt === 1).map((one) =>
            calloutRequest(one, redactor)
          ),
          ...journal.messages().filter(({ index }) => index === row.index).map(({ message }) =>
            deliveryRequest(message, redactor)
          )
        ]),
        (requests) => plannedStep(row, knowledge, requests)
      )
    const rows = journal.held().steps
    const result: Planned = {
      orderId: recorded.run.orderId,
      after: { state: after },
      unanswered,
      steps: [
        ...(yield* Effect.forEach([...planned.steps, ...planned.postProcessing], (step, index) => {
          const row = rows.find((one) => one.index === index)
          return row === undefined
            ? Effect.succeed(unreached(step, index < planned.steps.length ? "steps" : "postProcessing"))
            : rowStep(row)
        })),
        ...(yield* Effect.forEach(rows.filter(({ phase }) => phase === "compensation"), rowStep))
      ]
    }
    return result
  })
})
