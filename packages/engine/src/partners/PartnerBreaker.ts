/**
 * Port: the health of partners as all processes see it. A partner is a host. What one process learns is visible to the
 * others within a second and survives all of them; the journal releases runs on hold accordingly. Contract: section 4,
 * `onUnavailable`.
 *
 * Implemented with the journal, because a run is put on hold and its release is guaranteed in one commit.
 */
import { Context, type Effect, Schema } from "effect"
import type { JournalUnavailable } from "../journal/Journal.ts"

export const BreakerState = Schema.Literals(["closed", "open", "half-open"])
/** The state of a circuit. `open`: runs are held; `half-open`: one run is tried; `closed`: calls are made. */
export type BreakerState = typeof BreakerState.Type

export interface PartnerStatus {
  /** The host as in a URL: lower case, with the port unless it is the scheme's default. */
  readonly host: string
  readonly state: BreakerState
  /** Epoch milliseconds: since when it is open (half-open counts with it), or closed again. */
  readonly since: number
  /** Failures that were counted since the partner last answered. */
  readonly failures: number
  /** Runs that are held for it. */
  readonly waiting: number
}

/**
 * The condition of a partner:
 * - `up`: its circuit is closed
 * - `down`: its breaker is open or half-open
 * - `recovering`: it answers again, and the runs on hold for it are being released
 */
export type Condition = "up" | "down" | "recovering"

/** The time that the breaker stays open after it opened for the `openings`th time in a row, in milliseconds. */
export const openForMs = (openings: number): number => Math.min(30_000, 1000 * 2 ** Math.max(0, openings - 1))

/** The largest number of runs on hold that are released at once. */
export const maxBatch = 64

/** The shortest time between two answers of a recovering partner that release more held runs, in milliseconds. */
export const answersEveryMs = 100

/**
 * The number of runs on hold that are released next, after so many answers of the recovering partner: two for each answer,
 * so that the number doubles while answers come, and at most {@link maxBatch}.
 */
export const batchAfter = (answers: number): number => Math.min(maxBatch, answers * 2)

/**
 * A run that was tried so often, and whose partner still did not answer, steps back behind the others: it may be this
 * order that the partner cannot bear.
 */
const triesInFront = 12

/**
 * The rank of a run among those on hold for a partner, after so many attempts. Runs are released in the order of their rank,
 * those of one rank oldest first.
 */
export const holdRank = (attempts: number): number => Math.floor(attempts / triesInFront)

export class PartnerBreaker extends Context.Service<PartnerBreaker, {
  /** Synchronous, because it is asked before every call; at most a second old. */
  readonly condition: (host: string) => Condition
  /** Too many calls failed, or one that was made while the partner was down. Stored in the background. */
  readonly failed: (host: string, failures: number) => void
  /** A call that began while the partner was down or recovering was answered. Stored in the background. */
  readonly answered: (host: string) => void
  /** Every partner whose circuit has ever opened, by host. */
  readonly list: Effect.Effect<ReadonlyArray<PartnerStatus>, JournalUnavailable>
  /** Closes the circuit and releases the runs on hold; `undefined` for an unknown host. */
  readonly reset: (host: string) => Effect.Effect<PartnerStatus | undefined, JournalUnavailable>
}>()("@sluice/engine/PartnerBreaker") {}
