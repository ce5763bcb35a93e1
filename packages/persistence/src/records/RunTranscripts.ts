/**
 * Transcripts of what the journal stored of a run through this process, so that a client that waits for the run
 * (`Prefer: wait`) is answered without reading the database. A transcript is kept from the run's acceptance to the
 * response, and only for runs whose request waits and that reuse no calls of another run. It is dropped as soon as
 * another process may have stored something of the run (a release, a takeover, a cancel, a change of the order); the
 * database is read then.
 */
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import {
  type ClaimedRun,
  type Committed,
  type Document,
  type Entry,
  Journal,
  type NewRun,
  type Stale,
  type StepRow
} from "@sluice/engine/journal/Journal"
import { Clock, Context, Effect, Layer } from "effect"

/** True while a submission is made whose caller waits for the run, so that the run is transcribed. */
export const Transcribed = Context.Reference<boolean>("@sluice/persistence/records/RunTranscripts/Transcribed", {
  defaultValue: () => false
})

/** A callout record as it was stored, with the index of its step. */
export type EndedCallout = Entry["callouts"][number]

/** A run that has ended, as it was stored. */
export interface EndedRun {
  readonly orderId: string
  readonly run: NewRun
  readonly state: FinalRunState
  readonly reason: string | undefined
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Epoch milliseconds. */
  readonly finishedAt: number
  readonly failedSteps: number
  readonly steps: ReadonlyArray<StepRow>
  readonly callouts: ReadonlyArray<EndedCallout>
  /** The order's documents as text, by version. */
  readonly documents: ReadonlyMap<number, string>
  /** The order's version when the run had ended. */
  readonly version: number
}

/** Receives a run that has ended; `undefined` where this process cannot tell what was stored. */
export type Listener = (run: EndedRun | undefined) => void

export class RunTranscripts extends Context.Service<RunTranscripts, {
  /** Calls `tell` once, at once or when the run ends. Returns the function that unsubscribes. */
  readonly onEnded: (runId: string, tell: Listener) => () => void
  /** Drops the transcript where no other request waits for it; the database is read from now on. */
  readonly forget: (runId: string) => void
}>()("@sluice/persistence/records/RunTranscripts") {}

/** Transcripts at once; above it the database is read. */
const capacity = 1_000

/**
 * Milliseconds after which a transcript is dropped: a client waits 60 s at most, and one that hung up while its order was
 * being stored asks for no answer.
 */
const longestMs = 120_000

/** Bytes of calls and documents in one transcript; above them the database is read. */
const maxBytes = 2 * 1024 * 1024

interface Transcript {
  readonly orderId: string
  readonly run: NewRun
  /** Epoch milliseconds. */
  readonly begunAt: number
  readonly startedAt: number
  /** Steps that the run reuses from the run that it retries. */
  readonly reused: ReadonlyArray<StepRow>
  readonly entries: Array<readonly [Entry, version: number]>
  readonly documents: Map<number, string>
  bytes: number
  /** The run, once it has ended. */
  ended: EndedRun | undefined
  readonly listeners: Set<Listener>
}

const bytesOf = (entry: Entry): number =>
  entry.callouts.reduce(
    (sum, { record }) =>
      sum + (record.response?.body.byteLength ?? 0) + (record.body.form === "text" ? record.body.text.length : 0),
    entry.write?.document.text.length ?? 0
  )

const stepsOf = ([{ skipped = [], step }]: Transcript["entries"][number]): ReadonlyArray<StepRow> =>
  step === undefined ? skipped : [...skipped, step]

const byIndex = (a: StepRow, b: StepRow): number => a.index - b.index
const byId = (a: EndedCallout, b: EndedCallout): number => a.record.id < b.record.id ? -1 : 1

/** `undefined` where the run ended otherwise than its last entry says: a cancel was stored before it. */
const endedRun = (transcript: Transcript, last: Entry, stored: Committed): EndedRun | undefined => {
  const { documents, entries, orderId, reused, run, startedAt } = transcript
  const { finish } = last
  if (finish === undefined || finish.state !== stored.ended || !documents.has(stored.version)) return undefined
  const sent = entries.flatMap(([entry]) => entry.callouts)
  // A version that another writer stored in between is only in the database.
  if (sent.some(({ record }) => record.body.form !== "text" && !documents.has(record.orderVersion))) return undefined
  const reasons = entries.flatMap(([entry]) => entry.finish?.reason ?? entry.reason ?? [])
  return {
    orderId,
    run,
    state: finish.state,
    reason: reasons.at(-1),
    startedAt,
    finishedAt: finish.at,
    failedSteps: finish.failedSteps,
    steps: [...reused, ...entries.flatMap(stepsOf)].toSorted(byIndex),
    callouts: sent.toSorted(byId),
    documents,
    version: stored.version
  }
}

