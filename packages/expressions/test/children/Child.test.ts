import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Child from "../../src/children/Child.ts"

const limits = { timeMs: 250, memoryMb: 128, resultLength: 1024 }

/** A program that tries all that a program with the flags of a child can do. */
const attempts = `
  const outcome = async (attempt) => {
    try { await attempt(); return "allowed" } catch (cause) { return cause.code ?? cause.name }
  }
  const { drop } = await import(process.argv[1])
  drop()
  const fs = await import("node:fs")
  const { spawnSync } = await import("node:child_process")
  const { Worker } = await import("node:worker_threads")
  process.stdout.write(JSON.stringify({
    user: [process.getuid(), process.geteuid(), process.getgid(), process.getegid(), process.getgroups()],
    environment: Object.keys(process.env),
    read: await outcome(() => fs.readFileSync("/etc/passwd")),
    readBeside: await outcome(() => fs.readFileSync(new URL("../../package.json", process.argv[1]))),
    list: await outcome(() => fs.readdirSync("/")),
    write: await outcome(() => fs.writeFileSync("/tmp/expression-child", "")),
    run: await outcome(() => spawnSync("/bin/true")),
    thread: await outcome(() => new Worker("1", { eval: true })),
    addOn: await outcome(() => process.dlopen({ exports: {} }, "/tmp/none.node")),
    code: await outcome(() => eval("1"))
  }))
`

describe("Child", () => {
  it.effect("code in a child can do nothing but compute", () =>
    Effect.gen(function*() {
      const privileges = new URL("../../src/worker/Privileges.ts", import.meta.url).href
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(
          process.execPath,
          [...Child.flags(limits), "--input-type=module", "--eval", attempts, privileges],
          { env: { TZ: "UTC" } }
        )
      )
      const isRoot = process.getuid?.() === 0
      const [user, group] = isRoot ? [65_534, 65_534] : [process.getuid?.(), process.getgid?.()]
      assert.deepStrictEqual(JSON.parse(stdout), {
        user: [user, user, group, group, isRoot ? [group] : process.getgroups?.()],
        environment: ["TZ"],
        read: "ERR_ACCESS_DENIED",
        readBeside: "ERR_ACCESS_DENIED",
        list: "ERR_ACCESS_DENIED",
        write: "ERR_ACCESS_DENIED",
        run: "ERR_ACCESS_DENIED",
        thread: "ERR_ACCESS_DENIED",
        addOn: "ERR_DLOPEN_DISABLED",
        code: "EvalError"
      })
    }))

  it.live.runIf(process.platform === "linux")(
    "a child that evaluates has given up its privileges",
    () =>
      Effect.gen(function*() {
        const child = Child.start(limits)
        yield* Effect.addFinalizer(() => Effect.sync(child.kill))
        const answer = yield* child.ask({ kind: "evaluate", source: "1 + 1", scope: "{}", now: 0, isWatched: true })
        assert.deepStrictEqual(answer, { kind: "value", value: "2" })
        const worker = fileURLToPath(new URL("../../src/worker/worker.ts", import.meta.url))
        const isOurs = (pid: string): boolean => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(worker)
              && new RegExp(`^PPid:\\t${process.pid}$`, "m").test(readFileSync(`/proc/${pid}/status`, "utf8"))
          } catch {
            return false // it has ended meanwhile
          }
        }
        const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter(isOurs)
        assert.lengthOf(pids, 1)
        const status = readFileSync(`/proc/${pids[0]}/status`, "utf8")
        const user = process.getuid?.() === 0 ? 65_534 : process.getuid?.()
        assert.include(status, `Uid:\t${user}\t${user}\t${user}\t${user}\n`)
        if (process.getuid?.() === 0) assert.include(status, "CapEff:\t0000000000000000\n")
      }).pipe(Effect.scoped)
  )
})
