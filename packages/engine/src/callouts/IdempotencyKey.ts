/**
 * The idempotency key of an attempt: the same for all attempts of one request of one step of one run. It is derived,
 * and so the same after a crash. Two exceptions: a retry inherits the keys of requests with unknown outcome, and a
 * plugin may ask for a new key after a refusal. Contract: section 5.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { ClaimedRun } from "../journal/Journal.ts"
import type { RetryPolicy } from "../plugins/RetrySchedule.ts"
import { endOf } from "./RecordedOutcome.ts"

/** One request of one step. */
export interface KeyedRequest {
  readonly held: ClaimedRun
  /** The step's position in the run. */
  readonly index: number
  readonly request: number
}

/** The key of an earlier run's request whose outcome is unknown: the request is sent again under it. */
export const inheritedKey = ({ held, index, request }: KeyedRequest): string | undefined =>
  held.inheritedKeys?.find((one) => one.index === index && one.request === request)?.key

const derivedKey = ({ held, index, request }: KeyedRequest): string =>
  `${held.runId.replaceAll("-", "")}-${index}-${request}`

/** The key of attempt `attempt`, after the attempts `own`, oldest first. */
export const idempotencyKey = (
  of: KeyedRequest,
  own: ReadonlyArray<CalloutRecord>,
  retry: RetryPolicy,
  attempt: number
): string => {
  const last = own.at(-1)
  if (last === undefined) return inheritedKey(of) ?? derivedKey(of)
  return retry.mintsKey?.(endOf(last)) === true ? `${derivedKey(of)}-${attempt}` : last.idempotencyKey
}