const servicesOf = Effect.gen(function*() {
  const inner = yield* Journal
  const clock = yield* Clock.Clock
  const transcripts = new Map<string, Transcript>()
  /** The newest of each order: runs over an order are serial. */
  const ofOrders = new Map<string, Transcript>()
  return { clock, inner, ofOrders, transcripts }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const begin = (
  services: Services,
  run: NewRun,
  { callouts, orderId, startedAt, steps }: ClaimedRun,
  document: Document | undefined
) => {
  const { clock, ofOrders, transcripts } = services
  const now = clock.currentTimeMillisUnsafe()
  for (const [runId, { begunAt }] of transcripts) {
    if (now - begunAt < longestMs) break
    giveUp(services, runId)
  }
  if (callouts.length > 0 || transcripts.size >= capacity) return
  const transcript: Transcript = {
    orderId,
    run,
    begunAt: now,
    startedAt,
    reused: steps,
    entries: [],
    documents: new Map(document === undefined ? [] : [[document.order.version, document.text]]),
    bytes: document?.text.length ?? 0,
    ended: undefined,
    listeners: new Set()
  }
  transcripts.set(run.runId, transcript)
  ofOrders.set(orderId, transcript)
}

/** A version of an order, which never changes: the run may send it. */
const noteDocument = ({ ofOrders }: Services, orderId: string, { order, text }: Document) => {
  const transcript = ofOrders.get(orderId)
  if (transcript === undefined || transcript.documents.has(order.version)) return
  transcript.documents.set(order.version, text)
  transcript.bytes += text.length
}

/** Tells those who wait for the run. */
const tellEnd = ({ listeners }: Transcript, run: EndedRun | undefined) => {
  const waiting = [...listeners]
  listeners.clear()
  for (const tell of waiting) tell(run)
}

const giveUp = ({ ofOrders, transcripts }: Services, runId: string) => {
  const transcript = transcripts.get(runId)
  if (transcript === undefined) return
  transcripts.delete(runId)
  if (ofOrders.get(transcript.orderId) === transcript) ofOrders.delete(transcript.orderId)
  tellEnd(transcript, undefined)
}

const committed = (services: Services, transcript: Transcript, entry: Entry, stored: Committed | Stale) => {
  // Another change of the order was faster: what follows is made of a document that is read.
  if (stored._tag === "Stale") return giveUp(services, entry.runId)
  // The records of a call that is delivered are stored beside the run.
  if (entry.messages?.some(({ type }) => type === "callout") === true) return giveUp(services, entry.runId)
  transcript.entries.push([entry, stored.version])
  if (entry.write !== undefined) transcript.documents.set(entry.write.seen + 1, entry.write.document.text)
  transcript.bytes += bytesOf(entry)
  if (transcript.bytes > maxBytes || entry.cancels === true) return giveUp(services, entry.runId)
  if (stored.ended === undefined) return
  const run = endedRun(transcript, entry, stored)
  if (run === undefined) return giveUp(services, entry.runId)
  transcript.ended = run
  tellEnd(transcript, run)
}

const onEnded = ({ transcripts }: Services, runId: string, tell: Listener): () => void => {
  const transcript = transcripts.get(runId)
  if (transcript === undefined || transcript.ended !== undefined) {
    tell(transcript?.ended)
    return () => {}
  }
  transcript.listeners.add(tell)
  return () => {
    transcript.listeners.delete(tell)
  }
}

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { inner, ofOrders, transcripts } = services
  const journal = Journal.of({
    ...inner,
    accept: (submission) =>
      Effect.withFiber((fiber) => {
        const accepted = inner.accept(submission)
        if (!fiber.getRef(Transcribed)) return accepted
        return Effect.tap(accepted, (intake) =>
          Effect.sync(() => {
            if (intake._tag === "Accepted") begin(services, submission.run, intake.run, submission.document)
          }))
      }),
    reprocess: (request) =>
      Effect.withFiber((fiber) => {
        const accepted = inner.reprocess(request)
        if (!fiber.getRef(Transcribed)) return accepted
        return Effect.tap(accepted, (intake) =>
          Effect.sync(() => {
            if (intake._tag !== "Accepted") return
            begin(services, { ...request.run, eventId: intake.run.eventId }, intake.run, request.write?.document)
          }))
      }),
    document: (orderId, version) =>
      ofOrders.size === 0
        ? inner.document(orderId, version)
        : Effect.tap(
          inner.document(orderId, version),
          (document) => Effect.sync(() => noteDocument(services, orderId, document))
        ),
    commit: (entry) => {
      const transcript = transcripts.get(entry.runId)
      if (transcript === undefined) return inner.commit(entry)
      return inner.commit(entry).pipe(
        Effect.tap((stored) => Effect.sync(() => committed(services, transcript, entry, stored))),
        Effect.onError(() => Effect.sync(() => giveUp(services, entry.runId)))
      )
    },
    release: (entry) =>
      Effect.suspend(() => {
        giveUp(services, entry.runId)
        return inner.release(entry)
      }),
    abandon: (claimToken) =>
      Effect.andThen(
        inner.abandon(claimToken),
        Effect.sync(() => {
          const transcript = transcripts.get(claimToken.runId)
          if (transcript !== undefined && transcript.ended === undefined) giveUp(services, claimToken.runId)
        })
      )
  })
  return Context.make(Journal, journal).pipe(Context.add(
    RunTranscripts,
    RunTranscripts.of({
      onEnded: (runId, tell) => onEnded(services, runId, tell),
      forget: (runId) => {
        if (transcripts.get(runId)?.listeners.size === 0) giveUp(services, runId)
      }
    })
  ))
})

/** A journal that transcribes, over the one that stores. */
export const layer: Layer.Layer<Journal | RunTranscripts, never, Journal> = Layer.effectContext(make)
