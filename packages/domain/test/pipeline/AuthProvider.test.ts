import { assert, describe, it } from "@effect/vitest"
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import { appliesTo } from "@sluice/domain/pipeline/AuthProvider"
import { Redacted } from "effect"

const applies = (domain: string, url: string) => {
  const parsed = parseHttpUrl(url)
  return parsed !== undefined && appliesTo({ name: "a", domain, type: "bearer", token: Redacted.make("t") }, parsed)
}

describe("the domain of an auth provider", () => {
  it.each<[string, string, boolean]>([
    ["partner.example", "https://partner.example/x", true],
    ["Partner.EXAMPLE", "https://partner.example/x", true],
    ["partner.example", "https://PARTNER.example:8443/x", true],
    ["partner.example", "https://a.partner.example/x", false],
    ["partner.example", "https://partner.example.evil.example/x", false],
    ["partner.example:80", "http://partner.example/x", true],
    ["partner.example:80", "http://partner.example:80/x", true],
    ["partner.example:80", "https://partner.example/x", false],
    ["partner.example:443", "https://partner.example/x", true],
    ["partner.example:443", "http://partner.example:443/x", true],
    ["partner.example:443", "http://partner.example/x", false],
    ["partner.example:8443", "https://partner.example:8443/x", true],
    ["partner.example:8443", "https://partner.example/x", false],
    ["bücher.example", "https://xn--bcher-kva.example/x", true],
    ["xn--bcher-kva.example", "https://bücher.example/x", true],
    ["BÜCHER.example:443", "https://bücher.example/x", true],
    ["[2001:db8::1]", "https://[2001:0DB8:0:0:0:0:0:1]/x", true],
    ["[2001:DB8:0:0::1]:8443", "https://[2001:db8::1]:8443/x", true],
    ["[2001:db8::1]", "https://[2001:db8::2]/x", false],
    ["127.0.0.1:9401", "http://127.0.0.1:9401/x", true],
    ["127.1", "http://127.0.0.1:9401/x", true],
    ["partner.example/x", "https://partner.example/x", false]
  ])("%s applies to %s: %s", (domain, url, expected) => {
    assert.strictEqual(applies(domain, url), expected)
  })
})
