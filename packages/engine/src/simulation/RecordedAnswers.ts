/** An `Outbound` that answers from the records of a run, and sends nothing. */
import type { CalloutRecord } from "@sluice/domain/CalloutRecord"
import type { Pipeline } from "@sluice/domain/Pipeline"
import type { Redactor } from "@sluice/domain/Redaction"
import * as Utf8 from "@sluice/domain/Utf8"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundTimedOut,
  OutboundUnreachable,
  OutboundUnreadable
} from "@sluice/http-client/Outbound"
import { Effect } from "effect"
import { unreachableCode } from "../StepCallouts.ts"
import type { RecordedRun } from "./RecordedRun.ts"
import type { SimulatedClock } from "./SimulatedClock.ts"

/** Attempts that say what a partner did: not those that a process or an operator ended. */
const tells = ({ outcome }: CalloutRecord): boolean => outcome !== "interrupted" && outcome !== "cancelled"

const answerOf = (record: CalloutRecord, timeoutMs: number): Effect.Effect<OutboundResponse, OutboundError> => {
  const { error, outcome, response, unknown = false } = record
  const message = error?.message ?? outcome
  // The step may be less patient than it was.
  if (outcome === "timed-out" || (response !== undefined && record.durationMs > timeoutMs)) {
    return Effect.fail(new OutboundTimedOut({ sent: true }))
  }
  if (response !== undefined) {
    const { body, headers, status, truncated = false } = response
    return Effect.succeed({ status, headers, body, truncated })
  }
  return Effect.fail(
    outcome === "unreachable"
      ? new OutboundUnreachable({ code: unreachableCode(error?.code), message, sent: unknown })
      : new OutboundUnreadable({ message })
  )
}

/** What stands in for an answer that nobody has: the request is taken to have gone well. */
const assumed: OutboundResponse = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: Utf8.encode("{}"),
  truncated: false
}

/** The step and its request, as the engine writes them into the idempotency key. */
const addressOf = ({ headers }: OutboundRequest) => {
  const [, index, request] = /^[0-9a-f]{32}-(\d+)-(\d+)/.exec(headers["idempotency-key"] ?? "") ?? []
  return index === undefined || request === undefined ? undefined : { index: Number(index), request: Number(request) }
}

export interface RecordedAnswers {
  readonly service: Outbound["Service"]
  /** Ids of steps with a request that no record answers. */
  readonly unanswered: () => ReadonlyArray<string>
}

export const make = (
  { run }: RecordedRun,
  pipeline: Pipeline,
  redactor: Redactor,
  clock: SimulatedClock
): RecordedAnswers => {
  const ids = [...pipeline.steps, ...pipeline.postProcessing].map(({ id }) => id)
  const used = new Map<string, number>()
  const unanswered = new Set<string>()

  const recordsOf = (stepId: string, request: number): ReadonlyArray<CalloutRecord> => {
    const index = run.steps.find((step) => step.stepId === stepId)?.index
    return run.callouts.filter((one) => one.index === index && one.record.request === request && tells(one.record))
      .map(({ record }) => record).toSorted((a, b) => a.attempt - b.attempt)
  }

  const exchange = (request: OutboundRequest) =>
    Effect.suspend(() => {
      const address = addressOf(request)
      const stepId = address === undefined ? undefined : ids[address.index]
      if (address === undefined || stepId === undefined) {
        unanswered.add(stepId ?? "")
        return Effect.succeed(assumed)
      }
      const key = `${address.index}-${address.request}`
      const attempt = used.get(key) ?? 0
      used.set(key, attempt + 1)
      const records = recordsOf(stepId, address.request)
      const record = records[attempt]
      const asked = record !== undefined && record.endpoint === redactor.text(request.url)
        && record.method === request.method
      if (!asked) {
        unanswered.add(stepId)
        // One attempt more than there were: most likely as the one before it.
        const last = records.at(-1)
        return record === undefined && last !== undefined ? answerOf(last, request.timeoutMs) : Effect.succeed(assumed)
      }
      clock.advanceTo(record.startedAt + Math.min(record.durationMs, request.timeoutMs))
      return answerOf(record, request.timeoutMs)
    })

  return { service: Outbound.of({ exchange, refuse: () => undefined }), unanswered: () => [...unanswered] }
}
