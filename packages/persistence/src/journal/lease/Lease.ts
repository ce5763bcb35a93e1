/**
 * The lease of this process: its worker row, renewed with every flush, and the runs that it has claimed. One lease for
 * the whole process, so 100,000 runs cost no more to keep than one. Contract: section 10, promise 3.
 */
import { type ClaimToken, Fenced } from "@sluice/engine/journal/Journal"
import { Clock, Effect } from "effect"
import * as InFlight from "./InFlight.ts"

const seconds = (n: number): bigint => BigInt(n) * 1_000_000_000n

/** Sending stops this long before the lease ends, to cover the time between the check and the socket. */
const margin = seconds(1)

/** The duration of a lease from its renewal, by the database's clock. */
export const leaseSeconds = 6

export interface Lease {
  /** The row in `workers`, and its epoch, which counts the lost replies; both are parameters of every statement. */
  readonly identity: () => { readonly worker: string; readonly epoch: number }
  /** True while the claim token is valid; otherwise the run belongs to another process or to a later claim. */
  readonly holds: (claimToken: ClaimToken) => boolean
  /** Begins a claim token for the run, and ends an earlier one. */
  readonly hold: (runId: string, load: InFlight.Load) => number
  /** Ends a claim token; false where it had ended before. A late reply ends no token that began since. */
  readonly drop: (claimToken: ClaimToken) => boolean
  /** The runs claimed by this process, and the remaining room. */
  readonly inFlight: InFlight.InFlight
  /** The runs that may be this process's: their statement was sent, and its reply was lost or not awaited. */
  readonly doubtful: Map<string, { readonly takenOver: boolean }>
  readonly maySend: (claimToken?: ClaimToken) => boolean
  readonly awaitLease: Effect.Effect<void, Fenced>
  /** Extends the lease after a statement that was sent at `sent`, in monotonic nanoseconds, and renewed the row. */
  readonly renewed: (sent: bigint) => void
  /** Continues the lease under a raised epoch, which a statement sent at `sent` has stored. */
  readonly rejoined: (epoch: number, sent: bigint) => void
  /** Registers a new worker row; the runs of the old one are left to takeovers. */
  readonly registered: (worker: string, sent: bigint) => void
  /** Ends the lease after the worker row was fenced: nothing is held any more. */
  readonly lost: () => void
}

export const make = (limits?: InFlight.InFlightLimits) => Effect.map(Clock.Clock, (clock) => on(clock, limits))

const on = (clock: Clock.Clock, limits: InFlight.InFlightLimits | undefined): Lease => {
  let worker = ""
  let epoch = 0
  /**
   * The monotonic time, in nanoseconds, until which this process may send. The wall clock may jump, and the database's
   * is elsewhere.
   */
  let sendUntil = 0n
  const held = InFlight.make(limits ?? InFlight.defaultLimits)
  const doubtful = new Map<string, { readonly takenOver: boolean }>()
  let waiting: Array<(answer: Effect.Effect<void, Fenced>) => void> = []

  const alive = () => clock.monotonicTimeNanosUnsafe() < sendUntil

  const tell = (answer: Effect.Effect<void, Fenced>) => {
    const told = waiting
    waiting = []
    for (const resume of told) resume(answer)
  }

  const renewed = (sent: bigint) => {
    const until = sent + seconds(leaseSeconds) - margin
    if (until > sendUntil) sendUntil = until
    if (waiting.length > 0 && alive()) tell(Effect.void)
  }

  return {
    identity: () => ({ worker, epoch }),
    holds: held.stands,
    hold: held.add,
    drop: held.remove,
    inFlight: held,
    doubtful,
    maySend: (claimToken) => alive() && (claimToken === undefined || held.stands(claimToken)),
    awaitLease: Effect.callback<void, Fenced>((resume) => {
      if (alive()) return resume(Effect.void)
      waiting.push(resume)
      return Effect.sync(() => {
        waiting = waiting.filter((other) => other !== resume)
      })
    }),
    renewed,
    rejoined: (raised, sent) => {
      epoch = Math.max(epoch, raised)
      renewed(sent)
    },
    registered: (fresh, sent) => {
      worker = fresh
      epoch = 0
      renewed(sent)
    },
    lost: () => {
      sendUntil = 0n
      held.clear()
      doubtful.clear()
      tell(Effect.fail(new Fenced()))
    }
  }
}
