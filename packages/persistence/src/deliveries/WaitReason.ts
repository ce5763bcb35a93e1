/** The reason for which a pending delivery is not attempted at this moment, in words. Pure. Contract: section 9. */
import { deliveryId } from "@sluice/domain/identity/Ids"
import type { DeliveryState } from "@sluice/domain/webhook/Delivery"
import { type PartnerLimits, waitText } from "@sluice/http-client/internal/PartnerTurns"

export interface Waiting {
  readonly state: DeliveryState
  /** Null where no attempt is on its way. */
  readonly claim: string | null
  /** The delivery of the same order that has to end first. */
  readonly blocked_by: string | null
  /** The messages a second that its endpoint accepts, where the delivery is due and waits only for its turn. */
  readonly rate: number | null
  readonly attempts: number
}

/** The reason in words. `host`: the delivery's destination; `paused`: the paused partners by host. */
export const waitReason = (
  { attempts, blocked_by, claim, rate, state }: Waiting,
  host: string | undefined,
  paused: ReadonlyMap<string, PartnerLimits>
): string | undefined => {
  if (state !== "pending" || claim !== null) return undefined
  if (blocked_by !== null) return `waits for ${deliveryId(blocked_by)} of the same order to end`
  const limits = host === undefined ? undefined : paused.get(host)
  if (host !== undefined && limits !== undefined) return waitText(host, limits)
  if (rate !== null) return `waits for its turn: its endpoint takes ${rate} messages a second`
  return attempts > 0 ? "the last attempt failed; the next one comes with its schedule" : undefined
}
