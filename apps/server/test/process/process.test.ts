import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { get, type IncomingMessage, type ServerResponse } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Cable from "../support/Cable.ts"
import { Partner } from "../support/Partner.ts"
import * as Process from "../support/Process.ts"
import { within } from "../support/Promised.ts"
import { request } from "../support/Sluice.ts"

const environment = Effect.gen(function*() {
  const { url } = yield* DatabaseTest
  return {
    DATABASE_URL: Redacted.value(url),
    SLUICE_DATA_DIR: yield* Process.directory,
    SLUICE_ALLOW_NETWORKS: "127.0.0.0/8"
  }
})

const withDatabase = <A, E>(
  test: Effect.Effect<A, E, DatabaseTest | SqlClient.SqlClient | Partner | Effect.Services<typeof Process.directory>>
) => test.pipe(Effect.scoped, Effect.provide(Layer.merge(DatabaseTest.layer, Partner.layer)))

const calling = (url: string) => ({
  steps: [{ name: "calloutPlugin", options: { endpoint: `${url}/slow`, timeoutValue: 20_000 } }]
})

const refused = (
  overrides: Readonly<Record<string, string>>,
  says: RegExp,
  before: Effect.Effect<void, never, SqlClient.SqlClient> = Effect.void
) =>
  withDatabase(Effect.gen(function*() {
    yield* before
    const running = yield* Process.start({ ...(yield* environment), ...overrides })
    const { code, errors } = yield* running.ended
    assert.strictEqual(code, 1)
    assert.match(errors, says)
    assert.lengthOf(errors.trimEnd().split("\n"), 1, errors)
  }))

describe("a start that fails", () => {
  it.live(
    "prints one line that names the variable and the remedy for a bad value",
    () =>
      refused(
        { PORT: "eighty", SLUICE_RETENTION: "long" },
        /^sluice: PORT "eighty" is not a port: .*; SLUICE_RETENTION /
      )
  )

  it.live(
    "prints one line for a database that cannot be reached",
    () =>
      refused(
        { DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/sluice" },
        /^sluice: DATABASE_URL \((?!.*hunter2).*Start PostgreSQL there/
      )
  )

  it.live("prints one line for a database from which a later release has removed what this one needs", () =>
    refused(
      {},
      /^sluice: DATABASE_URL: the database has schema version 9999/,
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* Effect.orDie(sql`INSERT INTO sluice_migrations (migration_id, name) VALUES (9999, 'later')`)
        yield* Effect.orDie(sql`CREATE TABLE schema_floor AS SELECT 9998 AS oldest`)
      })
    ))

  it.live("prints one line for a database that refuses one of the connections that the process may need", () =>
    withDatabase(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const own = yield* environment
      const url = new URL(own.DATABASE_URL)
      const role = `${url.pathname.slice(1)}_one`
      yield* Effect.acquireRelease(
        sql`CREATE ROLE ${sql(role)} LOGIN PASSWORD 'one' CONNECTION LIMIT 1`,
        () => Effect.ignore(sql`DROP ROLE ${sql(role)}`)
      )
      url.username = role
      url.password = "one"
      const running = yield* Process.start({ ...own, DATABASE_URL: url.href })
      const { code, errors } = yield* running.ended
      assert.strictEqual(code, 1)
      assert.match(errors, /^sluice: DATABASE_URL \(.*too many connections for role "\S+_one"\. .* 17 connections/)
      assert.lengthOf(errors.trimEnd().split("\n"), 1, errors)
    })))

  it.live("prints one line for a missing settings file, before a database is created", () =>
    Effect.gen(function*() {
      const data = yield* Process.directory
      const running = yield* Process.start({ SLUICE_DATA_DIR: data, SLUICE_CONFIG: join(data, "absent.json") })
      const { code, errors } = yield* running.ended
      assert.strictEqual(code, 1)
      assert.match(errors, /^sluice: SLUICE_CONFIG \S+absent\.json cannot be read/)
      assert.deepStrictEqual(readdirSync(data), [])
    }).pipe(Effect.scoped))

  it.live("prints one line for a file of certificate authorities that is missing or holds none", () =>
    Effect.gen(function*() {
      const data = yield* Process.directory
      const empty = join(data, "empty.pem")
      writeFileSync(empty, "nothing")
      for (
        const [file, says] of [
          [join(data, "absent.pem"), /^sluice: SLUICE_CA_CERTS \S+absent\.pem cannot be read: /],
          [empty, /^sluice: SLUICE_CA_CERTS \S+empty\.pem is no PEM certificate: give -----BEGIN/]
        ] as const
      ) {
        const running = yield* Process.start({ SLUICE_DATA_DIR: data, SLUICE_CA_CERTS: file })
        const { code, errors } = yield* running.ended
        assert.strictEqual(code, 1)
        assert.match(errors, says)
        assert.lengthOf(errors.trimEnd().split("\n"), 1, errors)
      }
      assert.deepStrictEqual(readdirSync(data), ["empty.pem"])
    }).pipe(Effect.scoped))

  it.live("prints one line for a port in use", () =>
    withDatabase(Effect.gen(function*() {
      const { url } = yield* Partner
      const { port } = new URL(url)
      const running = yield* Process.start({ ...(yield* environment), PORT: port })
      const { code, errors } = yield* running.ended
      assert.strictEqual(code, 1)
      assert.strictEqual(
        errors,
        `sluice: PORT ${port} on 127.0.0.1 is in use: stop the process that listens there, or set PORT to another\n`
      )
    })))

  it.live(
    "prints one line for an invalid settings file, before any of it is written",
    () =>
      withDatabase(Effect.gen(function*() {
        const own = yield* environment
        const file = join(own.SLUICE_DATA_DIR, "settings.json")
        writeFileSync(
          file,
          JSON.stringify({ pipelines: [{ name: "good", steps: [] }, { name: "bad", steps: [{ name: "telex" }] }] })
        )
        const running = yield* Process.start({ ...own, SLUICE_CONFIG: file })
        const { code, errors } = yield* running.ended
        assert.strictEqual(code, 1)
        assert.match(
          errors,
          /^sluice: SLUICE_CONFIG \S+settings\.json: pipelines\[1\]\.steps\[0\]\.name there is no plugin telex/
        )
        assert.lengthOf(yield* (yield* SqlClient.SqlClient)`SELECT id FROM pipelines`, 0)
      }))
  )
})

