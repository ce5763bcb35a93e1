import { assert, describe, it } from "@effect/vitest"
import { inForce, rotationMs, Signature } from "@sluice/http-client/Signature"
import { Clock, Effect, Redacted } from "effect"
import { Webhook } from "standardwebhooks"

const old = `whsec_${Buffer.alloc(24, 1).toString("base64")}`
const fresh = `whsec_${Buffer.alloc(32, 2).toString("base64")}`
const other = `whsec_${Buffer.alloc(32, 3).toString("base64")}`
const body = "{\"id\":\"ORD-1\",\"name\":\"Zoë\"}"

const headersOf = Effect.fnUntraced(function*(secrets: ReadonlyArray<string>, timestamp: number) {
  const { sign } = yield* Signature
  const message = { id: "msg-1", timestamp, body: Buffer.from(body) }
  return {
    "webhook-id": "msg-1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": yield* sign(message, secrets.map((secret) => Redacted.make(secret)))
  }
})

describe("Signature", () => {
  it.live("is accepted by the official verifier with each secret that signed, and with no other", () =>
    Effect.gen(function*() {
      const headers = yield* headersOf([fresh, old], Math.floor((yield* Clock.currentTimeMillis) / 1000))
      for (const secret of [fresh, old]) {
        assert.deepStrictEqual(new Webhook(secret).verify(body, headers), JSON.parse(body))
      }
      assert.throws(() => new Webhook(other).verify(body, headers))
      assert.throws(() => new Webhook(fresh).verify(`${body} `, headers))
    }).pipe(Effect.provide(Signature.layerWebCrypto)))

  it.effect("matches the specification's example", () =>
    Effect.gen(function*() {
      const { sign } = yield* Signature
      const signature = yield* sign({
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: 1614265330,
        body: Buffer.from("{\"test\": 2432232314}")
      }, [Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
      assert.strictEqual(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }).pipe(Effect.provide(Signature.layerWebCrypto)))

  it("has both secrets for 24 hours after a rotation", () => {
    const secrets = [{ secret: Redacted.make(fresh) }, { secret: Redacted.make(old), until: rotationMs }]
    assert.strictEqual(inForce(secrets, rotationMs - 1).length, 2)
    assert.deepStrictEqual(inForce(secrets, rotationMs).map(Redacted.value), [fresh])
  })
})
