/**
 * Timers on an Effect clock, so that a test's clock drives them. Nearly every timer is cancelled, so setting one only
 * adds it to a queue. There is one queue for each duration, with a fiber that sleeps until its oldest timer is due.
 */
import { type Clock, Duration, Effect, Fiber } from "effect"

/**
 * An entry of a linked list. A removed entry clears its links, or V8 would retain its neighbours: docs/adr/0002, also
 * for why this is no `Set`.
 */
interface Deadline {
  /** Monotonic nanoseconds. */
  readonly due: bigint
  expire: (() => void) | undefined
  before: Deadline | undefined
  after: Deadline | undefined
}

/** Deadlines of one length in the order in which they were set, which is that in which they are due. */
class Line {
  readonly #length: bigint
  #first: Deadline | undefined
  #last: Deadline | undefined

  constructor(ms: number) {
    this.#length = BigInt(Math.ceil(ms * 1e6))
  }

  get first(): Deadline | undefined {
    return this.#first
  }

  /** Adds a deadline that begins at `now`, in monotonic nanoseconds. */
  add(now: bigint, expire: () => void): Deadline {
    const deadline: Deadline = { due: now + this.#length, expire, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = deadline
    else this.#last.after = deadline
    this.#last = deadline
    return deadline
  }

  /** Removes the deadline and returns its callback; nothing if it was removed before. */
  remove(deadline: Deadline): (() => void) | undefined {
    const { after, before, expire } = deadline
    if (expire === undefined) return undefined
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    deadline.expire = deadline.before = deadline.after = undefined
    return expire
  }
}

export class Deadlines {
  readonly #lines = new Map<Clock.Clock, Map<number, Line>>()
  readonly #sleepers = new Set<Fiber.Fiber<void>>()
  #isOver = false

  /** Calls `expire` after `ms` milliseconds. Returns the function that cancels it. */
  set(clock: Clock.Clock, ms: number, expire: () => void): () => void {
    const known = this.#lines.get(clock)?.get(ms)
    const line = known ?? new Line(ms)
    const deadline = line.add(clock.monotonicTimeNanosUnsafe(), expire)
    if (known === undefined) this.#watch(clock, ms, line)
    return () => {
      line.remove(deadline)
    }
  }

  /** Cancels all deadlines. */
  readonly shutdown: Effect.Effect<void> = Effect.suspend(() => {
    this.#isOver = true
    return Fiber.interruptAll(this.#sleepers)
  })

  #watch(clock: Clock.Clock, ms: number, line: Line): void {
    const lines = this.#lines.get(clock) ?? new Map<number, Line>()
    this.#lines.set(clock, lines.set(ms, line))
    const sleeper = Effect.runFork(expiring(clock, line))
    this.#sleepers.add(sleeper)
    sleeper.addObserver(() => {
      this.#sleepers.delete(sleeper)
      // Set after the last look, or left behind by one whose `expire` threw.
      if (line.first !== undefined && !this.#isOver) return this.#watch(clock, ms, line)
      lines.delete(ms)
      if (lines.size === 0) this.#lines.delete(clock)
    })
  }
}

/** Expires deadlines until the list is empty. */
const expiring = Effect.fnUntraced(function*(clock: Clock.Clock, line: Line) {
  for (let { first } = line; first !== undefined; first = line.first) {
    const left = Number(first.due - clock.monotonicTimeNanosUnsafe()) / 1e6
    // The eldest may be another one afterwards.
    if (left > 0) yield* clock.sleep(Duration.millis(left))
    else line.remove(first)?.()
  }
})
