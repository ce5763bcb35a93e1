/** An `Outbound` that answers from the records of a run, and sends nothing. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { compensationId } from "@sluice/domain/internal/pipeline/StepIds"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
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
import { unreachableCode } from "../callouts/RecordedOutcome.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
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
      : new OutboundUnreadable({ message, sent: unknown })
  )
}

/** The assumed answer where none is recorded: the request succeeded. */
const assumed: OutboundResponse = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: Utf8.encode("{}"),
  truncated: false
}

/** The place of what asks, and which of its requests this is, as the engine writes them into the idempotency key. */
const addressOf = ({ headers }: OutboundRequest): { readonly index: number; readonly number: number } => {
  const [, index, number] = /^[0-9a-f]{32}-(\d+)-(\d+)/.exec(headers["idempotency-key"] ?? "") ?? []
  return { index: Number(index ?? Number.POSITIVE_INFINITY), number: Number(number ?? 0) }
}

/** A request on its way out, and whether there is an answer to it on record. */
export interface Asked {
  /** The position of the step or compensation in the run. */
  readonly index: number
  readonly request: OutboundRequest
  readonly attempt: number
  readonly answered: boolean
}

export interface RecordedAnswers {
  readonly service: Outbound["Service"]
  /**
   * The answer that came to the callback URL of step `index`. `waits`: the run waits for it, and where neither an answer
   * nor the end of such a wait is on record, an empty answer is assumed.
   */
  readonly callback: (index: number, waits: boolean) => CallbackAnswer | undefined
  /** Ids of steps with a request that no record answers. */
  readonly unanswered: () => ReadonlyArray<string>
}

export const make = (
  { run }: RecordedRun,
  pipeline: Pipeline,
  redactor: Redactor,
  clock: SimulatedClock,
  /** The answer to a request without a record; that of a compensation always succeeds. */
  unrecorded: Effect.Effect<OutboundResponse> = Effect.succeed(assumed),
  watch: (asked: Asked) => void = () => {}
): RecordedAnswers => {
  const steps = [...pipeline.steps, ...pipeline.postProcessing]
  const used = new Map<string, number>()
  const unanswered = new Set<string>()
  const compensations = new Set(run.steps.filter(({ phase }) => phase === "compensation").map(({ index }) => index))

  /** The id of what asks: a step, or the compensation of one. */
  const askerOf = (index: number, url: string): string =>
    steps[index]?.id ?? steps.filter(({ compensate }) =>
      compensate?.endpoint === url
    ).map(({ id }) => compensationId(id))
      .at(0) ??
      "compensation"

  /** The records of the same request, first attempt first: a probe, which asks elsewhere, has its own. */
  const recordsOf = (index: number, request: number, { method, url }: OutboundRequest) => {
    const id = steps[index]?.id
    const recordedAt = run.steps.find(({ phase, stepId }) => stepId === id && phase !== "compensation")?.index
    const endpoint = redactor.text(redactUrl(url))
    return run.callouts.filter((one) =>
      tells(one.record) && one.record.callback !== true && one.record.endpoint === endpoint &&
      one.record.method === method
      && (id === undefined
        ? compensations.has(one.index)
        : one.index === recordedAt && one.record.request === request)
    ).map(({ record }) => record).toSorted((a, b) => a.attempt - b.attempt)
  }

  const exchange = (request: OutboundRequest) =>
    Effect.suspend(() => {
      const { index, number } = addressOf(request)
      const records = recordsOf(index, number, request)
      const key = JSON.stringify([index < steps.length ? index : -1, number, request.method, request.url])
      const attempt = used.get(key) ?? 0
      used.set(key, attempt + 1)
      const record = records[attempt]
      watch({ index, request, attempt: attempt + 1, answered: record !== undefined })
      if (record === undefined) {
        unanswered.add(askerOf(index, request.url))
        // One attempt more than there were: most likely as the one before it.
        const last = records.at(-1)
        if (last === undefined) return index < steps.length ? unrecorded : Effect.succeed(assumed)
        return answerOf(last, request.timeoutMs)
      }
      clock.advanceTo(record.startedAt + Math.min(record.durationMs, request.timeoutMs))
      return answerOf(record, request.timeoutMs)
    })

  const callback = (index: number, waits: boolean): CallbackAnswer | undefined => {
    const id = steps[index]?.id
    const recordedAt = run.steps.find(({ phase, stepId }) => stepId === id && phase !== "compensation")?.index
    const record = run.callouts.find((one) => one.index === recordedAt && one.record.callback === true)?.record
    if (record === undefined && !waits) return undefined
    if (record === undefined && id !== undefined) unanswered.add(id)
    // The recorded call timed out: so does this one.
    if (record !== undefined && record.response === undefined) return undefined
    const { body, headers } = record?.response ?? { body: new Uint8Array(0), headers: {} }
    return { headers, body, at: record?.startedAt ?? run.startedAt }
  }

  return {
    service: Outbound.of({ exchange, refuse: () => undefined, refuseTls: () => [] }),
    callback,
    unanswered: () => [...unanswered]
  }
}
