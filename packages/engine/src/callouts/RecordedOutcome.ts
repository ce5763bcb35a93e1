/**
 * Reads an attempt's record: for the retry schedule how it ended, for the plugin its answer or failure. Pure; after a
 * crash only the record exists.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import type { CalloutAnswer, CalloutRequest } from "../plugins/Callout.ts"
import {
  Cancelled,
  Defect,
  defectCode,
  InvalidResponse,
  type PluginError,
  Rejected,
  TimedOut,
  Unreachable
} from "../plugins/PluginError.ts"
import type { AttemptEnd } from "../plugins/RetrySchedule.ts"

export const endOf = (record: CalloutRecord): AttemptEnd => ({
  outcome: record.outcome,
  ...(record.error?.code !== undefined && { code: record.error.code }),
  ...(record.unknown === true && { unknown: true }),
  ...(record.response !== undefined && { status: record.response.status, headers: record.response.headers }),
  at: record.startedAt + record.durationMs
})

export const responseOf = (record: CalloutRecord): OutboundResponse | undefined =>
  record.response && {
    status: record.response.status,
    headers: record.response.headers,
    body: record.response.body,
    truncated: record.response.truncated ?? false
  }

export const answerOf = (response: OutboundResponse | undefined, attempts: number): CalloutAnswer => ({
  status: response?.status ?? 0,
  headers: response?.headers ?? {},
  body: response?.body ?? new Uint8Array(0),
  attempts
})

/** The attempt ended with a thrown value: of the plugin, or of what sends. */
export const isDefect = ({ error, outcome }: CalloutRecord): boolean =>
  outcome === "invalid-response" && error?.code === defectCode

export const failureOf = (
  record: CalloutRecord,
  response: OutboundResponse | undefined,
  request: CalloutRequest
): PluginError => {
  const message = record.error?.message ?? record.outcome
  switch (record.outcome) {
    case "timed-out":
      return new TimedOut({ message })
    case "cancelled":
      return new Cancelled({ message })
    case "unreachable":
      return new Unreachable({ message, code: unreachableCode(record.error?.code) })
    case "rejected": {
      const judged = response === undefined ? undefined : request.judge(response)
      const byPartner = judged?.outcome === "rejected" && judged.byPartner === true
      return new Rejected({ message, ...(byPartner && { byPartner }) })
    }
    default:
      return isDefect(record) ? new Defect({ message }) : new InvalidResponse({ message })
  }
}

/** The recorded code of an `unreachable` outcome; `reset`, the least specific, for one that this release does not know. */
export const unreachableCode = (code: string | undefined): UnreachableCode =>
  UnreachableCode.literals.find((one) => one === code) ?? "reset"
