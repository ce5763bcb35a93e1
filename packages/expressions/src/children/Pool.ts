/**
 * A pool of child processes for one kind of request. A hostile expression delays its own pipeline only:
 *
 * - requests wait by origin (a pipeline, an endpoint), and origins take turns by the time that they have used
 *   (`FairQueue`), so that the queue of one delays no other;
 * - at most `size - 1` children evaluate unproven expressions (an evaluation within its bounds proves one), and at most
 *   `size - 2` those that were slow before, so that a child is left for proven ones and one for first evaluations;
 * - a child that has met a bound is killed and replaced at once.
 *
 * Children start with the first request. Waiting for one counts towards no time limit.
 */
import { Effect, Exit, type Scope } from "effect"
import type { Answer, Limits, Request } from "../worker/WorkerProtocol.ts"
import * as Child from "./Child.ts"
import * as FairQueue from "./FairQueue.ts"

/** The history of an expression: within its bounds when last evaluated, not evaluated yet, or over its bounds. */
export type Risk = "proven" | "unknown" | "slow"

export interface Turn {
  readonly origin: string
  /** Asked when a child is free, since others may have proven the expression meanwhile. */
  readonly risk: () => Risk
}

export interface Pool {
  /** `request` is given the risk that the child was chosen for. */
  readonly ask: (
    turn: Turn,
    request: (risk: Risk) => Request
  ) => Effect.Effect<Answer, Child.ChildLost | Child.Overrun>
}

export interface Options {
  /** Child processes at most, at least 1; with 1, all kinds of requests share it. */
  readonly size: number
  /** Milliseconds without a request after which the children end. Absent: they stay. */
  readonly idleMs?: number | undefined
}

/** Milliseconds that a request is taken for until it has ended. */
const expectedMs: Readonly<Record<Risk, number>> = { proven: 1, unknown: 10, slow: 250 }

interface Ticket extends Turn {
  readonly grant: (granted: Granted) => void
  granted?: Granted
}

interface Granted {
  readonly child: Child.Child
  readonly risk: Risk
  readonly since: number
}

/** The children of a pool: all that run, and those of them that wait for a request. */
const makeChildren = (size: number, limits: Limits) => {
  const all = new Set<Child.Child>()
  const idle: Array<Child.Child> = []
  const spawn = (): Child.Child => {
    const child = Child.start(limits)
    all.add(child)
    return child
  }
  const discard = (child: Child.Child): void => {
    child.kill()
    all.delete(child)
  }
  const discardIdle = (isUnwanted: (child: Child.Child) => boolean): void => {
    for (const child of idle.filter(isUnwanted)) {
      idle.splice(idle.indexOf(child), 1)
      discard(child)
    }
  }

  /** Takes a running child; for slow expressions rather one that is still starting, since it may have to be killed. */
  const take = (risk: Risk): Child.Child => {
    discardIdle((child) => !child.isAlive())
    if (idle.length === 0) idle.push(spawn())
    // One more than is needed, so that the next request need not wait for its start.
    if (idle.length === 1 && all.size < Math.min(size, 2)) idle.push(spawn())
    const preferred = idle.findIndex((child) => child.isUp() === (risk !== "slow"))
    const [child] = idle.splice(Math.max(0, preferred), 1)
    return child ?? spawn()
  }

  return { all, idle, spawn, discard, discardIdle, take }
}

/** A pool of child processes that evaluate expressions; it ends with the scope. */
export const make = Effect.fnUntraced(
  function*({ idleMs, size }: Options, limits: Limits): Effect.fn.Return<Pool, never, Scope.Scope> {
    const room: Readonly<Record<Risk, number>> = {
      proven: size,
      unknown: Math.max(1, size - 1),
      slow: Math.max(1, size - 2)
    }
    const running: Record<Risk, number> = { proven: 0, unknown: 0, slow: 0 }
    const queue = FairQueue.make<Ticket>()
    const { all, discard, discardIdle, idle, spawn, take } = makeChildren(size, limits)
    let isOpen = true
    let idleTimer: ReturnType<typeof setTimeout> | undefined // oxlint-disable-line eslint/no-restricted-globals

    const isEligible = (ticket: Ticket): boolean => {
      const risk = ticket.risk()
      const unproven = running.unknown + running.slow
      return running.proven + unproven < room.proven && (risk === "proven" || unproven < room.unknown)
        && (risk !== "slow" || running.slow < room.slow)
    }

    const dispatch = (): void => {
      for (let ticket = queue.take(isEligible); ticket !== undefined; ticket = queue.take(isEligible)) {
        const risk = ticket.risk()
        running[risk]++
        queue.charge(ticket.origin, expectedMs[risk])
        ticket.grant(ticket.granted = { child: take(risk), risk, since: performance.now() })
      }
    }

    const giveBack = (ticket: Ticket, { child, risk, since }: Granted, isSound: boolean): void => {
      running[risk]--
      queue.charge(ticket.origin, performance.now() - since - expectedMs[risk])
      if (isSound && isOpen) idle.push(child)
      else {
        discard(child)
        if (isOpen) idle.push(spawn())
      }
      dispatch()
      if (idleMs !== undefined && isOpen && idle.length === all.size) {
        idleTimer = setTimeout(() => discardIdle(() => true), idleMs) // oxlint-disable-line eslint/no-restricted-globals
        idleTimer.unref()
      }
    }

    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isOpen = false
        clearTimeout(idleTimer)
        for (const child of all) child.kill()
      })
    )

    const ask: Pool["ask"] = (turn, request) =>
      Effect.uninterruptibleMask((restore) => {
        let ticket: Ticket | undefined
        const wait = Effect.callback<Granted>((resume) => {
          clearTimeout(idleTimer)
          ticket = { ...turn, grant: (granted) => resume(Effect.succeed(granted)) }
          queue.add(turn.origin, ticket)
          dispatch()
        })
        const leave = Effect.sync(() => {
          if (ticket?.granted !== undefined) giveBack(ticket, ticket.granted, true)
          else if (ticket !== undefined) queue.remove(ticket.origin, ticket)
        })
        return Effect.flatMap(
          Effect.onInterrupt(restore(wait), () => leave),
          (granted) =>
            Effect.onExit(restore(granted.child.ask(request(granted.risk))), (exit) =>
              // Nor after its caller was interrupted: it is still computing that caller's answer.
              Effect.sync(() => giveBack(ticket!, granted, isSound(exit))))
        )
      })
    return { ask }
  }
)

const isSound = (exit: Exit.Exit<Answer, unknown>): boolean =>
  Exit.isSuccess(exit) && !(exit.value.kind === "failed" && exit.value.reason === "bounds")
