/**
 * Submits an order, from the request's headers and body to its answer: shared by the API's route and the direct path
 * (`DirectIntake`), so that both obey the same rules. Contract: section 7, `POST /v1/orders`.
 */
import { readTraceparent } from "@sluice/domain/identity/TraceSpan"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Intake, type InvalidOrder } from "@sluice/engine/commands/Intake"
import { Context, Effect, Layer, Tracer } from "effect"
import type { HttpServerResponse } from "effect/http"
import { AcceptedResponse } from "../wire/AcceptedResponse.ts"
import type { SentHeaders } from "../wire/Body.ts"
import * as ErrorMapping from "../wire/ErrorMapping.ts"
import * as Preconditions from "../wire/Preconditions.ts"

/** The expected body, as the refusal of another body names it. */
export const asked = "the order"

/** The shop's own span, for the order's trace to link to. */
const causedBy = (header: string | undefined) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const caller = header === undefined ? undefined : readTraceparent(header)
  return caller === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, Tracer.externalSpan(caller))
}

const problems = {
  ...ErrorMapping.ofIntake,
  InvalidOrder: ({ faults }: InvalidOrder) => Effect.fail(ErrorMapping.invalid(faults))
}

const make = Effect.gen(function*() {
  const intake = yield* Intake
  const receipts = yield* AcceptedResponse

  return Effect.fnUntraced(function*<E>(
    headers: SentHeaders,
    shipment: string | undefined,
    readBody: Effect.Effect<JsonObject, E>
  ) {
    const wait = yield* Preconditions.wait(headers["prefer"])
    const idempotencyKey = yield* Preconditions.idempotencyKey(headers["idempotency-key"])
    const shipmentId = yield* Preconditions.shipmentId(shipment)
    const body = yield* readBody
    // Bounded by the journal itself: this is the hot path, and a timer of its own would cost it a fiber.
    const submission = intake.submit({
      body,
      ...(shipmentId !== undefined && { shipmentId }),
      ...(idempotencyKey !== undefined && { idempotencyKey })
    })
    const receipt = yield* receipts.submitted(submission, wait).pipe(
      Effect.catchTags(problems),
      causedBy(headers["traceparent"])
    )
    return yield* receipts.answer(receipt, wait)
  })
})

export class OrderSubmission extends Context.Service<OrderSubmission, {
  /**
   * Submits an order, with `Prefer`, `Idempotency-Key` and `traceparent`. `readBody` runs once the headers and the
   * shipment are found valid. Each failure is a problem.
   */
  readonly submit: <E>(
    headers: SentHeaders,
    shipment: string | undefined,
    readBody: Effect.Effect<JsonObject, E>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, E | ErrorMapping.IntakeProblem>
}>()("@sluice/server/intake/OrderSubmission") {
  static readonly layer = Layer.effect(OrderSubmission, Effect.map(make, (submit) => ({ submit })))
}
