/**
 * The secrets of a server's environment, sought in what a process of its own leaves behind: its output, its children, a
 * diagnostic report, a crash, and starts that fail. The members of settings are in `access/canaries.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Partner } from "../support/Partner.ts"
import * as Process from "../support/Process.ts"
import { request } from "../support/Sluice.ts"

const canary = (name: string) => `cnry${name}Zq7fXw9Kd2`

const secrets = {
  DATABASE_URL: canary("database"),
  SLUICE_API_KEYS: canary("apikey"),
  SLUICE_ENCRYPTION_KEY: Buffer.from(canary("vaultkey").padEnd(32, "7").slice(0, 32)).toString("base64"),
  SLUICE_EGRESS_PROXY: canary("proxy"),
  OTEL_EXPORTER_OTLP_HEADERS: canary("telemetry")
}

const leaksIn = (text: string): ReadonlyArray<string> =>
  Object.entries(secrets).filter(([, secret]) => text.includes(secret)).map(([name]) => name)

/** The address of the test's database, for a role whose password is the canary. */
const databaseUrl = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const url = new URL(Redacted.value((yield* DatabaseTest).url))
  const role = `${url.pathname.slice(1)}_canary`
  yield* Effect.acquireRelease(
    sql.unsafe(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${secrets.DATABASE_URL}'`),
    () => Effect.ignore(sql`DROP ROLE ${sql(role)}`)
  )
  url.username = role
  url.password = secrets.DATABASE_URL
  return url.href
})

const environment = Effect.gen(function*() {
  const { url } = yield* Partner
  return {
    DATABASE_URL: yield* databaseUrl,
    SLUICE_API_KEYS: `ops=${secrets.SLUICE_API_KEYS}`,
    SLUICE_ENCRYPTION_KEY: secrets.SLUICE_ENCRYPTION_KEY,
    SLUICE_EGRESS_PROXY: `http://u:${secrets.SLUICE_EGRESS_PROXY}@127.0.0.1:1`,
    SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${secrets.OTEL_EXPORTER_OTLP_HEADERS}`
  }
})

/** The process ids of those that the process has started. */
const childrenOf = (pid: number): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/stat`, "latin1").split(") ").at(-1)?.split(" ")[1] === `${pid}`
    } catch {
      return false
    }
  })

const reportsIn = (path: string): string =>
  readdirSync(path).map((name) => readFileSync(join(path, name), "utf8")).join()

/** The first defined value of `look`, which is called every 50 ms. */
const eventually = <A>(look: () => A | undefined): Effect.Effect<A> =>
  Effect.map(
    Effect.repeat(Effect.sync(look), { until: (found) => found !== undefined, schedule: Schedule.spaced("50 millis") }),
    (found) => found as A
  )

const inWorld = <A, E>(
  test: Effect.Effect<A, E, DatabaseTest | SqlClient.SqlClient | Partner | Effect.Services<typeof Process.directory>>
) => test.pipe(Effect.scoped, Effect.provide(Layer.merge(DatabaseTest.layer, Partner.layer)))

describe("secrets of the environment", () => {
  it.live("are in no child, no diagnostic report, no output and no uncaught error of a process", () =>
    inWorld(Effect.gen(function*() {
      const path = yield* Process.directory
      const crash = join(path, "crash.mjs")
      // An uncaught error whose message contains the whole environment.
      writeFileSync(
        crash,
        "process.on('SIGWINCH', () => { throw new Error('planted ' + Object.values(process.env).join(' ')) })"
      )
      const reports = join(path, "reports")
      mkdirSync(reports)
      const running = yield* Process.start({
        ...(yield* environment),
        NODE_OPTIONS:
          `--import=file://${crash} --report-on-signal --report-uncaught-exception --report-directory=${reports}`
      })
      const url = yield* running.url
      const ask = (method: string, path: string, body?: {}) =>
        request(url, method, path, {
          ...(body !== undefined && { body: body as never }),
          headers: { authorization: `Bearer ${secrets.SLUICE_API_KEYS}`, prefer: "wait=30" }
        })
      yield* ask("PUT", "/v1/pipelines/p", {
        steps: [{
          name: "calloutPlugin",
          when: "$sum([1..5]) = 15",
          options: { endpoint: "http://127.0.0.1:1/x" }
        }]
      })
      const { json } = yield* ask("POST", "/v1/orders", { orderType: "NEW_ORDER" })
      assert.strictEqual(json?.processEvent?.steps[0]?.callouts[0]?.error.code, "proxy", JSON.stringify(json))
      assert.deepStrictEqual(leaksIn(JSON.stringify(json)), [])
      if (process.platform === "linux") {
        const children = childrenOf(running.pid)
        assert.isAbove(children.length, 0, "expressions are evaluated in children")
        for (const child of children) {
          for (const file of ["environ", "cmdline"]) {
            const text = readFileSync(`/proc/${child}/${file}`, "latin1")
            assert.deepStrictEqual(leaksIn(text), [], `${file} of a child`)
          }
        }
        const own = readFileSync(`/proc/${running.pid}/cmdline`, "latin1")
        assert.deepStrictEqual(leaksIn(own), [])
      }
      yield* running.signal("SIGUSR2")
      yield* eventually(() => reportsIn(reports).includes("javascriptStack") ? true : undefined)
      yield* running.signal("SIGWINCH")
      const { code, errors, output } = yield* running.ended
      assert.strictEqual(code, 1)
      assert.include(output + errors, "planted")
      assert.deepStrictEqual(leaksIn(output + errors), [])
      assert.lengthOf(readdirSync(reports), 2)
      assert.include(reportsIn(reports), "planted")
      assert.deepStrictEqual(leaksIn(reportsIn(reports)), [])
      assert.deepStrictEqual(leaksIn((yield* Partner).asked.map(({ body }) => body).join("\n")), [])
    })))

  it.live("are in no message of a start that fails", () =>
    inWorld(Effect.gen(function*() {
      const path = yield* Process.directory
      const own = yield* environment
      const cells = join(path, "cells.json")
      const { DATABASE_URL: database, ...others } = own
      const wrong = database.replace(/(\/\/[^:]*):/, "$1x:")
      const failing: ReadonlyArray<readonly [why: string, environment: Record<string, string>, file?: unknown]> = [
        ["a role that is not there", { ...own, DATABASE_URL: wrong }],
        ["cells that are no JSON", { ...others, SLUICE_CELLS: cells }, `{"cells": "${secrets.DATABASE_URL}"`],
        ["a cell that refuses", { ...others, SLUICE_CELLS: cells }, { cells: [{ id: 0, databaseUrl: wrong }] }]
      ]
      for (const [why, environment, file] of failing) {
        writeFileSync(cells, typeof file === "string" ? file : JSON.stringify(file ?? {}))
        const running = yield* Process.start({ ...environment, SLUICE_DATA_DIR: path })
        const { code, errors, output } = yield* running.ended
        assert.strictEqual(code, 1, why)
        assert.deepStrictEqual(leaksIn(output + errors), [], why)
        assert.lengthOf(errors.trimEnd().split("\n"), 1, errors)
      }
    })))
})
