/** The audit records of settings that a start reads from `SLUICE_CONFIG`. Contract: section 2, the audit. */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Process from "../support/Process.ts"
import { request } from "../support/Sluice.ts"

describe("the audit of a settings file", () => {
  it.live(
    "the settings file is an actor of its own, and an unchanged one leaves no record",
    () =>
      Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const file = join(yield* Process.directory, "settings.json")
        writeFileSync(file, JSON.stringify({ pipelines: [{ name: "from file/1", steps: [] }], connectors: [] }))
        const environment = {
          DATABASE_URL: Redacted.value(url),
          SLUICE_CONFIG: file,
          SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
        }
        for (let starts = 0; starts < 2; starts++) {
          const server = yield* Process.start(environment)
          const { json } = yield* request(yield* server.url, "GET", "/v1/audit")
          assert.lengthOf(json.items, 1)
          assert.deepInclude(json.items[0], {
            actor: "settings-file",
            roles: [],
            action: "pipeline.create",
            resource: "/v1/pipelines/from%20file%2F1",
            remoteAddress: null
          })
        }
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)),
    600_000
  )

  it.live(
    "a settings file that is refused at start leaves a record of each setting that was at fault, and of no other",
    () =>
      Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const sql = yield* SqlClient.SqlClient
        const good = { name: "good", steps: [] }
        const files: ReadonlyArray<readonly [file: object, resources: ReadonlyArray<string>]> = [
          // Refused by the checks, once everything could be read.
          [{ pipelines: [good, { name: "bad", steps: [{ name: "telex" }] }] }, ["/v1/pipelines/bad"]],
          // Refused while it is read.
          [
            {
              pipelines: [good],
              connectors: [{ Name: "Webhook", ConnectorId: "no host" }, { Host: "https://a.example" }],
              authProviders: [{ name: "a", domain: "a.example", type: "bearer", token: { env: "NOT_THERE" } }]
            },
            ["/v1/connectors/no%20host", "/v1/auth-providers/a"]
          ]
        ]
        for (const [content, resources] of files) {
          yield* sql`delete from audit`
          const file = join(yield* Process.directory, "settings.json")
          writeFileSync(file, JSON.stringify(content))
          const server = yield* Process.start({ DATABASE_URL: Redacted.value(url), SLUICE_CONFIG: file })
          const { code, errors } = yield* server.ended
          assert.strictEqual(code, 1, errors)
          assert.match(errors, /^sluice: SLUICE_CONFIG /)
          const rows = yield* sql`select actor, action, resource, outcome, status, after from audit order by id`
          assert.deepStrictEqual(
            rows,
            resources.map((resource) => ({
              actor: "settings-file",
              action: `${
                resource.includes("pipelines")
                  ? "pipeline"
                  : resource.includes("connectors")
                  ? "connector"
                  : "auth_provider"
              }.create`,
              resource,
              outcome: "refused",
              status: 400,
              after: null
            }))
          )
        }
        assert.lengthOf(yield* sql`select id from pipelines`, 0)
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)),
    600_000
  )
})
