import { assert, describe, it } from "@effect/vitest"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Outbound } from "@sluice/http-client/Outbound"
import { authority, type Certificate, selfSigned } from "@sluice/http-client/testing/Certificates"
import { Effect, Redacted, Result } from "effect"
import { createServer } from "node:https"
import type { SecureVersion, TlsOptions, TLSSocket } from "node:tls"
import * as LoopbackServer from "../src/testing/LoopbackServer.ts"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

const ours = authority()
const theirs = authority("Another authority")
const good = ours.issue()

/** A partner on TLS: it answers with the names of the client's certificate, and the number of the connection. */
const partner = Effect.fnUntraced(function*({ certificate, key }: Certificate, options: TlsOptions = {}) {
  let connections = 0
  const numbers = new WeakMap<object, number>()
  const server = createServer({ cert: certificate, key, ...options }, (request, response) => {
    const { issuer } = (request.socket as TLSSocket).getPeerCertificate()
    response.end(JSON.stringify({ issuer: issuer?.CN, connection: numbers.get(request.socket) }))
  })
  server.on("secureConnection", (socket) => numbers.set(socket, ++connections))
  server.on("tlsClientError", () => {})
  return `https://127.0.0.1:${yield* LoopbackServer.listen(server)}/`
})

const get = (url: string, tls?: TlsIdentity) =>
  Effect.flatMap(Outbound, (outbound) => outbound.exchange({ method: "GET", url, headers: {}, timeoutMs: 30_000, tls }))

const json = (url: string, tls?: TlsIdentity) =>
  Effect.map(get(url, tls), ({ body }) => JSON.parse(new TextDecoder().decode(body)))

const withOutbound = (authorities: ReadonlyArray<string> = []) =>
  Effect.provide(OutboundUndici.layer({ guard, authorities }))

const trusting: TlsIdentity = { caCertificate: ours.certificate }
const client = ours.issue({ hosts: ["sluice.example"] })
const known: TlsIdentity = {
  ...trusting,
  clientCertificate: client.certificate,
  clientKey: Redacted.make(client.key)
}

describe("TLS to partners", () => {
  it.effect("a private authority is trusted where the request names it, or the process does, and nowhere else", () =>
    Effect.gen(function*() {
      const url = yield* partner(good)
      yield* Effect.gen(function*() {
        assert.strictEqual((yield* get(url, trusting)).status, 200)
        // The connection that was trusted for one request is not used for another.
        const error = yield* Effect.flip(get(url))
        assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "tls", sent: false })
        const other = yield* Effect.flip(get(url, { caCertificate: theirs.certificate }))
        assert.deepInclude(other, { _tag: "OutboundUnreachable", code: "tls", sent: false })
      }).pipe(withOutbound())
      assert.strictEqual((yield* get(url).pipe(withOutbound([ours.certificate]))).status, 200)
    }))

  it.effect.each<readonly [string, Certificate, TlsOptions, RegExp]>([
    ["has expired", ours.issue({ from: -30, to: -1 }), {}, /its certificate has expired \(CERT_HAS_EXPIRED\)/],
    ["is not valid yet", ours.issue({ from: 1, to: 30 }), {}, /its certificate is not valid yet/],
    [
      "is for another host",
      ours.issue({ hosts: ["other.example"] }),
      {},
      /its certificate is for another host: .*127\.0\.0\.1 is not in the cert's list/
    ],
    ["is self-signed", selfSigned(), {}, /its certificate is self-signed: give its authority as caCertificate/],
    ["is from another authority", theirs.issue(), {}, /from an authority that is not trusted: give its authority/],
    [
      "is behind TLS 1.1",
      good,
      { minVersion: "TLSv1", maxVersion: "TLSv1.1" as SecureVersion, ciphers: "DEFAULT@SECLEVEL=0" },
      /it speaks no TLS 1\.2 or newer/
    ]
  ])(
    "a certificate that %s is refused with a message that says so, and nothing is sent",
    ([, offered, options, words]) =>
      Effect.gen(function*() {
        const url = yield* partner(offered, options)
        const error = yield* Effect.flip(get(url, trusting))
        assert.deepInclude(error, { _tag: "OutboundUnreachable", code: "tls", sent: false })
        assert.match(error.message, words)
        assert.include(error.message, new URL(url).host)
      }).pipe(withOutbound())
  )

  it.effect.each(["TLSv1.2", "TLSv1.3"] as const)("%s is spoken", (version) =>
    Effect.gen(function*() {
      const url = yield* partner(good, { minVersion: version, maxVersion: version })
      assert.strictEqual((yield* get(url, trusting)).status, 200)
    }).pipe(withOutbound()))

  describe.each(["TLSv1.2", "TLSv1.3"] as const)("a partner that asks for client certificates over %s", (version) => {
    const asking = { requestCert: true, ca: ours.certificate, minVersion: version, maxVersion: version }

    it.effect("gets the one of the request, on connections of its own", () =>
      Effect.gen(function*() {
        const url = yield* partner(good, { ...asking, rejectUnauthorized: false })
        const anonymous = yield* json(url, trusting)
        const first = yield* json(url, known)
        // Equal settings that were loaded anew share the connection.
        const second = yield* json(url, { ...known, clientKey: Redacted.make(client.key) })
        assert.match(first.issuer, /^Sluice test authority/)
        assert.strictEqual(second.connection, first.connection)
        assert.notStrictEqual(anonymous.connection, first.connection)
        assert.isUndefined((yield* json(url, trusting)).issuer)
      }).pipe(withOutbound()))

    it.effect.each(
      [
        ["none", trusting],
        [
          "one of another authority",
          (() => {
            const { certificate, key } = theirs.issue()
            return { ...trusting, clientCertificate: certificate, clientKey: Redacted.make(key) }
          })()
        ],
        [
          "an expired one",
          (() => {
            const { certificate, key } = ours.issue({ from: -30, to: -1 })
            return { ...trusting, clientCertificate: certificate, clientKey: Redacted.make(key) }
          })()
        ]
      ] as const
    )("cannot be reached with %s", ([, identity]) =>
      Effect.gen(function*() {
        const url = yield* partner(good, { ...asking, rejectUnauthorized: true })
        const error = yield* Effect.flip(get(url, identity))
        assert.match(error._tag === "OutboundUnreachable" ? error.code : error._tag, /^(tls|reset)$/)
      }).pipe(withOutbound()))
  })
})

