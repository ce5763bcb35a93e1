/** A journal that keeps one run in memory, for as long as it is simulated, and stores nothing. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Effect, Stream } from "effect"
import {
  type ClaimedRun,
  type Committed,
  type Document,
  type Entry,
  Journal,
  OrderNotFound,
  type StepRow
} from "../journal/Journal.ts"
import type { RecordedAnswers } from "./RecordedAnswers.ts"
import type { RecordedRun } from "./RecordedRun.ts"

export interface SimulatedJournal {
  readonly service: Journal["Service"]
  /** The run in its current state, for an executor to resume. */
  readonly held: () => ClaimedRun
  readonly ended: () => FinalRunState | undefined
  readonly document: (version: number) => Document | undefined
  /** The messages that steps queued, by the step's index. */
  readonly messages: () => ReadonlyArray<{ readonly index: number; readonly message: OutgoingMessage }>
}

/**
 * Makes the journal of one run. `pipeline`: the name that the run carries; `callback` answers a step that waits for a
 * callback.
 */
export const make = (
  { documents, run }: RecordedRun,
  pipeline: ClaimedRun["pipeline"],
  callback: RecordedAnswers["callback"]
): SimulatedJournal => {
  const versions = new Map<number, Document>()
  const start = documents.get(run.startVersion)
  if (start !== undefined) versions.set(run.startVersion, start)
  const steps: Array<StepRow & { readonly nextVersion: number }> = []
  const callouts: Array<{ readonly index: number; readonly record: CalloutRecord }> = []
  const messages: Array<{ readonly index: number; readonly message: OutgoingMessage }> = []
  let version = run.startVersion
  let ended: FinalRunState | undefined
  let wait: ClaimedRun["wait"]
  let compensating = false

  const add = (entry: Entry): Committed => {
    if (entry.write !== undefined) {
      version = entry.write.document.order.version
      versions.set(version, entry.write.document)
    }
    callouts.push(...entry.callouts)
    const index = entry.step?.index
    if (index !== undefined) { for (const message of entry.messages ?? []) messages.push({ index, message }) }
    for (const step of [...(entry.skipped ?? []), ...(entry.step === undefined ? [] : [entry.step])]) {
      steps.push({ ...step, nextVersion: version })
    }
    wait = entry.wait
    compensating ||= entry.state === "compensating"
    ended = entry.finish?.state ?? ended
    return { _tag: "Committed", version, ...(ended !== undefined && { ended }) }
  }

  const document = (orderId: string, at = version) => {
    const found = versions.get(at)
    return found === undefined ? Effect.fail(new OrderNotFound({ orderId })) : Effect.succeed(found)
  }

  const waitsFor = (index: number) => wait?.callback !== undefined && wait.index === index

  const notHere = Effect.die("a simulation has nothing but its run")
  return {
    ended: () => ended,
    document: (at) => versions.get(at),
    messages: () => messages,
    held: () => ({
      runId: run.runId,
      claimToken: 1,
      eventId: run.eventId,
      orderId: run.orderId,
      pipeline,
      ...(run.shipmentId !== undefined && { shipmentId: run.shipmentId }),
      createdAt: run.createdAt,
      startedAt: run.startedAt,
      startVersion: run.startVersion,
      takeovers: 0,
      compensating,
      steps: steps.toSorted((a, b) => a.index - b.index),
      callouts,
      ...(wait !== undefined && { wait }),
      takenOver: false
    }),
    service: Journal.of({
      accept: () => notHere,
      reprocess: () => notHere,
      edit: () => notHere,
      cancel: () => notHere,
      cancellations: Stream.empty,
      commit: (entry) => Effect.sync(() => add(entry)),
      release: (entry) => Effect.sync(() => add(entry)),
      document,
      issueToken: () => Effect.void,
      // Only once the run waits for it: an answer that came sooner is found with the step's end.
      callbackAnswer: (_, index) => Effect.sync(() => waitsFor(index) ? callback(index, true) : undefined),
      closeCallback: (_, index) => Effect.sync(() => waitsFor(index) ? undefined : callback(index, false)),
      takeCallback: () => notHere,
      answerCallback: () => notHere,
      state: () => Effect.sync(() => ended),
      abandon: () => Effect.void,
      claimed: Stream.empty,
      maySend: () => true,
      awaitLease: Effect.void
    })
  }
}