describe("a settings file", () => {
  it.live(
    "is applied with secrets from the environment, and equal content makes no new version",
    () =>
      withDatabase(Effect.gen(function*() {
        const own = yield* environment
        const file = join(own.SLUICE_DATA_DIR, "settings.json")
        writeFileSync(
          file,
          JSON.stringify({
            pipelines: [{ name: "first", steps: [] }],
            connectors: [{
              Name: "Webhook",
              ConnectorId: "c",
              Host: "https://example.com",
              BearerToken: { env: "TOKEN" }
            }]
          })
        )
        const whole = {
          ...own,
          SLUICE_CONFIG: file,
          TOKEN: "token-token",
          SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString("base64")
        }
        for (const _ of [1, 2]) {
          const running = yield* Process.start(whole)
          const url = yield* running.url
          const { json } = yield* request(url, "GET", "/v1/connectors/c")
          assert.deepInclude(json, { version: 1, bearerToken: "[redacted]" })
          assert.strictEqual((yield* request(url, "GET", "/v1/pipelines/first")).json.version, 1)
          yield* running.signal("SIGTERM")
          assert.strictEqual((yield* running.ended).code, 0)
        }
      }))
  )
})

describe("SIGTERM", () => {
  it.live("with SLUICE_DRAIN refuses no request of a client that follows readiness", () =>
    withDatabase(Effect.gen(function*() {
      const running = yield* Process.start({ ...(yield* environment), SLUICE_DRAIN: "15s" })
      const url = yield* running.url
      yield* request(url, "PUT", "/v1/pipelines/p", { body: { steps: [] } })
      yield* running.signal("SIGTERM")
      const readiness = yield* Effect.repeat(request(url, "GET", "/health/ready"), {
        until: ({ status }) => status === 503
      })
      assert.match(readiness.text, /stopping/)
      // Whoever has not looked since is still served.
      const order = yield* request(url, "POST", "/v1/orders", {
        headers: { prefer: "wait=12" },
        body: { orderType: "A" }
      })
      assert.strictEqual(order.status, 200, order.text)
      assert.strictEqual((yield* running.ended).code, 0)
    })))

  it.live(
    "ends waits and streams at once, finishes requests in flight, and exits with code 0",
    () =>
      withDatabase(Effect.gen(function*() {
        const partner = yield* Partner
        const call = Promise.withResolvers<ServerResponse>()
        partner.answer("/slow", (_, response) => call.resolve(response))
        const running = yield* Process.start(yield* environment)
        const url = yield* running.url
        yield* request(url, "PUT", "/v1/pipelines/slow", { body: calling(partner.url) })
        const order = { headers: { prefer: "wait=30" }, body: { orderType: "A", id: "slow" } }
        const waiting = yield* Effect.forkChild(request(url, "POST", "/v1/orders", order))
        const open = yield* Effect.promise(() => call.promise)
        const { json } = yield* request(url, "GET", "/v1/process-events?orderId=slow")
        const watching = yield* Effect.promise(() =>
          new Promise<IncomingMessage>((resolve) => get(`${url}/v1/process-events/${json.items[0].id}/stream`, resolve))
        )
        const start = yield* Clock.currentTimeMillis
        yield* running.signal("SIGTERM")
        assert.strictEqual((yield* Fiber.join(waiting)).status, 202)
        assert.match(yield* Effect.promise(() => text(watching)), /^event: process-event\ndata: \{/)
        open.end("{}")
        const { code, errors } = yield* running.ended
        assert.strictEqual(code, 0, errors)
        yield* within(start, 5_000, "nothing was waited for but the call")
        const sql = yield* SqlClient.SqlClient
        assert.deepStrictEqual(yield* sql`SELECT state FROM runs`, [{ state: "completed" }])
      }))
  )

  it.live("ends within 30 s with exit code 0 while the database is silent", () =>
    withDatabase(Effect.gen(function*() {
      const own = yield* environment
      const cable = yield* Cable.make(own.DATABASE_URL)
      const running = yield* Process.start({ ...own, DATABASE_URL: cable.url })
      yield* running.url
      yield* cable.freeze
      const start = yield* Clock.currentTimeMillis
      yield* running.signal("SIGTERM")
      const { code } = yield* running.ended
      assert.strictEqual(code, 0)
      yield* within(start, 30_000, "SIGTERM to exit")
    })))

  it.live(
    "to the whole process group stops the embedded PostgreSQL last, and a restart finds everything again",
    () =>
      Effect.gen(function*() {
        const own = { SLUICE_DATA_DIR: yield* Process.directory }
        const first = yield* Process.start(own)
        const url = yield* first.url
        yield* request(url, "PUT", "/v1/pipelines/all", { body: { steps: [] } })
        yield* request(url, "POST", "/v1/orders", {
          headers: { prefer: "wait=60" },
          body: { orderType: "A", id: "kept" }
        })
        yield* first.signal("SIGTERM", "group")
        const ended = yield* first.ended
        assert.strictEqual(ended.code, 0, ended.errors)
        assert.notMatch(ended.output, /ERROR|WARN/)
        assert.strictEqual(statSync(join(own.SLUICE_DATA_DIR, "encryption-key")).mode & 0o777, 0o600)
        const key = readFileSync(join(own.SLUICE_DATA_DIR, "encryption-key"))

        const second = yield* Process.start(own)
        const again = yield* second.url
        assert.strictEqual((yield* request(again, "GET", "/v1/orders/kept")).status, 200)
        assert.deepStrictEqual(readFileSync(join(own.SLUICE_DATA_DIR, "encryption-key")), key)
        yield* second.signal("SIGINT", "group")
        assert.strictEqual((yield* second.ended).code, 0)
      }).pipe(Effect.scoped)
  )
})
