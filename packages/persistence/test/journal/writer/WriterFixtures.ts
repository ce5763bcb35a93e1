/** Writes that wait for the writer, and a writer without a database; each test gives the members that it is about. */
import { assert } from "@effect/vitest"
import type { Entry } from "@sluice/engine/journal/Journal"
import { submission } from "@sluice/engine/testing/JournalFixtures"
import { Clock, Effect, Result } from "effect"
import type { Lease } from "../../../src/journal/lease/Lease.ts"
import { renewingFlush } from "../../../src/journal/writer/FlushStatement.ts"
import type { PendingEntry, PendingSubmission } from "../../../src/journal/writer/PendingWrite.ts"
import type { Options, WriterContext } from "../../../src/journal/writer/Settlement.ts"
import * as WriteChannel from "../../../src/journal/writer/WriteChannel.ts"
import { tracker } from "../../../src/journal/writer/WriteHealth.ts"
import type { JournalConnection } from "../../../src/sql/JournalConnection.ts"

/** A submission that no flush has taken yet; its answer is dropped. */
export const pendingSubmission = (rest: Partial<PendingSubmission> = {}): PendingSubmission => ({
  kind: "accept",
  submission: submission(),
  starts: true,
  bytes: 1,
  since: 0n,
  untold: () => [],
  mayBeStored: false,
  progress: undefined,
  abandoned: false,
  settle: () => {},
  ...rest
})

/** An entry that no flush has taken yet; its answer is dropped. */
export const pendingEntry = (entry: Entry, rest: Partial<PendingEntry> = {}): PendingEntry => ({
  kind: "entry",
  entry,
  worker: "worker",
  release: false,
  lookedUp: undefined,
  outcome: undefined,
  untold: [],
  bytes: 1,
  settle: () => {},
  ...rest
})

/** The dependencies of a writer that has no database, under a lease; it fails the test where deliveries are claimed. */
export const writerContext = (lease: Lease, options: Partial<Options> = {}): Effect.Effect<WriterContext> =>
  Effect.map(Clock.Clock, (clock) => ({
    clock,
    lease,
    worker: { register: () => Effect.void, rejoin: () => Effect.void, leave: () => Effect.void },
    options: {
      health: tracker(),
      changed: () => {},
      claimable: () => {},
      held: () => {},
      delivers: () => {},
      offer: () => assert.fail("deliveries are claimed"),
      queued: () => {},
      subscribed: () => {},
      ...options
    }
  }))

/** A channel over a connection that answers every statement with no rows. */
export const writeChannel = (link: Partial<JournalConnection> = {}): WriteChannel.WriteChannel =>
  WriteChannel.make(
    {
      ready: Effect.succeed(Result.void),
      readyToFind: Effect.succeed(Result.void),
      query: () => Effect.succeed(Result.succeed([])),
      closeIfHung: () => {},
      ...link
    },
    renewingFlush,
    true
  )
