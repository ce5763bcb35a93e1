/**
 * The outcome of a journal entry: messages of its steps, the error webhook, the customer and the subscriptions of a
 * completed order. Contract: section 9.
 */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { remember } from "@sluice/domain/internal/json/KnownTexts"
import { inTurns } from "@sluice/domain/internal/json/LargeText"
import type { Steps } from "@sluice/domain/internal/json/Steps"
import { type Completion, completionOf } from "@sluice/domain/internal/order/Completion"
import { subscriptionChangeOf, subscriptionText } from "@sluice/domain/internal/order/SubscriptionChange"
import type { Order } from "@sluice/domain/order/Order"
import { prepareSubscriptions } from "@sluice/domain/order/Subscription"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { Entry } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import type { Found, Sought } from "../subscriptions/SubscriptionLookup.ts"
import type { NamedChange } from "../subscriptions/SubscriptionParts.ts"
import { type Told, toldBytes, toldOf } from "./StateEvents.ts"
import type { Subscribed } from "./Subscribed.ts"

export interface Outcome {
  readonly messages: ReadonlyArray<OutgoingMessage>
  /** The errors of a run that ends with the entry. */
  readonly errors: ReadonlyArray<PluginError>
  readonly completion: Completion | undefined
  /** The change of the subscription that a completed order names. */
  readonly named: NamedChange | undefined
  /** The order version from which `completion` and `named` were derived: on any other the entry is stale. */
  readonly seen: number | undefined
  /** The messages about the order's change and the run's end. */
  readonly told: ReadonlyArray<Told>
  /** The customers and subscriptions touched, each at most once in a statement: `ON CONFLICT DO UPDATE` refuses a second one. */
  readonly customers: ReadonlyArray<string>
}

const none: ReadonlyArray<never> = []

/** The subscription that an order names, as it was looked up for its run's end. */
export interface LookedUp {
  readonly sought: Sought
  readonly found: Found | undefined
}

const namedChange = ({ found, sought }: LookedUp): NamedChange | undefined => {
  const change = subscriptionChangeOf(sought.order, sought.target, found, newUuidUnsafe)
  return change._tag === "Unchanged" ? undefined : { sought, found, change }
}

/** The outcome that an entry brings; `undefined` for nearly every entry, and for all on the hot path. */
export const outcomeOf = (
  entry: Entry,
  subscribed: Subscribed,
  now: number,
  lookedUp?: LookedUp
): Outcome | undefined => {
  const { messages = none, finish } = entry
  const told = toldOf(entry, subscribed, now)
  const errors = finish?.errors ?? none
  const completion = finish?.state === "completed" && finish.order !== undefined
    ? completionOf(finish.order.order, newUuidUnsafe)
    : undefined
  const named = lookedUp && namedChange(lookedUp)
  if (
    messages.length === 0 && errors.length === 0 && told.length === 0 && completion === undefined
    && named === undefined
  ) return undefined
  const { customerId, email } = completion?.customer ?? {}
  return {
    messages,
    errors,
    completion,
    named,
    told,
    seen: completion === undefined && named === undefined ? undefined : finish?.order?.order.version,
    customers: [
      ...(customerId === undefined ? [] : [`id:${customerId}`]),
      ...(email === undefined ? [] : [`email:${email}`]),
      ...(named?.found === undefined ? [] : [`subscription:${named.found.id}`])
    ]
  }
}

/** Items of an order whose subscriptions are made at once: some milliseconds. */
const fewItems = 200

function* preparation(order: Order): Steps<void> {
  let made = 0
  for (const { entitlements, subscription } of yield* prepareSubscriptions(order, newUuidUnsafe)) {
    if (++made % fewItems === 0) yield
    remember(subscription, subscriptionText(subscription))
    remember(entitlements, JSON.stringify(entitlements))
  }
}

/**
 * Prepares the subscriptions, entitlements and messages of a completed order with many items, with pauses between them, so
 * that `outcomeOf` finds them made. `undefined` for any other entry.
 */
export const prepareOutcome = ({ finish }: Entry): Effect.Effect<void> | undefined => {
  if (finish?.state !== "completed") return undefined
  const order = finish.order?.order
  const items = order?.orderItems
  return order !== undefined && Array.isArray(items) && items.length > fewItems
    ? Effect.uninterruptible(inTurns(preparation(order)))
    : undefined
}

/** The approximate size that an outcome adds to its entry. */
export const outcomeBytes = ({ messages, completion, named, told }: Outcome): number =>
  toldBytes(told) + (named === undefined ? 0 : 64 * 1024) + messages.reduce((sum, { body }) =>
    sum + body.length + 1024, 0)
  + (completion?.subscriptions.length ?? 0) * 4096 + 2048
