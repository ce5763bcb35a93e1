import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as Cells from "../support/Cells.ts"
import * as Process from "../support/Process.ts"
import { type Answer, request } from "../support/Sluice.ts"

const ids = [0, 1, 5]
const tenants = { zero: 0, one: 1, five: 5 }
const names = Object.keys(tenants)

interface Member {
  readonly process: Process.Process
  readonly address: string
  readonly ask: (
    method: string,
    path: string,
    key?: string,
    body?: object,
    headers?: Readonly<Record<string, string>>
  ) => Effect.Effect<Answer>
}

const start = Effect.fnUntraced(
  function*(databases: Readonly<Record<string, string>>, keys: ReadonlyArray<string> = names) {
    const port = yield* Cells.freePort
    const process = yield* Process.start({
      ...databases,
      SLUICE_CLUSTER_HOST: "127.0.0.1",
      SLUICE_CLUSTER_PORT: String(port),
      SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
      SLUICE_API_KEYS: Cells.keysOf(["ops", ...keys.map((name) => `${name}@${name}`)]),
      SLUICE_DRAIN: "500ms"
    })
    const url = yield* process.url
    const member: Member = {
      process,
      address: `127.0.0.1:${port}`,
      ask: (method, path, key = "ops", body, headers = {}) =>
        request(url, method, path, {
          headers: { authorization: `Bearer ${Cells.keyOf(key)}`, prefer: "wait=30", ...headers },
          ...(body !== undefined && { body: body as never })
        })
    }
    return member
  }
)

/** The cells that a process executes, by its metrics. */
const ownedBy = ({ ask }: Member) =>
  Effect.map(
    ask("GET", "/metrics"),
    ({ text }) => ids.filter((id) => new RegExp(`^sluice_cell_owned{cell="${id}"} 1$`, "m").test(text))
  )

const until = <A>(look: Effect.Effect<A>, holds: (found: A) => boolean) =>
  Effect.repeat(look, { until: holds, schedule: Schedule.spaced("100 millis") })

/** Waits until each cell is executed by one of the processes, and no other. */
const settled = (members: ReadonlyArray<Member>) =>
  until(Effect.forEach(members, ownedBy), (owned) => {
    const sorted = owned.flat().toSorted((a, b) => a - b)
    return sorted.length === ids.length && sorted.every((id, index) => id === ids[index])
      && owned.every((some) => some.length <= Math.ceil(ids.length / members.length))
  })

const completed = (member: Member, tenant: string) =>
  Effect.map(member.ask("POST", "/v1/orders", tenant, { orderType: "A" }), ({ json, status, text }) => {
    assert.strictEqual(status, 200, text)
    assert.strictEqual(json.processEvent.state, "completed")
    return json.order.id as string
  })

/** Repeats an order with its key for as long as its cell is without an owner. */
const repeated = (member: Member, tenant: string) =>
  until(
    member.ask("POST", "/v1/orders", tenant, { orderType: "A" }, { "idempotency-key": `after the kill ${tenant}` }),
    ({ status, text }) => {
      assert.include([200, 503], status, text)
      return status === 200
    }
  )

describe("owners", () => {
  it.live("each cell has one owner; killed or stopped, another process goes on, and nothing accepted is lost", () =>
    Effect.gen(function*() {
      const databases = yield* Cells.databases(ids)
      const path = { SLUICE_CELLS: yield* Cells.file(databases, { ...tenants, "*": 0 }) }
      const first = yield* start(path)
      yield* first.ask("PUT", "/v1/pipelines/p", "ops", { steps: [] })
      yield* settled([first])
      const second = yield* start(path)
      yield* settled([first, second])
      const health = yield* until(
        second.ask("GET", "/health/ready"),
        ({ json }) => new Set(json.cells.map((cell: any) => cell.owner)).size === 2
      )
      for (const { owner, state } of health.json.cells) {
        assert.strictEqual(state, "ok")
        assert.include([first.address, second.address], owner)
      }
      for (const member of [first, second]) for (const tenant of names) yield* completed(member, tenant)

      // Whatever the process is asked for a cell of another, the owner does.
      const series = /^sluice_cluster_forwarded_total{outcome="answered"[^}]*} (\d+)$/gm
      const forwarded = yield* Effect.forEach([first, second], ({ ask }) =>
        Effect.map(
          ask("GET", "/metrics"),
          ({ text }) => [...text.matchAll(series)].reduce((sum, [, count]) => sum + Number(count), 0)
        ))
      assert.strictEqual(forwarded.reduce((sum, count) => sum + count), ids.length, JSON.stringify(forwarded))

      // Runs of a killed owner's cells go on elsewhere, those that were accepted meanwhile among them.
      yield* first.process.signal("SIGKILL")
      for (const tenant of names) yield* repeated(second, tenant)
      yield* settled([second])

      // Orders are answered while one leaves, by the other.
      const third = yield* start(path)
      yield* settled([second, third])
      yield* second.process.signal("SIGTERM")
      for (const tenant of names) yield* completed(third, tenant)
      yield* settled([third])
      assert.strictEqual((yield* second.process.ended).code, 0)
      const orders = yield* third.ask("GET", "/v1/orders?limit=200")
      assert.lengthOf(orders.json.items, 12)
      const open = yield* third.ask("GET", "/v1/process-events?state=completed&limit=200")
      assert.lengthOf(open.json.items, 12)
    }).pipe(Effect.scoped))

  it.live("with one database and one process nothing of the cluster is loaded", () =>
    Effect.gen(function*() {
      const [database] = yield* Cells.databases([0])
      const hook = new URL("../support/loadedModules.mjs", import.meta.url)
      const alone = yield* Process.start({ DATABASE_URL: database?.direct ?? "", NODE_OPTIONS: `--import=${hook}` })
      yield* alone.url
      yield* alone.signal("SIGTERM")
      const { code, errors } = yield* alone.ended
      assert.strictEqual(code, 0)
      const loaded = errors.split("\n").filter((line) => line.startsWith("loaded "))
      assert.isTrue(loaded.some((line) => line.endsWith("/server/src/Application.ts")))
      const ofCluster = /\/cluster\/|\/cells\/(?!CellApp|ReadCells|Reach|CellDirectory)/
      assert.deepStrictEqual(loaded.filter((line) => ofCluster.test(line)), [])
    }).pipe(Effect.scoped))

  it.live("with one database one process writes for all, and goes on elsewhere when it is stopped", () =>
    Effect.gen(function*() {
      const [database] = yield* Cells.databases([0])
      const url = { DATABASE_URL: database?.direct ?? "" }
      const first = yield* start(url, [])
      yield* first.ask("PUT", "/v1/pipelines/p", "ops", { steps: [] })
      const owns = (member: Member) => until(ownedBy(member), (owned) => owned.length === 1)
      yield* owns(first)
      const second = yield* start(url, [])
      // Either of them.
      const members = [first, second]
      const owned = yield* until(Effect.forEach(members, ownedBy), (all) => all.flat().length === 1)
      for (const member of members) yield* completed(member, "ops")
      const [owner, other] = owned[0]?.length === 1 ? [first, second] : [second, first]
      yield* owner.process.signal("SIGTERM")
      yield* completed(other, "ops")
      yield* owns(other)
      yield* completed(other, "ops")
    }).pipe(Effect.scoped))
})
