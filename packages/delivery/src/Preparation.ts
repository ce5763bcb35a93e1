/**
 * Prepares the body for an endpoint: the message, or the result of the endpoint's template; nothing if its filter
 * excludes it.
 */
import { readJson, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isTrue } from "@sluice/domain/internal/json/Truth"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { isObject, type JsonUnreadable } from "@sluice/domain/json/Json"
import { testType } from "@sluice/domain/webhook/Delivery"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { Data, Effect, Result } from "effect"
import type { ClaimedDelivery, unpreparedCodes } from "./DeliveryStore.ts"
import { Destinations } from "./Destinations.ts"
import { MessageExpressions } from "./MessageExpressions.ts"

export type Preparation = Data.TaggedEnum<{
  /** The body to send. `changed`: it differs from the message's own bytes. */
  Ready: { readonly body: Uint8Array; readonly changed: boolean }
  Filtered: {}
  Failed: { readonly code: (typeof unpreparedCodes)[number]; readonly message: string }
}>
export const Preparation = Data.taggedEnum<Preparation>()

/** The expression's scope: the message's members, its `type`, and an order also under its own name. */
const scopeOf = ({ type, body }: ClaimedDelivery): Effect.Effect<Readonly<Record<string, unknown>>, JsonUnreadable> =>
  Effect.map(readJson(Utf8.decode(body)), (message) => {
    if (!isObject(message)) return { type, message }
    return { type, ...(type.startsWith("order.") && { order: message }), ...message }
  })

export const make = Effect.gen(function*() {
  const expressions = yield* MessageExpressions
  const destinations = yield* Destinations

  const evaluate = (source: string, delivery: ClaimedDelivery, endpoint: WebhookEndpoint) =>
    Effect.result(
      Effect.flatMap(
        scopeOf(delivery),
        (scope) => expressions.evaluate(source, scope, delivery.createdAt, endpoint.id)
      ).pipe(
        // A message that cannot be read is the template's failure, not the queue's.
        Effect.catchDefect((defect) => Effect.fail({ message: String(defect) }))
      )
    )

  const ready = (sent: Uint8Array, { body }: ClaimedDelivery): Preparation => {
    const shown = destinations.redactor().bytes(sent)
    return Preparation.Ready({ body: shown, changed: shown !== body })
  }

  const shaped = Effect.fnUntraced(function*(delivery: ClaimedDelivery, endpoint: WebhookEndpoint) {
    // A test send ignores the filter.
    if (endpoint.filter !== undefined && delivery.type !== testType) {
      const answer = yield* evaluate(endpoint.filter, delivery, endpoint)
      if (Result.isFailure(answer)) return Preparation.Failed({ code: "filter", message: answer.failure.message })
      if (!isTrue(answer.success)) return Preparation.Filtered()
    }
    if (endpoint.payload === undefined) return ready(delivery.body, delivery)
    const answer = yield* evaluate(endpoint.payload, delivery, endpoint)
    if (Result.isFailure(answer)) return Preparation.Failed({ code: "payload", message: answer.failure.message })
    return answer.success === undefined
      ? Preparation.Failed({ code: "payload", message: "the payload template yields nothing" })
      : ready(Utf8.encode(yield* writeJson(answer.success)), delivery)
  })

  return (delivery: ClaimedDelivery, endpoint: WebhookEndpoint): Effect.Effect<Preparation> => {
    if (delivery.frozen) return Effect.succeed(Preparation.Ready({ body: delivery.body, changed: false }))
    return endpoint.filter === undefined && endpoint.payload === undefined
      ? Effect.sync(() => ready(delivery.body, delivery))
      : shaped(delivery, endpoint)
  }
})
