/**
 * Decides which addresses an outbound request may reach. Pure; resolves no names.
 *
 * Only globally reachable unicast addresses pass; what the IANA special-purpose registries (RFC 6890) set aside is
 * refused unless an allowed network covers it. Cloud metadata stays refused, also within an allowed network.
 *
 * IPv6 addresses that carry an IPv4 one:
 *
 * | form                          | prefix, or place              | judged                                       |
 * | ----------------------------- | ----------------------------- | -------------------------------------------- |
 * | mapped, translated            | `::ffff:0:0/96`, `::ffff:0:0:0/96` | as the IPv4 address                     |
 * | compatible                    | `::/96`                       | as the IPv4 address                          |
 * | NAT64 (RFC 6052)              | `64:ff9b::/96`                | as the IPv4 address                          |
 * | 6to4 (RFC 3056)               | `2002::/16`                   | as the IPv4 address                          |
 * | ISATAP (RFC 5214)             | `…:[02]00:5efe:a.b.c.d`       | as itself and as the IPv4 address            |
 * | local-use NAT64 (RFC 8215)    | `64:ff9b:1::/48`              | as itself; metadata at any prefix length     |
 * | Teredo (RFC 4380)             | `2001::/32`                   | as itself; metadata as server and as client  |
 * Contract: section 5, first point, and section 2, `SLUICE_ALLOW_NETWORKS`.
 */
import { Option, Result, Schema } from "effect"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"

/** An entry of `SLUICE_ALLOW_NETWORKS` that is no network. The message names the entry and how to mend it. */
export class InvalidNetwork extends Schema.TaggedError<InvalidNetwork>()("InvalidNetwork", {
  entry: Schema.String,
  message: Schema.String
}) {}

/**
 * Decides about addresses. A result is `undefined` if the address may be reached, or else a sentence that says why not
 * and what would allow it.
 */
export interface AddressGuard {
  /** Judges an IP address. `name`, if given, is the host name that resolved to it. */
  readonly refuseAddress: (address: string, name?: string) => string | undefined
  /** Judges a host as `URL.hostname` gives it: a name, an IPv4 address, or a bracketed IPv6 address. */
  readonly refuseHost: (hostname: string) => string | undefined
  /** Judges scheme, literal address and metadata names. The answer never repeats the URL: it may hold a password. */
  readonly refuseUrl: (url: string) => string | undefined
}

const networks = (reason: string, ...cidrs: ReadonlyArray<string>) =>
  cidrs.map((cidr) => ({ reason, network: IpNetwork.fromStringUnsafe(cidr) }))

const specialIpv4 = [
  ...networks("a loopback address", "127.0.0.0/8"),
  ...networks("a private address", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
  ...networks("a link-local address", "169.254.0.0/16"),
  ...networks("a shared (CGNAT) address", "100.64.0.0/10"),
  ...networks("an unspecified address", "0.0.0.0/8"),
  ...networks("a broadcast address", "255.255.255.255/32"),
  ...networks("a multicast address", "224.0.0.0/4"),
  ...networks("a documentation address", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
  ...networks("a benchmark address", "198.18.0.0/15"),
  ...networks("a reserved address", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")
]

/** Without the forms that carry an IPv4 address: see `embeddedIpv4`. */
const specialIpv6 = [
  ...networks("a loopback address", "::1/128"),
  ...networks("an unspecified address", "::/128"),
  ...networks("a private (unique local) address", "fc00::/7"),
  ...networks("a link-local address", "fe80::/10"),
  ...networks("a private (site-local) address", "fec0::/10"),
  ...networks("a multicast address", "ff00::/8"),
  ...networks("a documentation address", "2001:db8::/32", "3fff::/20"),
  // Teredo, ORCHID, benchmarking and the other protocol assignments of RFC 2928.
  ...networks("a reserved address", "2001::/23")
]
const globalUnicastIpv6 = IpNetwork.fromStringUnsafe("2000::/3")

const mapped = IpNetwork.fromStringUnsafe("::ffff:0:0/96")
const compatible = IpNetwork.fromStringUnsafe("::/96")
const nat64 = IpNetwork.fromStringUnsafe("64:ff9b::/96")
const sixToFour = IpNetwork.fromStringUnsafe("2002::/16")
const translated = IpNetwork.fromStringUnsafe("::ffff:0:0:0/96")
const localNat64 = IpNetwork.fromStringUnsafe("64:ff9b:1::/48")
const teredo = IpNetwork.fromStringUnsafe("2001::/32")

const metadataAddresses = new Set([
  "169.254.169.254", // AWS, Google, Azure, DigitalOcean, OpenStack, Oracle
  "169.254.170.2", // AWS: credentials of ECS tasks
  "169.254.170.23", // AWS: credentials of EKS pods
  "169.254.0.23", // Tencent
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure's wire server: a public address, reachable from inside only
  "192.0.0.192", // Oracle
  "fd00:ec2::254", // AWS
  "fd00:ec2::23", // AWS: credentials of EKS pods
  "fd20:ce::254", // Google
  "fe80::a9fe:a9fe" // OpenStack
])

const metadataNames = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.tencentyun.com",
  "instance-data",
  "instance-data.ec2.internal"
])

const ipv4Of = (octets: ReadonlyArray<number>): NetAddress.Ipv4Address =>
  NetAddress.ipv4FromBytesUnsafe(Uint8Array.from(octets))

/** The IPv4 address embedded in an IPv6 address. */
const embeddedIpv4 = (address: NetAddress.Ipv6Address): NetAddress.Ipv4Address | undefined => {
  const octets = NetAddress.ipv6ToOctets(address)
  if ([mapped, translated, nat64].some((network) => IpNetwork.contains(network, address))) {
    return ipv4Of(octets.slice(12))
  }
  if (IpNetwork.contains(sixToFour, address)) return ipv4Of(octets.slice(2, 6))
  // `::` and `::1` lie in the same block, but are addresses of their own.
  if (IpNetwork.contains(compatible, address) && octets.slice(12, 15).some((octet) => octet !== 0)) {
    return ipv4Of(octets.slice(12))
  }
  return undefined
}

/** IPv4 addresses that an IPv6 address may lead to, beside being one itself. */
const carriedIpv4 = (address: NetAddress.Ipv6Address): ReadonlyArray<NetAddress.Ipv4Address> => {
  const octets = NetAddress.ipv6ToOctets(address)
  const at = (...places: ReadonlyArray<number>) => ipv4Of(places.map((place) => octets[place] ?? 0))
  if (IpNetwork.contains(localNat64, address)) {
    // RFC 6052, section 2.2: the prefix has 48, 56, 64 or 96 bits, and octet 8 is left out.
    return [at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), at(12, 13, 14, 15)]
  }
  if (IpNetwork.contains(teredo, address)) {
    return [ipv4Of(octets.slice(4, 8)), ipv4Of(octets.slice(12).map((octet) => octet ^ 0xff))]
  }
  return isIsatap(octets) ? [at(12, 13, 14, 15)] : []
}

