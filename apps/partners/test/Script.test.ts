import { assert, describe, it } from "@effect/vitest"
import { orderSeen } from "@sluice/partners/OrderSeen"
import type { PartnerRequest } from "@sluice/partners/Partner"
import { makeAccounts } from "@sluice/partners/partner/Accounts"
import { makeChaotic } from "@sluice/partners/partner/Chaotic"
import { makeForgetful } from "@sluice/partners/partner/Forgetful"
import { makeZuora } from "@sluice/partners/partner/zuora/Zuora"
import { summary } from "@sluice/partners/Reply"
import { scriptable } from "@sluice/partners/Scriptable"

const asked = (over: Partial<PartnerRequest> & { readonly id?: string } = {}): PartnerRequest => {
  const body = JSON.stringify({ id: over.id ?? "o-1" })
  return { method: "POST", path: "/x", headers: {}, body, receivedAt: 0, order: orderSeen(body), number: 1, ...over }
}

const scripted = (items: unknown) => {
  const partner = scriptable(makeForgetful())
  const put = partner.script.reply(asked({ method: "PUT", path: "/script", body: JSON.stringify(items) }))
  return { partner, put, said: (request: PartnerRequest) => summary(partner.reply(request)) }
}

describe("a script", () => {
  it("scripts one request after the other, and then the partner behaves as usual", () => {
    const { put, partner, said } = scripted([
      "503",
      "reset",
      { status: 418, headers: { "X-A": "b" }, body: { a: 1 } },
      "ok"
    ])
    assert.strictEqual(summary(put!), "204")
    assert.deepStrictEqual([said(asked()), said(asked())], ["503", "reset"])
    assert.deepInclude(partner.reply(asked()), {
      status: 418,
      contentType: "application/json",
      headers: { "x-a": "b" },
      body: `{"a":1}`
    })
    assert.deepStrictEqual([said(asked()), said(asked())], ["200", "200"])
  })

  it("keeps an entry for the order and the path that it names", () => {
    const { said } = scripted([{ do: "503", order: "o-2" }, { do: "404", path: "/y" }])
    assert.deepStrictEqual(
      [asked(), asked({ id: "o-2" }), asked({ id: "o-2" }), asked({ path: "/y" })].map(said),
      ["200", "503", "200", "404"]
    )
  })

  it.each([[["lock"], `no such word: "lock"`], [{ a: 1 }, "a script is a list"], [
    [{ status: 99 }],
    `needs a "status"`
  ]])(
    "that cannot be read is a 400, and changes nothing: %j",
    (items, message) => {
      const { partner, put } = scripted(items)
      assert(put?._tag === "Answer")
      assert.strictEqual(put.status, 400)
      assert.include(put.body, JSON.stringify(message).slice(1, -1))
      assert.deepStrictEqual(partner.script.left(), [])
    }
  )

  it("accepts a partner's own behaviours beside the common ones", () => {
    const zuora = scriptable(makeZuora())
    zuora.script.put(["lock", "cut", "429"])
    assert.deepStrictEqual(zuora.script.left(), ["lock", "cut", "429"])
  })
})

describe("what partners make up", () => {
  it("depends on the seed alone", () => {
    const thrown = (seed: number) =>
      Array.from({ length: 40 }, (_, i) => summary(makeChaotic(seed).reply(asked({ number: i + 1 }))))
    assert.deepStrictEqual(thrown(7), thrown(7))
    assert.notDeepEqual(thrown(7), thrown(8))
    assert.isAtLeast(new Set(thrown(7)).size, 4, "every way of being unwell comes up")
    const opened = (seed: number) => makeForgetful(seed).reply(asked())
    assert.deepInclude(opened(1), { body: `{"accountId":"ACC-1"}` })
    assert.deepInclude(opened(2), { body: `{"accountId":"ACC-1000001"}` })
  })

  it("is repeated for the same key by the partner `accounts`, and not by `forgetful`", () => {
    const [accounts, forgetful] = [makeAccounts(), makeForgetful()]
    const headers = { "idempotency-key": "k" }
    assert.deepStrictEqual(accounts.reply(asked({ headers })), accounts.reply(asked({ headers })))
    assert.strictEqual(summary(accounts.reply(asked({ headers, id: "o-2" }))), "422")
    assert.notDeepEqual(forgetful.reply(asked({ headers })), forgetful.reply(asked({ headers })))
  })
})
