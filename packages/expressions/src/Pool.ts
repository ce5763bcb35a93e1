/**
 * The children, and who gets one. Two rules keep a hostile expression away from the others:
 * - one child is kept for expressions that have proven themselves (an evaluation within its bounds); all others share
 *   the rest, so that no flood of hostile ones delays what is known to be quick;
 * - a child that has met a bound is killed and replaced at once by a fresh one, so that there is always a warm spare.
 *
 * Children are started with the first request, all of them. Waiting for one counts towards no time limit.
 */
import { Effect, Exit, type Scope, Semaphore } from "effect"
import * as Child from "./Child.ts"
import type { Answer, Limits, Request } from "./WorkerProtocol.ts"

export interface Pool {
  readonly ask: (request: Request, isProven: boolean) => Effect.Effect<Answer, Child.ChildLost>
}

/** A pool of `size` children (at least 2) that ends with the scope. */
export const make = Effect.fnUntraced(
  function*(size: number, limits: Limits): Effect.fn.Return<Pool, never, Scope.Scope> {
    const count = Math.max(2, size)
    const all = new Set<Child.Child>()
    const idle: Array<Child.Child> = []
    let isOpen = true

    const spawn = (): Child.Child => {
      const child = Child.start(limits)
      all.add(child)
      return child
    }
    const discard = (child: Child.Child): void => {
      child.kill()
      all.delete(child)
    }
    /**
     * Selects a child: a running one for a proven expression, the one still starting for another, which may get it
     * killed.
     */
    const take = (isProven: boolean): Child.Child => {
      for (const dead of idle.filter((child) => !child.isAlive())) {
        idle.splice(idle.indexOf(dead), 1)
        discard(dead)
      }
      for (let missing = count - all.size; missing > 0; missing--) idle.push(spawn())
      const preferred = idle.findIndex((child) => child.isUp() === isProven)
      const [child] = idle.splice(Math.max(0, preferred), 1)
      return child ?? spawn()
    }
    const giveBack = (child: Child.Child, exit: Exit.Exit<Answer, Child.ChildLost>): void => {
      const isSound = Exit.isSuccess(exit) && !(exit.value.kind === "failed" && exit.value.reason === "bounds")
      if (isSound && isOpen) {
        idle.push(child)
        return
      }
      // Also when its caller was interrupted: it is still busy with an answer that nobody waits for.
      discard(child)
      if (isOpen) idle.push(spawn())
    }

    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isOpen = false
        for (const child of all) child.kill()
      })
    )

    const everyone = Semaphore.makeUnsafe(count)
    const unproven = Semaphore.makeUnsafe(count - 1)
    const ask = (request: Request, isProven: boolean): Effect.Effect<Answer, Child.ChildLost> =>
      Effect.acquireUseRelease(
        Effect.sync(() => take(isProven)),
        (child) => child.ask(request),
        (child, exit) => Effect.sync(() => giveBack(child, exit))
      )
    return {
      ask: (request, isProven) => {
        const asked = everyone.withPermit(ask(request, isProven))
        return isProven ? asked : unproven.withPermit(asked)
      }
    }
  }
)