const isIsatap = (octets: ReadonlyArray<number>): boolean =>
  ((octets[8] ?? 0) & 0xfd) === 0 && octets[9] === 0 && octets[10] === 0x5e && octets[11] === 0xfe

const reasonAgainst = (address: NetAddress.IpAddress): string | undefined => {
  if (NetAddress.isIpv4Address(address)) {
    return specialIpv4.find(({ network }) => IpNetwork.contains(network, address))?.reason
  }
  const special = specialIpv6.find(({ network }) => IpNetwork.contains(network, address))
  if (special !== undefined) return special.reason
  return IpNetwork.contains(globalUnicastIpv6, address) ? undefined : "a reserved address"
}

/**
 * Reads `SLUICE_ALLOW_NETWORKS`: CIDRs, separated by commas. Blank entries are ignored.
 * Fails on the first entry that is not a network without host bits.
 */
export const parseNetworks = (
  setting: string
): Result.Result<ReadonlyArray<IpNetwork.IpNetwork>, InvalidNetwork> =>
  Result.all(
    setting.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "").map((entry) =>
      Result.mapError(IpNetwork.fromString(entry), () =>
        new InvalidNetwork({
          entry,
          message: `SLUICE_ALLOW_NETWORKS: "${entry}" is not a network; ${mend(entry)}`
        }))
    )
  )

const mend = (entry: string): string => {
  const [address = "", prefix] = entry.split("/")
  const parsed = Result.getOrUndefined(NetAddress.ipFromString(address))
  if (parsed !== undefined) {
    const width = prefix !== undefined && /^\d{1,3}$/.test(prefix) ? Number(prefix) : NetAddress.width(parsed)
    const network = Result.getOrUndefined(IpNetwork.fromAddress(parsed, width))
    if (network !== undefined) return `write ${IpNetwork.format(network)}`
  }
  return "write an address and the length of its prefix, like 10.0.0.0/8 or ::1/128"
}

/** Refuses every address that is not globally reachable, unless one of `allowed` contains it. */
export const make = (allowed: ReadonlyArray<IpNetwork.IpNetwork>): AddressGuard => {
  const isAllowed = (address: NetAddress.IpAddress) => allowed.some((network) => IpNetwork.contains(network, address))

  const refuseAddress = (text: string, name?: string): string | undefined => {
    const subject = name === undefined ? text : `${name} resolves to ${text}, which`
    const address = Result.getOrUndefined(NetAddress.ipFromString(text))
    if (address === undefined) return `${subject} is not an address that can be judged`
    const target = NetAddress.isIpv6Address(address) ? embeddedIpv4(address) ?? address : address
    const carried = NetAddress.isIpv6Address(target) ? carriedIpv4(target) : []
    if ([target, ...carried].some((one) => metadataAddresses.has(NetAddress.formatIp(one)))) {
      return `${subject} is a cloud metadata address, which no setting allows`
    }
    if (isAllowed(address)) return undefined
    // A reserved prefix is refused as such; what it carries counts where the prefix itself is public.
    for (const one of [target, ...carried]) {
      const reason = isAllowed(one) ? undefined : reasonAgainst(one)
      if (reason === undefined) continue
      const entry = `${NetAddress.formatIp(one)}/${NetAddress.width(one)}`
      return `${subject} is ${reason}; add ${entry} to SLUICE_ALLOW_NETWORKS to allow it`
    }
    return undefined
  }

  const refuseHost = (hostname: string): string | undefined => {
    const literal = literalOf(hostname)
    if (Option.isSome(literal)) return refuseAddress(literal.value)
    return metadataNames.has(hostname.toLowerCase().replace(/\.+$/, ""))
      ? `${hostname} is the name of a cloud metadata service, which no setting allows`
      : undefined
  }

  const refuseUrl = (url: string): string | undefined => {
    const parsed = URL.parse(url)
    if (parsed === null) return "the URL cannot be read"
    if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
      return `the URL's scheme is ${parsed.protocol.slice(0, -1)}, but only http and https are sent`
    }
    return refuseHost(parsed.hostname)
  }

  return { refuseAddress, refuseHost, refuseUrl }
}

/** The literal address of a `URL.hostname`; the URL parser has already brought every spelling of IPv4 into one form. */
const literalOf = (hostname: string): Option.Option<string> => {
  if (hostname.startsWith("[")) return Option.some(hostname.slice(1, -1))
  return Result.isSuccess(NetAddress.ipFromString(hostname)) ? Option.some(hostname) : Option.none()
}
