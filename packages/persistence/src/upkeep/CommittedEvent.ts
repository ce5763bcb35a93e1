/**
 * An event that was committed and must have deliveries; the events of a run's end are derived by the domain's rules.
 */
import { completionOf } from "@sluice/domain/internal/order/Completion"
import type { CustomerChange } from "@sluice/domain/order/Customer"
import type { Order } from "@sluice/domain/order/Order"

export interface CommittedEvent {
  /** Epoch milliseconds. */
  readonly at: number
  readonly type: string
  /** The number of messages that the event causes. */
  readonly count: number
  /** Absent for reported events. */
  readonly orderId?: string
  /** A hyphenated UUID, where the event names its message. */
  readonly messageId?: string
  /** The timeline entry that the message names, where that distinguishes it from others of the order. */
  readonly cause?: string
}

/** A completed run of an order that may change its customer, subscriptions or entitlements. */
export interface Ending {
  readonly orderId: string
  readonly at: number
  /** True if no run over the order had completed before. */
  readonly isFirst: boolean
  /** The order as it was at the end. */
  readonly order: Order
}

/** A stored customer. */
export interface KnownCustomer {
  /** `id:<customerId>` or `email:<address>`, by which it was created. */
  readonly key: string
  readonly id: string
  readonly email: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

const keyOf = ({ customerId, email }: CustomerChange): string =>
  customerId === undefined ? `email:${email}` : `id:${customerId}`

/** True if the customer existed at `at`. If its e-mail address was written since, the check is skipped. */
const wasThere = (
  { customerId, email }: CustomerChange,
  known: ReadonlyArray<KnownCustomer>,
  at: number,
  margin: number
): boolean =>
  known.some((one) =>
    one.createdAt < at - margin && (customerId === undefined
      ? one.key === `email:${email}` || (one.email === email && one.updatedAt <= at)
      : one.id === customerId)
  )

interface Surroundings {
  readonly known: ReadonlyArray<KnownCustomer>
  /** The largest difference between the clocks of processes, in milliseconds. */
  readonly margin: number
  /** True if two ends concern one customer in one millisecond, so that their order is unknown. */
  readonly isTied: (change: CustomerChange, at: number) => boolean
}

const customerType = (
  ending: Ending,
  change: CustomerChange,
  creates: boolean,
  { isTied, known, margin }: Surroundings
): string | undefined => {
  if (!creates) return wasThere(change, known, ending.at, margin) ? "customer.updated" : undefined
  if (!ending.isFirst) return undefined
  const created = known.some(({ createdAt, key }) => key === keyOf(change) && createdAt === ending.at)
  if (created && isTied(change, ending.at)) return undefined
  return created ? "customer.created" : "customer.updated"
}

const noId = () => "00000000-0000-7000-8000-000000000000"

/** The customer whom the end of a run may concern. */
export const customerOfEnding = ({ order }: Ending): CustomerChange | undefined => completionOf(order, noId)?.customer

const eventsOf = (ending: Ending, surroundings: Surroundings): ReadonlyArray<CommittedEvent> => {
  const completion = completionOf(ending.order, noId)
  if (completion === undefined) return []
  const { createsCustomer, customer, subscriptions } = completion
  const type = customer === undefined
    ? undefined
    : customerType(ending, customer, createsCustomer, surroundings)
  const made = ending.isFirst ? subscriptions : []
  const counts: ReadonlyArray<readonly [type: string | undefined, count: number]> = [
    [type, 1],
    ["subscription.created", made.length],
    ["entitlements.updated", made.filter(({ entitlements }) => entitlements.length > 0).length]
  ]
  return counts.flatMap(([type, count]) =>
    type === undefined || count === 0 ? [] : [{ at: ending.at, type, count, orderId: ending.orderId }]
  )
}

/** The messages about customers, subscriptions and entitlements that these ends cause. `margin` in milliseconds. */
export const eventsOfEndings = (
  endings: ReadonlyArray<Ending>,
  known: ReadonlyArray<KnownCustomer>,
  margin: number
): ReadonlyArray<CommittedEvent> => {
  const times = Map.groupBy(endings, (ending) => {
    const change = customerOfEnding(ending)
    return change === undefined ? undefined : `${ending.at} ${keyOf(change)}`
  })
  const isTied = (change: CustomerChange, at: number) => (times.get(`${at} ${keyOf(change)}`)?.length ?? 0) > 1
  return endings.flatMap((ending) => eventsOf(ending, { known, margin, isTied }))
}
