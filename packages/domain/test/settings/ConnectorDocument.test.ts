import { assert, describe, it } from "@effect/vitest"
import { parseTimeSpan, readTimeout } from "@sluice/domain/internal/decode/TimeSpan"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { decodeAuthProvider } from "@sluice/domain/settings/AuthProviderDocument"
import { decodeConnector } from "@sluice/domain/settings/ConnectorDocument"
import { Redacted, Schema } from "effect"

const paths = (decoded: object) =>
  "faults" in decoded ? (decoded.faults as ReadonlyArray<{ path: string }>).map(({ path }) => path) : []

const connector = (members: JsonObject = {}): JsonObject => ({
  Name: "Webhook",
  Host: "https://p.example.com/x",
  ...members
})

const Below = (most: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most - 1 }))
const two = (value: number) => String(value).padStart(2, "0")

describe("ConnectorDocument", () => {
  it("reads the connector of the fourth seed unchanged", () => {
    const decoded = decodeConnector({
      "Name": "Webhook",
      "ConnectorId": "my-validation-service",
      "DisplayName": "Order Validation",
      "Host": "https://validation.example.com/api/validate",
      "BearerToken": "your-token-here"
    })
    if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
    assert.deepStrictEqual(decoded.document, {
      name: "Webhook",
      connectorId: "my-validation-service",
      displayName: "Order Validation",
      host: "https://validation.example.com/api/validate",
      bearerToken: "your-token-here"
    })
    assert.strictEqual(Redacted.value(decoded.connector.bearerToken!), "your-token-here")
    assert.notInclude(JSON.stringify(decoded.connector), "your-token-here")
  })

  it.each<[Json, Record<string, string>]>([
    [[{ Key: "X-A", Value: "1" }, { key: "x-b", value: "2", keyGroup: "any" }], { "X-A": "1", "x-b": "2" }],
    [{ "X-A": "1", "x-b": "2" }, { "X-A": "1", "x-b": "2" }]
  ])("accepts custom headers as a list or a map: %j", (headers, expected) => {
    const decoded = decodeConnector(connector({ CustomHeaders: headers }))
    assert.deepStrictEqual("connector" in decoded && decoded.connector.customHeaders, expected)
    assert.deepStrictEqual("document" in decoded && decoded.document.customHeaders, expected)
  })

  it.each<[Json, number | undefined]>([
    ["00:00:30", 30_000],
    ["01:02:03", 3_723_000],
    ["1:2:3", 3_723_000],
    ["00:01", 60_000],
    ["1.02:03:04.5", 93_784_500],
    ["00:00:00.0000001", 0.0001],
    [" 00:00:01.250 ", 1250],
    [1500, 1500],
    [0.5, 0.5],
    ["30", undefined],
    ["", undefined],
    ["24:00:00", undefined],
    ["00:60:00", undefined],
    ["00:00:60", undefined],
    ["00:00:01.12345678", undefined],
    ["-00:00:30", undefined],
    ["00:00:00", undefined],
    [0, undefined],
    [-1, undefined],
    [2 ** 31, undefined],
    ["25.00:00:00", undefined],
    [true, undefined],
    [[], undefined]
  ])("timeout %j is %s ms", (timeout, ms) => {
    const read = readTimeout(timeout)
    assert.strictEqual(typeof read === "number" ? read : undefined, ms)
    assert.deepStrictEqual(paths(decodeConnector(connector({ Timeout: timeout }))), ms === undefined ? ["timeout"] : [])
  })

  it.prop("reads back any TimeSpan as .NET writes it", [
    Below(1000),
    Below(24),
    Below(60),
    Below(60),
    Below(10_000_000)
  ], ([d, h, m, s, ticks]) => {
    const text = `${d === 0 ? "" : `${d}.`}${two(h)}:${two(m)}:${two(s)}${
      ticks === 0 ? "" : `.${String(ticks).padStart(7, "0")}`
    }`
    assert.approximately(parseTimeSpan(text)!, (((d * 24 + h) * 60 + m) * 60 + s) * 1000 + ticks / 10_000, 0.001)
    assert.approximately(parseTimeSpan(`-${text}`)!, -parseTimeSpan(text)!, 0)
  })

  it.each<[Json, ReadonlyArray<string>]>([
    ["x", [""]],
    [{}, ["name", "host"]],
    [connector({ Host: "ftp://x" }), ["host"]],
    [connector({ Host: "partner.example.com" }), ["host"]],
    [connector({ BearerToken: 5, EnabledForMarkets: "NOR", ConnectorId: {} }), [
      "connectorId",
      "bearerToken",
      "enabledForMarkets"
    ]],
    [connector({ BearerToken: { env: "T" } }), ["bearerToken"]],
    [connector({ CustomHeaders: "x" }), ["customHeaders"]],
    [connector({ BearerToken: null, ConnectorId: null }), []]
  ])("refuses %j at %j", (json, faults) => {
    assert.deepStrictEqual(paths(decodeConnector(json)), faults)
  })
})

describe("AuthProviderDocument", () => {
  it.each<[Json, ReadonlyArray<string>]>([
    [{ name: "a", domain: "x.example.com", type: "basic", username: "u", password: "p" }, []],
    [{ Name: "a", Domain: "localhost:8080", Type: "bearer", Token: "t" }, []],
    [{
      name: "a",
      domain: "[::1]:8080",
      type: "oauth2ClientCredentials",
      tokenUrl: "http://x/t",
      clientId: "c",
      clientSecret: "s",
      scope: "z"
    }, []],
    [{ name: "a", domain: "x", type: "bearer", token: { env: "T" } }, ["token"]],
    [[], [""]],
    [{}, ["name", "domain", "type"]],
    [{ name: "a", domain: "https://x/", type: "digest" }, ["domain", "type"]],
    [{ name: "a", domain: "u@x", type: "basic" }, ["domain", "username", "password"]],
    [{ name: "a", domain: "x", type: "oauth2ClientCredentials", tokenUrl: "x" }, [
      "tokenUrl",
      "clientId",
      "clientSecret"
    ]]
  ])("of %j the faults are at %j", (json, faults) => {
    assert.deepStrictEqual(paths(decodeAuthProvider(json)), faults)
  })

  it("omits secrets when printed, and keeps them when stored", () => {
    const decoded = decodeAuthProvider({ name: "a", domain: "x", type: "basic", username: "u", password: "hunter22" })
    if ("faults" in decoded) throw new Error("faults")
    assert.notInclude(JSON.stringify(decoded.authProvider), "hunter22")
    assert.strictEqual(decoded.document.password, "hunter22")
  })
})
