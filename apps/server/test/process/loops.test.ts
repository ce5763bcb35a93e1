import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import * as Process from "../support/Process.ts"
import { request } from "../support/Sluice.ts"

/** Every loop of a process with these roles. */
const api = [
  "api-key-uses",
  "api-keys",
  "database-clock",
  "delivery-announcements",
  "events",
  "journal-main",
  "journal-outcomes",
  "journal-wide",
  "journal-watch",
  "partner-breakers",
  "partner-calls",
  "queue-depth",
  "replays",
  "settings-watch",
  "work-announcements"
]
const worker = [
  ...api.filter((name) => name !== "delivery-announcements"),
  "cancel-jobs",
  "completeness",
  "delivery-dispatcher",
  "delivery-notifications",
  "delivery-results",
  "issues",
  "erase-jobs",
  "resolve-jobs",
  "retention",
  "retry-jobs",
  "run-cancellations",
  "run-claims",
  "run-polling",
  "watchdog",
  "work-notifications"
]

const loopsOf = Effect.fnUntraced(function*(roles: string) {
  const { url } = yield* DatabaseTest
  const server = yield* Process.start({
    SLUICE_ROLES: roles,
    DATABASE_URL: Redacted.value(url),
    SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
  })
  const { text } = yield* request(yield* server.url, "GET", "/metrics")
  const counts = [...text.matchAll(/^sluice_background_loops\{loop="([^"]+)"\} (\d+)$/gm)]
  return Object.fromEntries(counts.map(([, name = "", count]) => [name, Number(count)]))
})

const once = (names: ReadonlyArray<string>) => Object.fromEntries(names.map((name) => [name, 1]))

describe("background loops", () => {
  for (const [roles, names] of [["api,worker", worker], ["worker", worker], ["api", api]] as const) {
    it.live(`a process with the roles ${roles} runs each of its loops exactly once`, () =>
      Effect.gen(function*() {
        assert.deepEqual(yield* loopsOf(roles), once(names))
      }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
  }
})
