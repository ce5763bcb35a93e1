/**
 * URLs that no outbound request may reach without `SLUICE_ALLOW_NETWORKS`: literals of every special range, and the ways
 * to write them so that a careless guard lets them through. For tests of everything that takes a URL.
 */

/** Addresses of ranges that are refused until they are allowed: the ends of each, and one in between. */
const ipv4 = [
  "0.0.0.0",
  "0.255.255.255",
  "10.0.0.0",
  "10.1.2.3",
  "10.255.255.255",
  "100.64.0.0",
  "100.127.255.255",
  "127.0.0.0",
  "127.0.0.1",
  "127.255.255.255",
  "169.254.0.0",
  "169.254.255.255",
  "172.16.0.0",
  "172.31.255.255",
  "192.0.0.0",
  "192.0.0.255",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.0.0",
  "192.168.255.255",
  "198.18.0.0",
  "198.19.255.255",
  "198.51.100.7",
  "203.0.113.7",
  "224.0.0.0",
  "239.255.255.255",
  "240.0.0.0",
  "255.255.255.254",
  "255.255.255.255"
]

const ipv6 = [
  "::",
  "::1",
  "0:0:0:0:0:0:0:1",
  "0000:0000:0000:0000:0000:0000:0000:0001",
  "::2",
  "1::1",
  "100::1",
  "64:ff9b:1::1",
  "2001::1",
  "2001:2::1",
  "2001:10::1",
  "2001:1ff:ffff::1",
  "2001:db8::1",
  "2001:DB8:ffff::1",
  "3fff::1",
  "3fff:fff::1",
  "4000::1",
  "5f00::1",
  "8000::1",
  "fc00::1",
  "fd12:3456::1",
  "fdff:ffff::1",
  "fe80::1",
  "febf::1",
  "fec0::1",
  "feff::1",
  "ff02::1",
  "ff0e::1",
  "ffff::1"
]

/** Other spellings of IPv4 addresses in a URL, as browsers and this parser read them. */
const spellings = [
  // 127.0.0.1
  "127.1",
  "127.0.1",
  "127.0.0.1.",
  "127.0.0.0x1",
  "2130706433",
  "0x7f000001",
  "0x7F000001",
  "017700000001",
  "0x7f.1",
  "0x7f.0.1",
  "0x7f.0.0.1",
  "0X7F.0X0.0X0.0X1",
  "0177.1",
  "0177.0.0.1",
  "0177.0x0.0.1",
  "00000177.0.0.1",
  "%31%32%37.0.0.1",
  "%3127.0.0.1",
  "127%2e0%2e0%2e1",
  "１２７.0.0.1",
  "①②⑦.0.0.1",
  "𝟭𝟮𝟳.0.0.1",
  "127。0。0。1",
  "127．0．0．1",
  "127｡0｡0｡1",
  "127.0.0\u00ad.1",
  "127.0.0.\u200b1",
  // 10.0.0.1
  "10.1",
  "10.0.1",
  "012.0.0.1",
  "0xa.0.0.1",
  "167772161",
  "0x0a000001",
  // 172.16.0.1
  "172.1048577",
  "0xac100001",
  "2886729729",
  // 192.168.1.1
  "192.168.257",
  "0300.0250.1.1",
  "0xc0a80101",
  "3232235777",
  // 0.0.0.0
  "0",
  "0x0",
  "00",
  "0.0"
]

const word = (high: number, low: number) => (high << 8 | low).toString(16)

/** The ways in which an IPv6 address carries an IPv4 one. */
const carriers: ReadonlyArray<(dotted: string, high: string, low: string) => string> = [
  (dotted) => `::ffff:${dotted}`,
  (_, high, low) => `::ffff:${high}:${low}`,
  (_, high, low) => `0:0:0:0:0:FFFF:${high}:${low}`,
  (dotted) => `::${dotted}`,
  (dotted) => `::ffff:0:${dotted}`,
  (dotted) => `64:ff9b::${dotted}`,
  (_, high, low) => `2002:${high}:${low}::1`,
  (dotted) => `2a00:1450::5efe:${dotted}`,
  (dotted) => `64:ff9b:1::${dotted}`
]

const carried = (dotted: string): ReadonlyArray<string> => {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split(".").map(Number)
  return carriers.map((carry) => `[${carry(dotted, word(a, b), word(c, d))}]`)
}

/** Addresses that no allowed network permits: metadata services of clouds, by address, spelling and name. */
const metadata = [
  "169.254.169.254",
  "169.254.43518",
  "169.16689662",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "0xa9.254.0251.254",
  "①⑥⑨.254.169.254",
  "169。254。169。254",
  ...carried("169.254.169.254"),
  "169.254.170.2",
  "169.254.170.23",
  "169.254.0.23",
  "100.100.100.200",
  "[::ffff:100.100.100.200]",
  "168.63.129.16",
  "192.0.0.192",
  "[fd00:ec2::254]",
  "[fd00:0ec2:0:0:0:0:0:254]",
  "[fd00:ec2::23]",
  "[fd20:ce::254]",
  "[fe80::a9fe:a9fe]",
  "metadata",
  "metadata.google.internal",
  "METADATA.google.internal.",
  "metadata.google.internal..",
  "metadata.goog",
  "metadata.tencentyun.com",
  "instance-data",
  "instance-data.ec2.internal"
]

const hosts = [
  ...ipv4,
  ...spellings,
  ...ipv6.map((address) => `[${address}]`),
  ...["127.0.0.1", "10.1.2.3", "192.168.0.1", "100.64.0.1"].flatMap(carried)
]

/** Whole URLs in which the host hides. */
const hidden = [
  "http://127.0.0.1:80/",
  "http://127.0.0.1:65535/x",
  "https://127.0.0.1",
  "HTTP://127.0.0.1/",
  "http://127.0.0.1\\@example.com/",
  "http://127.0.0.1?@example.com/",
  "http://127.0.0.1#@example.com/",
  "http://127.0.0.1/?url=https://example.com",
  "https://[::ffff:7f00:1]:8443/",
  "http://[::1]:22/",
  "http://127.0.0.1/%2e%2e/"
]

export interface ForbiddenUrl {
  readonly url: string
  /** `metadata`: no setting allows it. */
  readonly kind: "special" | "metadata"
}

/** Forbidden URLs, with literal addresses in many spellings; a URL parser accepts each. */
export const forbiddenUrls: ReadonlyArray<ForbiddenUrl> = [
  ...hosts.map((host): ForbiddenUrl => ({ url: `http://${host}/hook`, kind: "special" })),
  ...hidden.map((url): ForbiddenUrl => ({ url, kind: "special" })),
  ...metadata.map((host): ForbiddenUrl => ({ url: `http://${host}/latest`, kind: "metadata" }))
]

/** Addresses that a name may resolve to, and that are refused then. */
export const forbiddenAnswers: ReadonlyArray<string> = [
  ...ipv4,
  ...ipv6,
  "169.254.169.254",
  "100.100.100.200",
  "168.63.129.16",
  "fd00:ec2::254",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:169.254.169.254",
  "::127.0.0.1",
  "64:ff9b::10.0.0.1",
  "64:ff9b::a9fe:a9fe",
  "2002:a00:1::1",
  "fe80::1%1"
]
