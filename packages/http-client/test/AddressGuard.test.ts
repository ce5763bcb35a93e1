import { assert, describe, it } from "@effect/vitest"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Result, Schema } from "effect"

const networks = (setting: string) => Result.getOrThrow(AddressGuard.parseNetworks(setting))
const guard = AddressGuard.make([])
const lenient = AddressGuard.make(networks("0.0.0.0/0,::/0"))

type Octets = [number, number, number, number]

describe("AddressGuard", () => {
  it.each([
    ["http://8.8.8.8/", undefined],
    ["https://example.com/", undefined],
    ["http://localhost:8080/", undefined],
    ["http://[2606:4700::1111]/", undefined],
    ["http://[::ffff:8.8.8.8]/", undefined],
    ["http://[64:ff9b::8.8.8.8]/", undefined],
    ["http://[2002:808:808::1]/", undefined],
    ["http://127.0.0.1/", "127.0.0.1/32"],
    ["http://127.0.0.1./", "127.0.0.1/32"],
    ["http://2130706433/", "127.0.0.1/32"],
    ["http://0x7f.1/", "127.0.0.1/32"],
    ["http://0177.0.0.1/", "127.0.0.1/32"],
    ["http://127.1/", "127.0.0.1/32"],
    ["http://１２７.0.0.1/", "127.0.0.1/32"],
    ["http://%31%32%37.0.0.1/", "127.0.0.1/32"],
    ["http://user:secret@127.0.0.1:80/", "127.0.0.1/32"],
    ["http://[::1]/", "::1/128"],
    ["http://[0:0:0:0:0:0:0:1]/", "::1/128"],
    ["http://[::]/", "::/128"],
    ["http://[::ffff:127.0.0.1]/", "127.0.0.1/32"],
    ["http://[::ffff:7f00:1]/", "127.0.0.1/32"],
    ["http://[::127.0.0.1]/", "127.0.0.1/32"],
    ["http://[64:ff9b::10.1.2.3]/", "10.1.2.3/32"],
    ["http://[2002:a01:203::1]/", "10.1.2.3/32"],
    ["http://[64:ff9b:1::1]/", "64:ff9b:1::1/128"],
    ["http://0/", "0.0.0.0/32"],
    ["http://0.1.2.3/", "0.1.2.3/32"],
    ["http://10.255.255.255/", "10.255.255.255/32"],
    ["http://172.31.0.1/", "172.31.0.1/32"],
    ["http://172.32.0.1/", undefined],
    ["http://192.168.1.1/", "192.168.1.1/32"],
    ["http://169.254.1.1/", "169.254.1.1/32"],
    ["http://100.64.0.1/", "100.64.0.1/32"],
    ["http://100.128.0.1/", undefined],
    ["http://224.0.0.1/", "224.0.0.1/32"],
    ["http://255.255.255.255/", "255.255.255.255/32"],
    ["http://240.0.0.1/", "240.0.0.1/32"],
    ["http://198.19.0.1/", "198.19.0.1/32"],
    ["http://203.0.113.9/", "203.0.113.9/32"],
    ["http://[fd12::1]/", "fd12::1/128"],
    ["http://[fe80::1]/", "fe80::1/128"],
    ["http://[ff02::1]/", "ff02::1/128"],
    ["http://[2001::1]/", "2001::1/128"],
    ["http://[2001:db8::1]/", "2001:db8::1/128"],
    ["http://[4000::1]/", "4000::1/128"]
  ])("%s is allowed by %s", (url, entry) => {
    const refusal = guard.refuseUrl(url)
    if (entry === undefined) return assert.isUndefined(refusal)
    assert.include(refusal, `add ${entry} to SLUICE_ALLOW_NETWORKS`)
    assert.notInclude(refusal, "secret")
    assert.isUndefined(AddressGuard.make(networks(entry)).refuseUrl(url))
  })

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://2852039166/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.internal./"
  ])("%s is refused whatever is allowed", (url) => assert.include(lenient.refuseUrl(url), "no setting allows"))

  /** Every way to write an IPv4 address inside an IPv6 one, from its octets; whether it stands for nothing else. */
  const embeddings: ReadonlyArray<
    readonly [string, isItself: boolean, (a: number, b: number, c: number, d: number) => string]
  > = [
    ["mapped", true, (...octets) => `::ffff:${octets.join(".")}`],
    ["translated", true, (...octets) => `::ffff:0:${octets.join(".")}`],
    ["compatible", true, (...octets) => `::${octets.join(".")}`],
    ["NAT64", true, (...octets) => `64:ff9b::${octets.join(".")}`],
    ["6to4", true, (a, b, c, d) => `2002:${word(a, b)}:${word(c, d)}::1`],
    ["ISATAP, local identifier", false, (...octets) => `2a00:1450::5efe:${octets.join(".")}`],
    ["ISATAP, global identifier", false, (...octets) => `2a00:1450::200:5efe:${octets.join(".")}`],
    ["local-use NAT64, /48", false, (a, b, c, d) => `64:ff9b:1:${word(a, b)}:${word(0, c)}:${word(d, 0)}::`],
    ["local-use NAT64, /56", false, (a, b, c, d) => `64:ff9b:1:${word(0, a)}:${word(0, b)}:${word(c, d)}::`],
    ["local-use NAT64, /64", false, (a, b, c, d) => `64:ff9b:1:0:${word(0, a)}:${word(b, c)}:${word(d, 0)}:0`],
    ["local-use NAT64, /96", false, (...octets) => `64:ff9b:1::${octets.join(".")}`],
    ["Teredo's server", false, (a, b, c, d) => `2001:0:${word(a, b)}:${word(c, d)}::1`],
    ["Teredo's client", false, (a, b, c, d) => `2001::${word(a ^ 255, b ^ 255)}:${word(c ^ 255, d ^ 255)}`]
  ]
  const word = (high: number, low: number) => (high << 8 | low).toString(16)

  describe.each(embeddings)("%s", (_, isItself, embed) => {
    it.each<Octets>([[169, 254, 169, 254], [169, 254, 170, 2], [100, 100, 100, 200], [168, 63, 129, 16]])(
      "carries the metadata address %s.%s.%s.%s, which stays refused whatever is allowed",
      (a, b, c, d) => assert.include(lenient.refuseUrl(`http://[${embed(a, b, c, d)}]/`), "no setting allows")
    )

    it.each<Octets>([[127, 0, 0, 1], [10, 1, 2, 3], [192, 168, 0, 1], [100, 64, 0, 1], [0, 0, 1, 1]])(
      "carries %s.%s.%s.%s, which is refused until it is allowed",
      (a, b, c, d) => {
        const url = `http://[${embed(a, b, c, d)}]/`
        const [, entry = ""] = /add (\S+) to SLUICE_ALLOW_NETWORKS/.exec(guard.refuseUrl(url) ?? "") ?? []
        if (isItself) assert.strictEqual(entry, `${[a, b, c, d].join(".")}/32`)
        assert.isUndefined(AddressGuard.make(networks(entry)).refuseUrl(url))
      }
    )
  })

  it.each([["file:///etc/passwd", "scheme is file"], ["ftp://example.com/", "scheme is ftp"], [
    "nonsense",
    "cannot be read"
  ], ["", "cannot be read"]])(
    "%s is never sent",
    (url, reason) => assert.include(lenient.refuseUrl(url), reason)
  )

  it("says which name resolved to a refused address", () => {
    assert.strictEqual(
      guard.refuseAddress("10.0.0.7", "partner.example"),
      "partner.example resolves to 10.0.0.7, which is a private address; add 10.0.0.7/32 to SLUICE_ALLOW_NETWORKS to allow it"
    )
  })

  it("reads a list of networks and ignores blanks", () => {
    assert.deepStrictEqual(networks(" 127.0.0.0/8, ::1/128 ,").map(String), ["127.0.0.0/8", "::1/128"])
    assert.deepStrictEqual(networks(""), [])
  })

  it.each([
    ["127.0.0.1", "write 127.0.0.1/32"],
    ["127.0.0.1/8", "write 127.0.0.0/8"],
    ["10.0.0.0/33", "like 10.0.0.0/8"],
    ["::1/64", "write ::/64"],
    ["localhost", "like 10.0.0.0/8"]
  ])("names %s and the remedy", (entry, mend) => {
    const failure = Result.getOrThrow(Result.flip(AddressGuard.parseNetworks(`10.0.0.0/8,${entry}`)))
    assert.strictEqual(failure.entry, entry)
    assert.include(failure.message, `"${entry}"`)
    assert.include(failure.message, mend)
  })

  const octet = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  const firstOctet = Schema.Union([Schema.Literals([0, 10, 100, 127, 169, 172, 192, 198, 224]), octet])
  it.prop(
    "decides the same for an address and every form that contains it",
    [Schema.Tuple([firstOctet, octet, octet, octet]), Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 32 }))],
    ([octets, prefix]) => {
      const plain = octets.join(".")
      const hex = (at: number) => ((octets[at]! << 8) | octets[at + 1]!).toString(16)
      const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0
      const network = ((octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]) & mask) >>> 0
      const cover = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join(".") + `/${prefix}`
      for (const judge of [guard, AddressGuard.make(networks(cover))]) {
        const answer = judge.refuseUrl(`http://${plain}/`)
        const carriers = [`[::ffff:${plain}]`, `[64:ff9b::${plain}]`, `[2002:${hex(0)}:${hex(2)}::1]`]
        for (const carrier of carriers) {
          const carried = judge.refuseUrl(`http://${carrier}/`)
          assert.strictEqual(carried === undefined, answer === undefined, `${carrier} against ${plain}`)
        }
        if (judge !== guard && answer !== undefined) assert.include(answer, "no setting allows")
      }
    }
  )
})
