/** Changes an order outside of any run: `PATCH /v1/orders/{id}`. Contract: sections 3, 6 (OrderPatch) and 7. */
import { OrderId } from "@sluice/domain/identity/Ids"
import { inTurns, isLarge, largeLength, measured, turnFor, turnOf } from "@sluice/domain/internal/json/LargeText"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { Json } from "@sluice/domain/json/Json"
import { nextVersionSteps } from "@sluice/domain/order/Order"
import { decodePatch, decodeSteps, isBlocked, mergePatch, mergePatchSteps } from "@sluice/domain/order/OrderPatch"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { type Document, Journal, type JournalUnavailable, type OrderNotFound } from "../journal/Journal.ts"
import { documentOf, writeInTurns } from "../steps/DocumentText.ts"

/** The patch does not fit an order. Nothing was changed. */
export class InvalidPatch extends Schema.TaggedError<InvalidPatch>()("InvalidPatch", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** The order is no longer at the version that the client knows. */
export class VersionMismatch extends Schema.TaggedError<VersionMismatch>()("VersionMismatch", {
  orderId: OrderId,
  expected: Schema.Int,
  actual: Schema.Int
}) {}

/** The order is read-only, and the patch does not lift that. */
export class OrderReadOnly extends Schema.TaggedError<OrderReadOnly>()("OrderReadOnly", { orderId: OrderId }) {}

export class EditOrder extends Context.Service<EditOrder, {
  /**
   * Merges a patch onto the newest version and stores the result; a patch that changes nothing makes no version.
   * With `ifVersion` only onto that one.
   */
  readonly patch: (
    orderId: string,
    patch: Json,
    ifVersion?: number
  ) => Effect.Effect<Document, InvalidPatch | VersionMismatch | OrderReadOnly | OrderNotFound | JournalUnavailable>
}>()("@sluice/engine/EditOrder") {
  static readonly layer = Layer.effect(EditOrder, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const journal = yield* Journal
  const clock = yield* Clock.Clock

  const patch = Effect.fnUntraced(function*(orderId: string, json: Json, ifVersion?: number) {
    const own = turnOf(json)
    yield* own
    const decoded = isLarge(json) ? yield* inTurns(decodeSteps(json, "api")) : decodePatch(json, "api")
    if ("faults" in decoded) return yield* new InvalidPatch({ faults: decoded.faults })
    if (isLarge(json)) measured(decoded.patch, largeLength)
    while (true) {
      const document = yield* journal.document(orderId)
      yield* own
      yield* turnFor(document.text.length)
      const { order } = document
      const id = OrderId.make(order.id)
      if (ifVersion !== undefined && order.version !== ifVersion) {
        return yield* new VersionMismatch({ orderId: id, expected: ifVersion, actual: order.version })
      }
      if (isBlocked(order, decoded.patch)) return yield* new OrderReadOnly({ orderId: id })
      const merged = isLarge(json) || document.text.length >= largeLength
        ? yield* inTurns(mergePatchSteps(order, decoded.patch, { ignoreReadOnly: true }))
        : mergePatch(order, decoded.patch, { ignoreReadOnly: true })
      if (merged.changes.length === 0) return document
      const at = isoOf(clock.currentTimeMillisUnsafe())
      const next = yield* inTurns(nextVersionSteps(merged.order, order.version, at))
      const written = documentOf(next, document, decoded.patch)
      yield* writeInTurns(written, merged.changes) ?? Effect.void
      const stored = yield* journal.edit(orderId, { seen: order.version, document: written, before: order }, [{
        at,
        operation: "OrderPatched",
        message: `changed ${merged.changes.map(({ path }) => path.slice(1)).join(", ")}`,
        source: "api",
        before: Object.fromEntries(merged.changes.map(({ path, before }) => [path.slice(1), before ?? null])),
        after: Object.fromEntries(merged.changes.map(({ path, after }) => [path.slice(1), after ?? null]))
      }])
      if (stored._tag === "Committed") return written
    }
  })

  return EditOrder.of({ patch })
})
