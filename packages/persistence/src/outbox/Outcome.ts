/**
 * The outcome of a journal entry: messages of its steps, the error webhook, the customer and the subscriptions of a
 * completed order. Contract: section 9.
 */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { type Completion, completionOf } from "@sluice/domain/internal/order/Completion"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { Entry } from "@sluice/engine/journal/Journal"
import { type Told, toldBytes, toldOf } from "./StateEvents.ts"
import type { Subscribed } from "./Subscribed.ts"

export interface Outcome {
  readonly messages: ReadonlyArray<OutgoingMessage>
  /** The errors of a run that ends with the entry. */
  readonly errors: ReadonlyArray<PluginError>
  readonly completion: Completion | undefined
  /** The order version from which `completion` was derived: on any other the entry is stale. */
  readonly seen: number | undefined
  /** The messages that tell of the change of the order and of the run's end. */
  readonly told: ReadonlyArray<Told>
  /** The customers touched, each at most once in a statement: `ON CONFLICT DO UPDATE` refuses a second one. */
  readonly customers: ReadonlyArray<string>
}

const none: ReadonlyArray<never> = []

/** `undefined` where there is nothing: nearly every entry, and every one of those that are hot. */
export const outcomeOf = (entry: Entry, subscribed: Subscribed, now: number): Outcome | undefined => {
  const { messages = none, finish } = entry
  const told = toldOf(entry, subscribed, now)
  const errors = finish?.errors ?? none
  const completion = finish?.state === "completed" && finish.order !== undefined
    ? completionOf(finish.order.order, newUuidUnsafe)
    : undefined
  if (messages.length === 0 && errors.length === 0 && told.length === 0 && completion === undefined) return undefined
  const { customerId, email } = completion?.customer ?? {}
  return {
    messages,
    errors,
    completion,
    told,
    seen: completion === undefined ? undefined : finish?.order?.order.version,
    customers: [
      ...(customerId === undefined ? [] : [`id:${customerId}`]),
      ...(email === undefined ? [] : [`email:${email}`])
    ]
  }
}

/** The approximate size that an outcome adds to its entry. */
export const outcomeBytes = ({ messages, completion, told }: Outcome): number =>
  toldBytes(told) + messages.reduce((sum, { body }) => sum + body.length + 1024, 0)
  + (completion?.subscriptions.length ?? 0) * 4096 + 2048
