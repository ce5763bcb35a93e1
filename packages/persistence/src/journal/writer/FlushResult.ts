/** Decodes the result of a flush, write by write: see `FlushStatement` for the rows. */
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import type { ClaimedRun, Intake, Submission } from "@sluice/engine/journal/Journal"
import { type LocalClaim, localClaimOf } from "../../outbox/LocalClaims.ts"
import { typesOf } from "../../outbox/Subscribed.ts"
import type { Rows } from "../../sql/JournalConnection.ts"

export interface StoredEntry {
  readonly version: number
  readonly ended: RunState | undefined
  /** True if another run over the order waits for its turn. */
  readonly next: boolean
}

export interface FlushAnswer {
  /** True if the worker was not fenced; otherwise nothing was stored. */
  readonly standing: boolean
  /** The types that have subscribers, where nothing was stored because the flush lacks messages of one of them. */
  readonly subscribed: ReadonlyArray<string>
  /** The submissions that were stored, by ordinal from 1. */
  readonly accepts: ReadonlySet<number>
  readonly entries: ReadonlyMap<number, StoredEntry>
  /** True if deliveries were made, and have to be sent. */
  readonly delivers: boolean
  /** The deliveries that this process claimed with the flush, and has to send. */
  readonly handed: ReadonlyArray<LocalClaim>
}

export const flushAnswer = (rows: Rows): FlushAnswer => {
  let standing = false
  let delivers = false
  let subscribed: ReadonlyArray<string> = []
  const accepts = new Set<number>()
  const entries = new Map<number, StoredEntry>()
  const handed: Array<LocalClaim> = []
  for (const [kind, n, version, state, next] of rows) {
    if (kind === 0) standing = true
    else if (kind === 1) accepts.add(n as number)
    else if (kind === 3) delivers = true
    else if (kind === 4) handed.push(localClaimOf(state as string))
    else if (kind === 5) subscribed = typesOf(state)
    else {
      entries.set(n as number, {
        version: version as number,
        ended: state === null ? undefined : state as RunState,
        next: next === true
      })
    }
  }
  return { standing, subscribed, accepts, entries, delivers, handed }
}

/** The run that a submission opened, at its very beginning. */
export const openedRun = ({ document, run }: Submission, claimToken: number): ClaimedRun => {
  const opened: ClaimedRun = {
    runId: run.runId,
    claimToken,
    eventId: run.eventId,
    orderId: document.order.id,
    pipeline: run.pipeline,
    createdAt: run.createdAt,
    startedAt: run.createdAt,
    startVersion: 1,
    document,
    takeovers: 0,
    compensating: false,
    steps: [],
    callouts: [],
    takenOver: false
  }
  return run.shipmentId === undefined ? opened : { ...opened, shipmentId: run.shipmentId }
}

/** The answer to a submission that is stored and not this process's to execute. */
export const queued = ({ document, run }: Submission): Intake => ({
  _tag: "Queued",
  orderId: document.order.id,
  eventId: run.eventId,
  runId: run.runId
})
