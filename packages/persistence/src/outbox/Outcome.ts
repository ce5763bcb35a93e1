/**
 * What an entry of the journal leaves behind beside itself: messages of its steps, the error webhook, the customer and
 * the subscriptions of a completed order. Contract: section 9.
 */
import { type Completion, completionOf } from "@sluice/domain/internal/order/Completion"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { Entry } from "@sluice/engine/journal/Journal"
import { SecureRandom } from "effect/crypto"

export interface Outcome {
  readonly messages: ReadonlyArray<OutgoingMessage>
  /** Of a run that ends here. */
  readonly errors: ReadonlyArray<PluginError>
  readonly completion: Completion | undefined
  /** The order's version that `completion` was made of: on any other one the entry is stale. */
  readonly seen: number | undefined
  /** At most one in a statement of each: `ON CONFLICT DO UPDATE` refuses a second one. */
  readonly customers: ReadonlyArray<string>
}

const none: ReadonlyArray<never> = []

/** `undefined` where there is nothing: nearly every entry, and every one of those that are hot. */
export const outcomeOf = ({ messages = none, finish }: Entry): Outcome | undefined => {
  const errors = finish?.errors ?? none
  const completion = finish?.state === "completed" && finish.order !== undefined
    ? completionOf(finish.order.order, SecureRandom.uuidV7Unsafe)
    : undefined
  if (messages.length === 0 && errors.length === 0 && completion === undefined) return undefined
  const { customerId, email } = completion?.customer ?? {}
  return {
    messages,
    errors,
    completion,
    seen: completion === undefined ? undefined : finish?.order?.order.version,
    customers: [
      ...(customerId === undefined ? [] : [`id:${customerId}`]),
      ...(email === undefined ? [] : [`email:${email}`])
    ]
  }
}

/** What an outcome adds to the weight of its entry, roughly. */
export const outcomeBytes = ({ messages, completion }: Outcome): number =>
  messages.reduce((sum, { body }) => sum + body.length + 1024, 0)
  + (completion?.subscriptions.length ?? 0) * 4096 + 2048
