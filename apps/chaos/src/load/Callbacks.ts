/**
 * A partner that answers later: once for each attempt, before or after its 2xx, to any running process; sometimes
 * again, sometimes with another answer. Every answer and its status are kept.
 */
import { Effect, Queue, type Scope } from "effect"
import type { CallbackAnswer } from "../evidence/Evidence.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { Random } from "../Random.ts"
import { ask } from "./Client.ts"

/** An attempt whose answer comes later. */
export interface Awaited {
  readonly key: string
  readonly token: string
}

export interface Callbacks {
  readonly answers: ReadonlyArray<CallbackAnswer>
  readonly arrived: (awaited: Awaited) => void
  /** Answers until it is interrupted. */
  readonly run: Effect.Effect<never, never, Scope.Scope>
}

export const make = Effect.fnUntraced(function*(fleet: () => Fleet | undefined, random: Random) {
  const answers: Array<CallbackAnswer> = []
  const queue = yield* Queue.unbounded<Awaited>()
  let count = 0

  /** Repeats the answer until a process replies to it. */
  const answer = Effect.fnUntraced(function*({ key, token }: Awaited, said: string) {
    while (true) {
      const serving = fleet()?.serving() ?? []
      const base = serving.length === 0 ? undefined : random.pick(serving).url()
      const { status } = base === undefined
        ? { status: 0 }
        : yield* ask(base, "POST", `/v1/callbacks/${token}`, { said })
      if (status !== 0 && status !== 503) return void answers.push({ key, said, status })
      yield* Effect.sleep(random.between(100, 600))
    }
  })

  const follow = Effect.fnUntraced(function*(awaited: Awaited) {
    const said = `answer ${++count}`
    const again = random.chance(0.4) ? random.pick([said, `${said}, otherwise`]) : undefined
    yield* Effect.sleep(random.between(0, 1500))
    yield* answer(awaited, said)
    if (again !== undefined) yield* answer(awaited, again)
  })

  const callbacks: Callbacks = {
    answers,
    arrived: (awaited) => Queue.offerUnsafe(queue, awaited),
    run: Effect.forever(Effect.flatMap(Queue.take(queue), (awaited) => Effect.forkScoped(follow(awaited))))
  }
  return callbacks
})
