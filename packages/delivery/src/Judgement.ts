/** Decides what follows an attempt: a pure function of its end and of the endpoint's schedule. Contract: section 9. */
import { retryAfterMs } from "@sluice/domain/internal/decode/RetryAfter"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Data } from "effect"
import { delayAfter } from "./DeliverySchedule.ts"

/** The end of an attempt. `Failed` has no answer: a time-out, an unreachable host, a failing template. */
export type AttemptEnd = Data.TaggedEnum<{
  Answered: { readonly response: Pick<OutboundResponse, "status" | "headers"> }
  Failed: { readonly code: string; readonly message: string }
}>
export const AttemptEnd = Data.taggedEnum<AttemptEnd>()

/** The next state of the delivery. */
export type Next = Data.TaggedEnum<{
  Delivered: {}
  Retry: { readonly afterMs: number }
  Exhausted: {}
  /** 410: exhausted, and the endpoint is disabled. */
  Gone: {}
}>
export const Next = Data.taggedEnum<Next>()

/** Statuses whose `Retry-After` counts. */
const asksToWait = (status: number): boolean => status === 429 || status === 503

const isSuccess = (status: number, rejectOn: ReadonlyArray<number> | undefined): boolean =>
  rejectOn === undefined ? status >= 200 && status <= 299 : !rejectOn.includes(status)

/**
 * Decides what follows an attempt.
 * Only 2xx is success, or for the call of a step every status that is not in `rejectOn`. `made` counts this attempt; `now`
 * is epoch milliseconds, `draw` in [0, 1).
 */
export const judge = (
  end: AttemptEnd,
  { delaysMs, draw, made, now, rejectOn }: {
    readonly delaysMs: ReadonlyArray<number>
    readonly made: number
    readonly now: number
    readonly draw: number
    readonly rejectOn?: ReadonlyArray<number> | undefined
  }
): Next => {
  const response = end._tag === "Answered" ? end.response : undefined
  if (response !== undefined && isSuccess(response.status, rejectOn)) return Next.Delivered()
  if (response?.status === 410) return Next.Gone()
  const wait = response !== undefined && asksToWait(response.status)
    ? retryAfterMs(response.headers["retry-after"], now)
    : undefined
  const afterMs = delayAfter(delaysMs, made, draw, wait)
  return afterMs === undefined ? Next.Exhausted() : Next.Retry({ afterMs })
}
