/**
 * Certificates for tests of TLS, made in the test: authorities, servers and clients, good ones and others. Node can read
 * certificates, and not write them, so the little of ASN.1 that they need stands here.
 */
import { DateTime } from "effect"
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { isIP } from "node:net"

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** Signs certificates; `certificate` is its own. */
export interface Authority extends Certificate {
  readonly issue: (options?: CertificateOptions) => Certificate
}

export interface CertificateOptions {
  /** Names and addresses that it is for. Default: `127.0.0.1` and `localhost`. */
  readonly hosts?: ReadonlyArray<string>
  /** Days from now. Default: a day ago, and a year ahead. */
  readonly from?: number
  readonly to?: number
}

const bytesOf = (length: number): ReadonlyArray<number> =>
  length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]

const der = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...bytesOf(content.length)]), content])
}

const sequence = (...parts: ReadonlyArray<Uint8Array>) => der(0x30, ...parts)
const integer = (value: Uint8Array) => der(0x02, value)
const octets = (content: Uint8Array) => der(0x04, content)
const bits = (content: Uint8Array) => der(0x03, Buffer.from([0]), content)
const text = (tag: number, value: string) => der(tag, Buffer.from(value, "latin1"))

const identifier = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const digits = (value: number): ReadonlyArray<number> => {
    const low = [value & 127]
    for (let left = value >> 7; left > 0; left >>= 7) low.unshift(left & 127 | 128)
    return low
  }
  return der(0x06, Buffer.from([40 * first + second, ...rest.flatMap(digits)]))
}

const ecdsaWithSha256 = sequence(identifier("1.2.840.10045.4.3.2"))

const name = (common: string) => sequence(der(0x31, sequence(identifier("2.5.4.3"), text(0x0c, common))))

const day = 24 * 3600 * 1000

/** GeneralizedTime, by the system's clock: TLS judges certificates by that one, and not by a test's. */
const time = (days: number) => {
  const at = DateTime.makeUnsafe(performance.timeOrigin + performance.now() + days * day)
  return text(0x18, DateTime.formatIso(at).replace(/[-:T]|\.\d+/g, ""))
}

const extension = (id: string, critical: boolean, content: Uint8Array) =>
  sequence(identifier(id), ...(critical ? [der(0x01, Buffer.from([255]))] : []), octets(content))

const addressBytes = (address: string): Uint8Array => {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number))
  const groups = (part: string) => part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16))
  const [head = "", tail] = address.split("::")
  const after = groups(tail ?? "")
  const before = groups(head)
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
}

const alternativeNames = (hosts: ReadonlyArray<string>) =>
  sequence(...hosts.map((host) => isIP(host) === 0 ? text(0x82, host) : der(0x87, addressBytes(host))))

const pem = (bytes: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${
    Buffer.from(bytes).toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd()
  }\n-----END CERTIFICATE-----\n`

interface Subject {
  readonly common: string
  readonly publicKey: KeyObject
  readonly isAuthority: boolean
  readonly options: CertificateOptions
}

const write = ({ common, isAuthority, options, publicKey }: Subject, issuer: string, issuerKey: KeyObject): string => {
  const { from = -1, hosts = ["127.0.0.1", "localhost"], to = 365 } = options
  const serial = randomBytes(8)
  serial[0] = (serial[0] ?? 0) & 127 | 1
  const extensions = [
    extension("2.5.29.19", true, sequence(...(isAuthority ? [der(0x01, Buffer.from([255]))] : []))),
    ...(isAuthority ? [] : [extension("2.5.29.17", false, alternativeNames(hosts))])
  ]
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name(issuer),
    sequence(time(from), time(to)),
    name(common),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions))
  )
  return pem(sequence(body, ecdsaWithSha256, bits(sign("sha256", body, issuerKey))))
}

const keys = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" })
const exported = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString()

/** A new authority, whose certificate is not trusted until it is configured. */
export const authority = (common = "Sluice test authority"): Authority => {
  const own = keys()
  const unique = `${common} ${createHash("sha256").update(exported(own.privateKey)).digest("hex").slice(0, 8)}`
  const subject = { common: unique, publicKey: own.publicKey, isAuthority: true, options: {} }
  return {
    certificate: write(subject, unique, own.privateKey),
    key: exported(own.privateKey),
    issue: (options = {}) => {
      const { privateKey, publicKey } = keys()
      const leaf = { common: options.hosts?.[0] ?? "localhost", publicKey, isAuthority: false, options }
      return { certificate: write(leaf, unique, own.privateKey), key: exported(privateKey) }
    }
  }
}

/** A certificate that vouches for itself. */
export const selfSigned = (options: CertificateOptions = {}): Certificate => {
  const { privateKey, publicKey } = keys()
  const common = "self-signed"
  return {
    certificate: write({ common, publicKey, isAuthority: false, options }, common, privateKey),
    key: exported(privateKey)
  }
}
