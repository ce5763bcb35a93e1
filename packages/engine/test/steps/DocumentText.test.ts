import { assert, describe, it } from "@effect/vitest"
import { textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { largeLength } from "@sluice/domain/internal/json/LargeText"
import { hostileMerges } from "@sluice/domain/internal/testing/HostileDocuments"
import type { JsonObject } from "@sluice/domain/json/Json"
import { nextVersion, type Order } from "@sluice/domain/order/Order"
import { mergePatch } from "@sluice/domain/order/OrderPatch"
import { Effect } from "effect"
import { documentOf, writeInTurns } from "../../src/steps/DocumentText.ts"

const orderOf = (members: JsonObject): Order => ({
  id: "o",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  version: 1,
  "a \"quoted\\ name": { filling: "x".repeat(largeLength) },
  ...members
})

describe("the text of a large document", () => {
  it.effect("is the JSON text of the order, whatever is merged into it, and so are its record's values", () =>
    Effect.gen(function*() {
      for (const { make, name } of hostileMerges) {
        const { order: members, patch } = make(8192)
        const order = orderOf(members)
        const before = { order, text: JSON.stringify(order) }
        const merged = mergePatch(order, patch)
        const next = nextVersion(merged.order, 1, "2026-01-02T00:00:00.000Z")
        const document = documentOf(next, before, patch)
        const turns = writeInTurns(document, merged.changes)
        assert.isDefined(turns, name)
        yield* turns ?? Effect.void
        assert.strictEqual(document.text, JSON.stringify(next), name)
        const record = { attempt: 1, patch: merged.changes, note: undefined, list: [undefined, 1] }
        assert.strictEqual(textWithKnown(record), JSON.stringify(record), name)
      }
    }))

  it("of a small document is made at once", () => {
    const { order } = { order: { ...orderOf({}), "a \"quoted\\ name": 1 } }
    assert.isUndefined(writeInTurns(documentOf(order, { order, text: JSON.stringify(order) }), []))
  })
})