describe("PEM texts of an identity, before they are saved", () => {
  const other = ours.issue()
  const clientKey = Redacted.make(client.key)
  it.effect.each<readonly [string, TlsIdentity, ReadonlyArray<string>]>([
    ["a whole identity", known, []],
    ["an authority alone", trusting, []],
    ["several authorities", { caCertificate: ours.certificate + theirs.certificate }, []],
    ["a chain", { clientCertificate: client.certificate + ours.certificate, clientKey }, []],
    ["a key that stays", { clientCertificate: client.certificate, clientKey: Redacted.make("[redacted]") }, []],
    ["an authority that is none", { caCertificate: "-----BEGIN" }, ["caCertificate is no PEM certificate"]],
    ["an authority with a key", { caCertificate: ours.certificate + ours.key }, ["caCertificate holds a private key"]],
    [
      "a broken authority",
      { caCertificate: ours.certificate.replace(/\n.{8}/, "\nAAAAAAAA") },
      ["caCertificate holds a certificate that cannot be read"]
    ],
    ["a key alone", { clientKey }, ["clientCertificate is missing"]],
    ["a certificate alone", { clientCertificate: client.certificate }, ["clientKey is missing"]],
    [
      "a key of another certificate",
      { clientCertificate: other.certificate, clientKey },
      ["clientKey does not belong to clientCertificate"]
    ],
    [
      "a key that is none",
      { clientCertificate: client.certificate, clientKey: Redacted.make(client.certificate) },
      ["clientKey is no PEM private key"]
    ],
    [
      "an encrypted key",
      {
        clientCertificate: client.certificate,
        clientKey: Redacted.make("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----")
      },
      ["clientKey is encrypted with a passphrase"]
    ]
  ])("%s", ([, identity, expected]) =>
    Effect.gen(function*() {
      const faults = (yield* Outbound).refuseTls(identity).map(({ message, path }) => `${path} ${message}`)
      assert.strictEqual(faults.length, expected.length, faults.join("; "))
      faults.forEach((fault, index) => assert.include(fault, expected[index] ?? ""))
      assert.notInclude(faults.join(), "BEGIN ENCRYPTED PRIVATE KEY-----\n")
    }).pipe(withOutbound()))
})
