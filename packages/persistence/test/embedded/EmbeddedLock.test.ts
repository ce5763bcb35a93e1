import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as DirectoryLock from "../../src/embedded/DirectoryLock.ts"
import * as OsProcess from "../../src/embedded/OsProcess.ts"

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "sluice-lock-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)
const put = (path: string, content: string) => Effect.promise(() => writeFile(join(path, "lock"), content))

describe("DirectoryLock", () => {
  const ended = spawnSync("true").pid
  const stale = {
    "of a process that is gone": JSON.stringify({ pid: ended, identity: "boot/1" }),
    "of a process whose id another one has now": JSON.stringify({ pid: process.pid, identity: "boot/1" }),
    "that was never written to its end": "{\"pid\":"
  }
  for (const [name, content] of Object.entries(stale)) {
    it.effect(`a lock ${name} is taken over`, () =>
      Effect.gen(function*() {
        const path = yield* directory
        yield* put(path, content)
        yield* Effect.scoped(Effect.gen(function*() {
          yield* DirectoryLock.acquire(path, "lock")
          assert.deepStrictEqual(yield* DirectoryLock.holder(join(path, "lock")), Option.some(process.pid))
        }))
        assert.deepStrictEqual(yield* Effect.promise(() => readdir(path)), [])
      }))
  }

  it.effect("of many processes that find a dead owner's lock, one gets it", () =>
    Effect.gen(function*() {
      const path = yield* directory
      yield* put(path, stale["of a process that is gone"])
      const got = yield* Effect.all(
        Array.from({ length: 20 }, () => Effect.isSuccess(DirectoryLock.acquire(path, "lock"))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(got.filter(Boolean).length, 1)
    }))

  it.effect("a process is identified by its start time, and an ended one is not found", () =>
    Effect.gen(function*() {
      const self = yield* OsProcess.identify(process.pid)
      assert.isTrue(Option.isSome(self))
      assert.deepStrictEqual(yield* OsProcess.identify(process.pid), self)
      assert.notDeepEqual(yield* OsProcess.identify(process.ppid), self)
      assert.deepStrictEqual(yield* OsProcess.identify(ended), Option.none())
    }))
})
