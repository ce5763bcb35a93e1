import { assert, describe, it } from "@effect/vitest"
import { Duration, Redacted, Result } from "effect"
import { digestOf } from "../../src/config/ApiKeys.ts"
import { decode, type Environment } from "../../src/config/ServerConfig.ts"

const key = Buffer.alloc(32, 7).toString("base64")
const long = "0123456789abcdef"

describe("ServerConfig", () => {
  it("needs nothing: every variable has the default of the contract", () => {
    const config = Result.getOrThrow(decode({}))
    assert.deepInclude(config, {
      port: 8080,
      host: "127.0.0.1",
      databaseUrl: undefined,
      dataDirectory: ".sluice",
      settingsFile: undefined,
      encryptionKeys: []
    })
    assert.deepStrictEqual([...config.roles], ["api", "worker"])
    assert.deepStrictEqual(Object.entries(config.retention).map(([kind, time]) => [kind, Duration.toDays(time)]), [
      ["callouts", 90],
      ["deliveries", 90]
    ])
    assert.lengthOf(config.apiKeys, 0)
    assert.lengthOf(config.allowedNetworks, 0)
  })

  it("reads every variable", () => {
    const config = Result.getOrThrow(decode({
      PORT: "0",
      HOST: "0.0.0.0",
      DATABASE_URL: "postgres://u:p@db/sluice",
      SLUICE_DATA_DIR: "/var/lib/sluice",
      SLUICE_CONFIG: "settings.json",
      SLUICE_API_KEYS: `ops=0123456789abcdef==, shop:submit+read=sha256:${"AB".repeat(32)}`,
      SLUICE_ENCRYPTION_KEY: `${key}, ${Buffer.alloc(32, 8).toString("base64")}`,
      SLUICE_ALLOW_NETWORKS: "127.0.0.0/8,::1/128",
      SLUICE_ROLES: "worker",
      SLUICE_RETENTION: "12h",
      SLUICE_EGRESS_PROXY: "http://me:it@proxy.example.com:3128",
      SLUICE_CA_CERTS: "authorities.pem"
    }))
    assert.strictEqual(
      config.egressProxy && Redacted.value(config.egressProxy).href,
      "http://me:it@proxy.example.com:3128/"
    )
    assert.strictEqual(config.caCertificates, "authorities.pem")
    assert.deepStrictEqual(config.apiKeys, [
      { name: "ops", roles: ["admin"], digest: digestOf("0123456789abcdef==") },
      { name: "shop", roles: ["submit", "read"], digest: "ab".repeat(32) }
    ])
    assert.lengthOf(config.allowedNetworks, 2)
    assert.deepStrictEqual([...config.roles], ["worker"])
    assert.deepStrictEqual(Object.values(config.retention).map(Duration.toHours), [12, 12])
    assert.deepStrictEqual(config.encryptionKeys.map((key) => [...Redacted.value(key)]), [
      Array(32).fill(7),
      Array(32).fill(8)
    ])
  })

  it("keeps the path of SLUICE_PUBLIC_URL, and drops a trailing slash", () => {
    const urlOf = (text: string) => Result.getOrThrow(decode({ SLUICE_PUBLIC_URL: text })).publicUrl
    assert.strictEqual(urlOf("https://Sluice.example/"), "https://sluice.example")
    assert.strictEqual(urlOf("http://sluice.example:8080/a/b/"), "http://sluice.example:8080/a/b")
  })

  const refusals: ReadonlyArray<readonly [Environment, RegExp]> = [
    [{ PORT: "eighty" }, /^PORT "eighty" is not a port: write a number/],
    [{ PORT: "65536" }, /^PORT .*0 to 65535/],
    [{ PORT: "-1" }, /^PORT /],
    [{ HOST: "http://localhost" }, /^HOST .*without scheme/],
    [{ HOST: "localhost:80" }, /^HOST /],
    [{ DATABASE_URL: "mysql://root:hunter2@db/x" }, /^DATABASE_URL is not a PostgreSQL URL: write postgres:/],
    [{ DATABASE_URL: "nonsense" }, /^DATABASE_URL /],
    [{ SLUICE_EGRESS_PROXY: "me:secretkey@proxy:3128" }, /^SLUICE_EGRESS_PROXY is not an http or https URL: write/],
    [{ SLUICE_EGRESS_PROXY: "http://me:secretkey@proxy/x" }, /^SLUICE_EGRESS_PROXY has a path/],
    [{ SLUICE_API_KEYS: "secretkey" }, /^SLUICE_API_KEYS entry 1 is not name=key/],
    [{ SLUICE_API_KEYS: `a=${long},=y` }, /^SLUICE_API_KEYS entry 2 is not name=key/],
    [{ SLUICE_API_KEYS: `a=${long},a=${long}y` }, /^SLUICE_API_KEYS names "a" twice/],
    [{ SLUICE_API_KEYS: `a=${long},b=${long}` }, /^SLUICE_API_KEYS entry 2 repeats a key/],
    [{ SLUICE_API_KEYS: `a=${long},b=sha256:${digestOf(long)}` }, /^SLUICE_API_KEYS entry 2 repeats a key/],
    [{ SLUICE_API_KEYS: `a=${long}ü` }, /^SLUICE_API_KEYS entry 1 has a key that is not printable ASCII/],
    [{ SLUICE_API_KEYS: "a=secretkey" }, /^SLUICE_API_KEYS entry 1 has a key of fewer than 16 characters: .*openssl/],
    [{ SLUICE_API_KEYS: "a=sha256:secretkey0123456" }, /^SLUICE_API_KEYS entry 1 has a sha256: .*64 hexadecimal/],
    [
      { SLUICE_API_KEYS: `a:cook=${long}` },
      /^SLUICE_API_KEYS entry 1 names the role "cook": .*read, submit, operate, admin/
    ],
    [{ SLUICE_API_KEYS: `a:=${long}` }, /^SLUICE_API_KEYS entry 1 names the role ""/],
    [{ SLUICE_API_KEYS: `a:read+=${long}` }, /^SLUICE_API_KEYS entry 1 names the role ""/],
    [
      { SLUICE_API_KEYS: `a@acme:read=${long}` },
      /^SLUICE_API_KEYS entry 1 names a tenant \(@acme\), and SLUICE_CELLS is unset/
    ],
    [{ SLUICE_API_KEYS: `a:read@acme=${long}` }, /^SLUICE_API_KEYS entry 1 names the role "read@acme"/],
    [{ SLUICE_API_KEYS: `anonymous=${long}` }, /^SLUICE_API_KEYS entry 1 has a name that cannot be used: "anonymous"/],
    [{ SLUICE_PUBLIC_URL: "sluice.example" }, /^SLUICE_PUBLIC_URL is not an http: or https: address: write/],
    [{ SLUICE_PUBLIC_URL: "https://a:b@sluice.example" }, /^SLUICE_PUBLIC_URL has a user: write/],
    [{ SLUICE_PUBLIC_URL: "https://sluice.example/?" }, /^SLUICE_PUBLIC_URL has a query: write/],
    [{ SLUICE_PUBLIC_URL: "https://sluice.example#x" }, /^SLUICE_PUBLIC_URL has a fragment: write/],
    [{ SLUICE_ENCRYPTION_KEY: "c2hvcnQ=" }, /^SLUICE_ENCRYPTION_KEY holds 5 bytes instead of 32: .*openssl rand/],
    [{ SLUICE_ENCRYPTION_KEY: `${key},${key}` }, /^SLUICE_ENCRYPTION_KEY entry 2 is there twice/],
    [{ SLUICE_ENCRYPTION_KEY: `${key},x!` }, /^SLUICE_ENCRYPTION_KEY entry 2 is not base64/],
    [{ SLUICE_ENCRYPTION_KEY: "not base64!" }, /^SLUICE_ENCRYPTION_KEY is not base64/],
    [
      { SLUICE_ALLOW_NETWORKS: "10.0.0.1/8" },
      /^SLUICE_ALLOW_NETWORKS "10\.0\.0\.1\/8" is not a network; write 10\.0\.0\.0\/8/
    ],
    [{ SLUICE_ROLES: "api,cook" }, /^SLUICE_ROLES names "cook": write api, worker/],
    [{ SLUICE_ROLES: "," }, /^SLUICE_ROLES names no role/],
    [{ SLUICE_DRAIN: "5" }, /^SLUICE_DRAIN "5" is not a time to drain: .*5s/],
    [{ SLUICE_DRAIN: "11m" }, /^SLUICE_DRAIN "11m" .*at most 10m/],
    [{ SLUICE_DRAIN: "1h" }, /^SLUICE_DRAIN /],
    [{ SLUICE_RETENTION: "soon" }, /^SLUICE_RETENTION "soon" is not a time: .*90d/],
    [{ SLUICE_RETENTION: "0d" }, /^SLUICE_RETENTION /],
    [
      { SLUICE_RETENTION: "order=7y" },
      /^SLUICE_RETENTION names "order": write some of callouts, deliveries, orders, audit/
    ],
    [{ SLUICE_RETENTION: "audit=2y,audit=3y" }, /^SLUICE_RETENTION names audit twice/],
    [{ SLUICE_RETENTION: "audit=2y,7d" }, /^SLUICE_RETENTION names "7d"/],
    [{ SLUICE_RETENTION: "audit=2y=3y" }, /^SLUICE_RETENTION "2y=3y" is not a time/],
    [{ SLUICE_RETENTION: "audit=soon" }, /^SLUICE_RETENTION "soon" is not a time/]
  ]

  it.each(refusals)("refuses %o with a message that names the variable and the remedy", (environment, expected) => {
    const faults = Result.getOrThrow(Result.flip(decode(environment)))
    assert.lengthOf(faults, 1)
    assert.match(faults[0] ?? "", expected)
    assert.notMatch(faults[0] ?? "", /hunter2|secretkey|0123456789|\n/)
  })

  const canary = "cnryZq7fXw9Kd2longer"

  it.each([
    { SLUICE_API_KEYS: canary },
    { SLUICE_API_KEYS: `ops:${canary}=admin` },
    { SLUICE_API_KEYS: `ops:read+${canary}=admin` },
    { SLUICE_API_KEYS: `${canary} :x=${long}` },
    { SLUICE_API_KEYS: `ops@${canary}=${long}` },
    { SLUICE_API_KEYS: `${canary}=${long}é` },
    { SLUICE_API_KEYS: `ops=${canary}é` },
    { SLUICE_ENCRYPTION_KEY: canary },
    { SLUICE_ENCRYPTION_KEY: `${key},-${canary}` },
    { DATABASE_URL: canary },
    { DATABASE_URL: `mysql://u:${canary}@db/x` },
    { DATABASE_URL: `postgres://u:${canary}@db:99999/x` },
    { DATABASE_URL: `postgres://u:${canary}@[db/x` },
    { DATABASE_URL: `postgres://u:${canary}@a,b:1,c:x/x` },
    { DATABASE_URL: `postgres://db/x?password=${canary}&target_session_attrs=some` },
    { SLUICE_EGRESS_PROXY: canary },
    { SLUICE_EGRESS_PROXY: `socks5://u:${canary}@proxy` },
    { SLUICE_EGRESS_PROXY: `http://u:${canary}@proxy/path` },
    { SLUICE_EGRESS_PROXY: `http://u:${canary}%@proxy` },
    { SLUICE_PUBLIC_URL: `https://u:${canary}@sluice.example.com` },
    { SLUICE_PUBLIC_URL: `https://sluice.example.com/?token=${canary}` },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `u:${canary}@collector` },
    { OTEL_EXPORTER_OTLP_HEADERS: `x-key: ${canary}` },
    { OTEL_EXPORTER_OTLP_HEADERS: `x-key=${canary}%` },
    { OTEL_EXPORTER_OTLP_HEADERS: `x-key=${canary}%0a` }
  ])("a refusal of %o repeats nothing of a secret", (environment) => {
    const decoded = decode(environment)
    assert.isTrue(Result.isFailure(decoded))
    assert.notInclude(JSON.stringify(decoded), canary)
  })

  it("keeps each kind for its own time, and what is not named for its default", () => {
    const { retention } = Result.getOrThrow(decode({ SLUICE_RETENTION: "deliveries=30d, orders=7y,audit=2y" }))
    assert.deepStrictEqual(Object.entries(retention).map(([kind, time]) => [kind, Duration.toDays(time)]).toSorted(), [
      ["audit", 730],
      ["callouts", 90],
      ["deliveries", 30],
      ["orders", 2555]
    ])
  })

  it("names all faults at once", () => {
    const faults = Result.getOrThrow(Result.flip(decode({ PORT: "x", SLUICE_ROLES: "y", HOST: "a b" })))
    assert.lengthOf(faults, 3)
  })

  it.each<[string, Environment, RegExp]>([
    ["a host without a port", { SLUICE_CLUSTER_HOST: "h" }, /^SLUICE_CLUSTER_HOST is set without SLUICE_CLUSTER_PORT/],
    ["a port without a host", { SLUICE_CLUSTER_PORT: "1" }, /^SLUICE_CLUSTER_PORT is set without SLUICE_CLUSTER_HOST/],
    ["no key", { SLUICE_CLUSTER_HOST: "h", SLUICE_CLUSTER_PORT: "1" }, /without SLUICE_ENCRYPTION_KEY/],
    [
      "no database",
      { SLUICE_CLUSTER_HOST: "h", SLUICE_CLUSTER_PORT: "1", SLUICE_ENCRYPTION_KEY: key },
      /without DATABASE_URL or SLUICE_CELLS/
    ],
    ["port 0", { SLUICE_CLUSTER_HOST: "h", SLUICE_CLUSTER_PORT: "0" }, /^SLUICE_CLUSTER_PORT "0" names no port/],
    [
      "cells beside a database",
      { SLUICE_CELLS: "c.json", DATABASE_URL: "postgres://d/d" },
      /^SLUICE_CELLS is set beside/
    ]
  ])("a cluster or cells with %s is refused", (_, environment, expected) => {
    const [fault = ""] = Result.match(decode(environment), { onFailure: (faults) => faults, onSuccess: () => [] })
    assert.match(fault, expected)
  })
})
