import { assert, describe, it } from "@effect/vitest"
import { bodyOf, eventTypes } from "@sluice/api/internal/webhooks/EventTypes"
import { operationalTypes, webhookTypes } from "@sluice/domain/webhook/WebhookType"
import { Schema } from "effect"

describe("the description of a webhook", () => {
  for (const { description, example, type } of eventTypes) {
    it(`of type ${type} has an example that its schema accepts`, () => {
      const decode = Schema.decodeUnknownSync(bodyOf(type) as Schema.Codec<unknown>)
      assert.doesNotThrow(() => decode(example))
      assert.match(description, /^[A-Z].*\.$/)
    })
  }

  it("is there for every type that an endpoint can subscribe to", () => {
    assert.deepStrictEqual(eventTypes.map(({ type }) => type), [...webhookTypes])
  })

  it("of an operational event requires a moment and a reason that is not empty", () => {
    for (const type of operationalTypes) {
      const decode = Schema.decodeUnknownSync(bodyOf(type) as Schema.Codec<unknown>)
      const { example } = eventTypes.find((one) => one.type === type) ?? {}
      assert.throws(() => decode({ ...example as object, reason: "" }))
      assert.throws(() => decode({ ...example as object, at: undefined }))
    }
  })
})
