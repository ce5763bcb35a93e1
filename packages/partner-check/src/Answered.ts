/** Reads the answers to an order that was played through a step. Pure. */
import type { CalloutRecord, RecordedResponse } from "@sluice/domain/callout/CalloutRecord"
import { receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import { readWorkflowAnswer } from "@sluice/domain/workflow/WorkflowAnswer"
import type { CheckedAttempt, OrderEffect } from "./PartnerReport.ts"
import type { Played } from "./Play.ts"

const rounded = (ms: number): number => Math.round(ms * 10) / 10

const attemptOf = (record: CalloutRecord, durationMs: number, assumed: boolean): CheckedAttempt => {
  const { error, outcome, response, unknown } = record
  const contentType = response?.headers["content-type"]
  return {
    number: record.attempt,
    ...(response !== undefined && { status: response.status, bytes: response.body.length }),
    ...(contentType !== undefined && { contentType }),
    durationMs: rounded(durationMs),
    outcome,
    ...(unknown === true && { unknown }),
    ...(error !== undefined && { error: error.code === undefined ? error.message : `${error.code}: ${error.message}` }),
    ...(assumed && { assumed })
  }
}

export const attemptsOf = ({ observations, records }: Played): ReadonlyArray<CheckedAttempt> =>
  records.map((record, index) => {
    const observation = observations[index]
    return attemptOf(record, observation?.durationMs ?? record.durationMs, observation?.assumed === true)
  })

const notes = ({ order }: Played["before"]): number => Array.isArray(order.errors) ? order.errors.length : 0

export const effectOf = ({ after, before, records, state, step }: Played): OrderEffect => ({
  step: step.state,
  run: state,
  reason: step.reason ?? "",
  ...(step.error !== undefined && { error: step.error.message }),
  status: { before: before.order.status, after: after.order.status },
  patch: records.at(-1)?.patch ?? [],
  notedOnOrder: notes(after) > notes(before)
})

/** The last answer, where there was one. */
export const answerOf = ({ records }: Played): RecordedResponse | undefined => records.at(-1)?.response

/** The text of a response; empty if the bytes are no text. */
export const textOf = (response: RecordedResponse | undefined): string =>
  response === undefined ? "" : receivedText(response) ?? ""

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** True if status and body agree, byte for byte. Headers may differ, as dates do. */
export const sameAnswer = (a: RecordedResponse | undefined, b: RecordedResponse | undefined): boolean =>
  a !== undefined && b !== undefined && a.status === b.status && isSame(a.body, b.body)

/** The workflow step's reading of a 2xx answer; nothing if there is none. */
export const workflowAnswerOf = (played: Played) => {
  const response = answerOf(played)
  return response === undefined || response.status < 200 || response.status > 299 || response.truncated === true
    ? undefined
    : readWorkflowAnswer(textOf(response))
}
