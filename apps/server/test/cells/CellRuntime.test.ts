import { assert, describe, it } from "@effect/vitest"
import { type Context, Deferred, Effect, Exit, Fiber, Layer, Redacted, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { CellApp } from "../../src/cells/CellApp.ts"
import { CellRuntime, type CellServices, type Home } from "../../src/cells/CellRuntime.ts"

const request = HttpServerRequest.fromWeb(new Request("http://client/v1/orders"))

/** A cell whose requests wait for `release`; a part that is closed interrupts them, as a pool of connections does. */
const cell = Effect.gen(function*() {
  const release = yield* Deferred.make<void>()
  const run = Effect.runForkWith(yield* Effect.context<never>())
  let closed = 0
  const parent = yield* Scope.make("parallel")
  const layer = () =>
    Layer.effectContext(Effect.gen(function*() {
      const ended = yield* Deferred.make<void>()
      yield* Effect.addFinalizer(() =>
        Effect.andThen(Deferred.succeed(ended, undefined), Effect.sync(() => void closed++))
      )
      const handle = Effect.raceFirst(
        Effect.as(Deferred.await(release), HttpServerResponse.text("stored", { status: 202 })),
        Effect.andThen(Deferred.await(ended), Effect.interrupt)
      )
      const intake = { answer: () => run(handle) }
      return CellApp.context({ handle, intake }) as Context.Context<CellServices>
    }))
  const address = { id: 1, url: Redacted.make("postgres://host/one") }
  const runtime = new CellRuntime<never, never>(
    address,
    {
      cells: { cells: [address], tenants: new Map() } as never,
      executes: true,
      cluster: { address: { host: "127.0.0.1", port: 1 }, keys: [] },
      variable: "SLUICE_CELLS",
      layer
    },
    parent
  )
  const home = { keys: undefined as never, prepare: Layer.empty } satisfies Home
  yield* runtime.start(home)
  assert.isTrue(yield* runtime.take(home))
  const sent = Effect.suspend(() => runtime.handle ?? Effect.die("no handler")).pipe(
    Effect.provideService(HttpServerRequest.HttpServerRequest, request),
    Effect.scoped,
    Effect.map(({ status }) => status)
  )
  /** The same on the short path. */
  const taken = Effect.suspend(() => {
    const intake = runtime.intake(undefined)
    return intake === undefined
      ? Effect.die("no intake")
      : Fiber.join(intake.answer("/v1/orders", {}, new Uint8Array()))
  }).pipe(Effect.map(({ status }) => status))
  return { runtime, release, sent, taken, closed: () => closed, end: Scope.close(parent, Exit.void) }
})

/** Lets fibers run until they wait for something else than each other; the clock stands still. */
const settled = Effect.repeat(Effect.yieldNow, { times: 100 })

describe("CellRuntime", () => {
  it.effect("a cell without a request ends at once when it is given away", () =>
    Effect.gen(function*() {
      const { closed, end, runtime } = yield* cell
      yield* runtime.give
      yield* settled
      assert.strictEqual(closed(), 1)
      yield* end
    }))

  it.effect.each(["orders of the short path", "requests"] as const)(
    "a cell that is given away ends when its %s are answered",
    (what) =>
      Effect.gen(function*() {
        const { closed, end, release, runtime, sent, taken } = yield* cell
        const answer = yield* Effect.forkChild(what === "requests" ? sent : taken)
        yield* TestClock.adjust("1 second")
        yield* runtime.give
        yield* TestClock.adjust("1 second")
        assert.strictEqual(closed(), 0)
        yield* Deferred.succeed(release, undefined)
        assert.strictEqual(yield* Fiber.join(answer), 202)
        // No time passes: the last answer ends the wait.
        yield* settled
        assert.strictEqual(closed(), 1)
        yield* end
      })
  )

  it.effect("a request that takes longer is told that it may have been stored", () =>
    Effect.gen(function*() {
      const { closed, end, runtime, sent } = yield* cell
      const answer = yield* Effect.forkChild(sent)
      yield* TestClock.adjust("1 second")
      yield* runtime.give
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(closed(), 1)
      assert.strictEqual(yield* Fiber.join(answer), 503)
      yield* end
    }))
})
