import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import type { PartnerCheckOptions } from "@sluice/partner-check/CheckedSettings"
import { checkPartner } from "@sluice/partner-check/PartnerCheck"
import { ordinary } from "@sluice/partner-check/SampleOrders"
import { Partners } from "@sluice/partners/Partners"
import { Effect, Layer, Result } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"

const outbound = (networks: string) =>
  Credentials.layerMemory.pipe(
    Layer.provideMerge(
      OutboundUndici.layer({ guard: AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks(networks))) })
    )
  )

const checked = Effect.fnUntraced(
  function*(at: string, options: Partial<PartnerCheckOptions> = {}, networks = "127.0.0.0/8") {
    const { origins } = yield* Partners
    const [, name = "", path = "/"] = /^([a-z]+)(\/.*)?$/.exec(at) ?? []
    const report = yield* Effect.provide(
      checkPartner({
        url: origins[name] + path,
        speedSamples: 1,
        // A busy machine may take more than half of a short time, which is a finding.
        timeoutMs: 60_000,
        orders: [{ name: "one", order: ordinary }],
        ...options
      }),
      outbound(networks)
    )
    const rules = report.cases.flatMap(({ findings }) => findings.filter(({ level }) => level === "fail"))
    return [report.verdict, ...new Set(rules.map(({ rule }) => rule))].join(" ")
  }
)

describe("checking the kit's partners, over sockets", () => {
  it.live("passes the well-behaved partners and fails the others", () =>
    Effect.gen(function*() {
      const step = "calloutPlugin"
      const verdicts = yield* Effect.all({
        validation: checked("validation", { orders: [] }),
        accounts: checked("accounts", { step }),
        forgetful: checked("forgetful", { step }),
        html: checked("nonsense/html"),
        truncated: checked("nonsense/truncated"),
        slow: checked("slow/after/400", { timeoutMs: 200 }),
        flaky: checked("flaky"),
        redirect: checked("scripted/302"),
        flood: checked("scripted/flood"),
        hang: checked("scripted/hang", { timeoutMs: 50 }),
        blocked: checked("validation", {}, "")
      }, { concurrency: "unbounded" })
      assert.deepStrictEqual(verdicts, {
        validation: "ready",
        accounts: "ready",
        forgetful: "broken idempotency",
        html: "broken json",
        truncated: "broken json",
        slow: "broken speed",
        flaky: "careful",
        redirect: "broken redirect",
        flood: "broken size",
        hang: "broken speed",
        blocked: "broken reachable"
      })
    }).pipe(Effect.provide(Partners.layer)))

  it.live(
    "the control API scripts any partner, and resets all of them",
    () =>
      Effect.gen(function*() {
        const { log } = yield* Partners
        const put = (scripts: unknown) =>
          HttpClient.execute(
            HttpClientRequest.put(`${log}/script`).pipe(HttpClientRequest.bodyText(JSON.stringify(scripts)))
          )
        const first = { orders: [{ name: "one", order: { id: "o-1", orderType: "NEW_ORDER" } }] }
        assert.strictEqual((yield* put({ inbox: ["400"] })).status, 204)
        assert.strictEqual(yield* checked("inbox", first), "careful", "400 is no way to refuse")
        assert.strictEqual((yield* put({ nobody: [] })).status, 400)
        assert.strictEqual((yield* put({ inbox: ["hang"] })).status, 204)
        yield* HttpClient.execute(HttpClientRequest.post(`${log}/reset`))
        assert.strictEqual(yield* checked("inbox", first), "ready")
      }).pipe(Effect.provide([Partners.layer, NodeHttpClient.layerUndici]))
  )
})
