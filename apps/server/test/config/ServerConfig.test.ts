import { assert, describe, it } from "@effect/vitest"
import { Duration, Redacted, Result } from "effect"
import { decode, type Environment } from "../../src/config/ServerConfig.ts"

const key = Buffer.alloc(32, 7).toString("base64")

describe("ServerConfig", () => {
  it("needs nothing: every variable has the default of the contract", () => {
    const config = Result.getOrThrow(decode({}))
    assert.deepInclude(config, {
      port: 8080,
      host: "127.0.0.1",
      databaseUrl: undefined,
      dataDirectory: ".sluice",
      settingsFile: undefined,
      encryptionKey: undefined
    })
    assert.deepStrictEqual([...config.roles], ["api", "worker"])
    assert.strictEqual(Duration.toMillis(config.retention), 90 * 24 * 3600 * 1000)
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
      SLUICE_API_KEYS: "ops=abc==, shop=def",
      SLUICE_ENCRYPTION_KEY: key,
      SLUICE_ALLOW_NETWORKS: "127.0.0.0/8,::1/128",
      SLUICE_ROLES: "worker",
      SLUICE_RETENTION: "12h"
    }))
    assert.deepStrictEqual(config.apiKeys.map(({ name, key }) => [name, Redacted.value(key)]), [
      ["ops", "abc=="],
      ["shop", "def"]
    ])
    assert.lengthOf(config.allowedNetworks, 2)
    assert.deepStrictEqual([...config.roles], ["worker"])
    assert.strictEqual(Duration.toHours(config.retention), 12)
    assert.deepStrictEqual(config.encryptionKey && [...Redacted.value(config.encryptionKey)], Array(32).fill(7))
  })

  const refusals: ReadonlyArray<readonly [Environment, RegExp]> = [
    [{ PORT: "eighty" }, /^PORT "eighty" is not a port: write a number/],
    [{ PORT: "65536" }, /^PORT .*0 to 65535/],
    [{ PORT: "-1" }, /^PORT /],
    [{ HOST: "http://localhost" }, /^HOST .*without scheme/],
    [{ HOST: "localhost:80" }, /^HOST /],
    [{ HOST: "0.0.0.0" }, /^HOST 0\.0\.0\.0 can be reached .* SLUICE_API_KEYS to name=key, or HOST to 127\.0\.0\.1$/],
    [{ HOST: "sluice.example.com" }, /^HOST /],
    [{ HOST: "::" }, /^HOST /],
    [{ DATABASE_URL: "mysql://root:hunter2@db/x" }, /^DATABASE_URL is not a PostgreSQL URL: write postgres:/],
    [{ DATABASE_URL: "nonsense" }, /^DATABASE_URL /],
    [{ SLUICE_API_KEYS: "secretkey" }, /^SLUICE_API_KEYS entry 1 is not name=key/],
    [{ SLUICE_API_KEYS: "a=x,=y" }, /^SLUICE_API_KEYS entry 2 /],
    [{ SLUICE_API_KEYS: "a=x,a=y" }, /^SLUICE_API_KEYS names "a" twice/],
    [{ SLUICE_API_KEYS: "a=x,b=x" }, /^SLUICE_API_KEYS entry 2 repeats a key/],
    [{ SLUICE_API_KEYS: "a=hüsch" }, /^SLUICE_API_KEYS entry 1 has a key that is not printable ASCII/],
    [{ SLUICE_ENCRYPTION_KEY: "c2hvcnQ=" }, /^SLUICE_ENCRYPTION_KEY holds 5 bytes instead of 32: .*openssl rand/],
    [{ SLUICE_ENCRYPTION_KEY: "not base64!" }, /^SLUICE_ENCRYPTION_KEY is not base64/],
    [
      { SLUICE_ALLOW_NETWORKS: "10.0.0.1/8" },
      /^SLUICE_ALLOW_NETWORKS "10\.0\.0\.1\/8" is not a network; write 10\.0\.0\.0\/8/
    ],
    [{ SLUICE_ROLES: "api,cook" }, /^SLUICE_ROLES names "cook": write api, worker/],
    [{ SLUICE_ROLES: "," }, /^SLUICE_ROLES names no role/],
    [{ SLUICE_RETENTION: "soon" }, /^SLUICE_RETENTION "soon" is not a time: .*90d/],
    [{ SLUICE_RETENTION: "0d" }, /^SLUICE_RETENTION /]
  ]

  it.each(refusals)("refuses %o in words that name the variable and the mend", (environment, expected) => {
    const faults = Result.getOrThrow(Result.flip(decode(environment)))
    assert.lengthOf(faults, 1)
    assert.match(faults[0] ?? "", expected)
    assert.notMatch(faults[0] ?? "", /hunter2|secretkey|\n/)
  })

  it("names all faults at once", () => {
    const faults = Result.getOrThrow(Result.flip(decode({ PORT: "x", SLUICE_ROLES: "y", HOST: "10.0.0.1" })))
    assert.lengthOf(faults, 3)
  })

  it.each(["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "sluice.localhost"])(
    "serves %s without keys",
    (host) => {
      assert.isTrue(Result.isSuccess(decode({ HOST: host })))
    }
  )
})
