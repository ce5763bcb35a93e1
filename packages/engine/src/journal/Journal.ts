/**
 * Port: where orders and runs are remembered. What the journal has acknowledged is never lost and never repeated.
 *
 * Implemented by `@sluice/persistence` (PostgreSQL, group commit) and by `testing/JournalMemory`; both obey
 * `testing/JournalSuite`. Contract: sections 3 and 10; design: ARCHITECTURE.md, "Durability".
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { Json } from "@sluice/domain/json/Json"
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { Order } from "@sluice/domain/order/Order"
import type {
  FinalRunState,
  PluginError,
  RunState,
  StepErrorKind,
  StepPhase,
  StepState
} from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Context, type Effect, Schema, type Stream } from "effect"
import type { CallbackAnswer, CallbackToken, OperatorAnswer, Resolution, TakenCallback } from "./Callback.ts"
import type { CancelAnswer, Cancellation, RunCancellation } from "./Cancellation.ts"

/** This process lost its lease, so that another may hold its runs: drop the run, record nothing, send nothing. */
export class Fenced extends Schema.TaggedError<Fenced>()("Fenced", {}) {}

/**
 * The database is away, or did not answer in time. A requested change may or may not have been stored: repeat it with the
 * same key.
 */
export class JournalUnavailable extends Schema.TaggedError<JournalUnavailable>()("JournalUnavailable", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** The queue is full: nothing was stored. Retry after `retryAfterSeconds`. */
export class JournalFull extends Schema.TaggedError<JournalFull>()("JournalFull", {
  retryAfterSeconds: Schema.Int
}) {}

/** The same key was used for something else. The message names the key and, where two orders meet, both. */
export class IntakeConflict extends Schema.TaggedError<IntakeConflict>()("IntakeConflict", {
  message: Schema.String
}) {}

/** The order has a newer version than the one that the request was made from: nothing was stored. Read it and try again. */
export class OrderMoved extends Schema.TaggedError<OrderMoved>()("OrderMoved", {}) {}

/** A document and its exact text, so that it is serialised once. */
export interface Document {
  readonly order: Order
  /** `JSON.stringify(order)`: what is stored, and what `calloutPlugin` sends. */
  readonly text: string
}

/** A run about to be opened. Ids are hyphenated UUIDv7; times are epoch milliseconds. */
export interface NewRun {
  readonly runId: string
  readonly eventId: string
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly shipmentId?: string
  readonly createdAt: number
  readonly retryOf?: string
  readonly fromStep?: string
  readonly retryReason?: string
  readonly requestedBy?: string
  /** Its pipeline is paused: the run is queued, outside the bound on the queue. */
  readonly paused?: true
  /** Keys that requests of this run are sent under: see `InheritedKey`. */
  readonly inheritedKeys?: ReadonlyArray<InheritedKey>
}

/**
 * The key of a request whose last outcome in an earlier run is unknown: it is sent again under it, so that a partner
 * that did the work does not do it twice. Contract: section 5.
 */
export interface InheritedKey {
  /** The step's position in the run that inherits. */
  readonly index: number
  readonly stepId: string
  /** The step's request, counted from 0. */
  readonly request: number
  readonly key: string
}

/** The order's status before and after the failure of a run. */
export interface SetAside {
  readonly before: string
  readonly after: string
}

/** An order with its first run. */
export interface Submission {
  readonly document: Document
  readonly run: NewRun
  /** The `Idempotency-Key` of the request. */
  readonly idempotencyKey?: string
  /**
   * SHA-256 of the canonical JSON (RFC 8785) of body and shipment: 32 bytes. Present where the submission can be
   * repeated: it has an idempotency key, an `externalId` or an `id` of its own.
   */
  readonly fingerprint?: Uint8Array
}

/** A run over an order that is already stored (`/process`, retry). */
export interface Reprocess {
  readonly orderId: string
  /** `eventId` is taken from the order: a run belongs to the event that submitted the order. */
  readonly run: Omit<NewRun, "eventId">
  readonly idempotencyKey?: string
  readonly fingerprint?: Uint8Array
  /**
   * The steps reused from the run that this one retries (`run.retryOf`), written with it; their callout records are
   * referred to, not copied.
   */
  readonly reused?: ReadonlyArray<StepRow>
  /** The version of the order from which the run starts, stored together with it or not at all. */
  readonly write?: OrderWrite
  readonly history?: ReadonlyArray<HistoryEntry>
}

/**
 * The proof that a process holds a run (a fencing token). A process can lose a run and claim it again while work from
 * the first claim still goes on: that work is fenced like another process's.
 */
export interface ClaimToken {
  readonly runId: string
  /** Unique within the process. */
  readonly claimToken: number
}

/** The journal's view of a run, new or resumed. */
export interface RunSoFar {
  readonly runId: string
  readonly eventId: string
  readonly orderId: string
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly shipmentId?: string
  readonly createdAt: number
  /** Epoch milliseconds; the time of a step's start is the end of the one before it, so that it survives a crash. */
  readonly startedAt: number
  /** The order's version when the run started. */
  readonly startVersion: number
  /** The timeline entry of the operator's act that asked for the run; absent of an order's first run. */
  readonly cause?: string
  /** The document at the version that the next step starts from, when the holder knows it already. */
  readonly document?: Document
  /** The number of takeovers from dead processes since the run last added a step or a record of its own. */
  readonly takeovers: number
  /** Work of the run that blocked the event loop of a process: the step, by index, and how often in a row. */
  readonly freezes?: { readonly step: number; readonly times: number }
  /** A cancel that is stored and not carried out yet. */
  readonly cancel?: Cancellation
  /** True if the steps have ended and are being compensated. */
  readonly compensating: boolean
  readonly inheritedKeys?: ReadonlyArray<InheritedKey>
  readonly steps: ReadonlyArray<StepRow & { readonly nextVersion: number }>
  /** Records of steps, by the step's index; those of reused steps too, and none of what was sent as a delivery. */
  readonly callouts: ReadonlyArray<{ readonly index: number; readonly record: CalloutRecord }>
  /** The recorded effects of the step that has not ended. */
  readonly effects?: StepEffects
  /** A wait that has begun: its attempt is due at its end, and was not opened before. */
  readonly wait?: Wait
  /** An attempt that was opened and has no record: it may have been sent. */
  readonly open?: Open
  /** True where the run was taken over from a process that may have had the next step's first attempt open. */
  readonly takenOver: boolean
}

/** A run that this process is to execute. */
export interface ClaimedRun extends RunSoFar, ClaimToken {}

/** A durable wait before attempt `attempt` of request `request` of step `index`. */
export interface Wait {
  readonly index: number
  readonly request: number
  readonly attempt: number
  /** Epoch milliseconds. */
  readonly dueAt: number
  /** The host that the run waits for before it goes on: its circuit, or its limits; `PartnerBreaker` decides when. */
  readonly heldFor?: string
  /** Present with `heldFor` if the run waits for a turn at a partner with limits: the text that is its reason meanwhile. */
  readonly turn?: string
  /** Epoch milliseconds: with `heldFor`, the time at which the run is claimed at the latest, because its deadline is over. */
  readonly until?: number
  /**
   * The id of the step whose request was taken by its partner, and whose answer comes to the callback URL; `dueAt` is the
   * time at which it is given up. An answer that is taken makes the run due at once.
   */
  readonly callback?: string
}

/** The due time of a run that any process may take up now, independent of the releasing process's clock. */
export const atOnce = 0

/** The mark of an attempt that is about to be sent, built from `orderVersion`. */
export interface Open {
  readonly index: number
  readonly request: number
  readonly attempt: number
  readonly orderVersion: number
}

/** The results of effects that step `index` runs once, by name. */
export interface StepEffects {
  readonly index: number
  readonly results: Readonly<Record<string, Json>>
}

/** A step that has ended. */
export interface StepRow {
  /** Position in the run, from 0, over steps, then post-processing, then compensations. */
  readonly index: number
  readonly phase: StepPhase
  readonly stepId: string
  readonly name: string
  readonly critical: boolean
  readonly state: StepState
  readonly reason?: string
  /** The process event that a retry took this step from, as `process_event-…`. */
  readonly reusedFrom?: string
  /** The step's position in that process event: its callouts are found there. */
  readonly reusedIndex?: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly output?: Json
  /** Steps that an earlier release stored have no `kind`. */
  readonly error?: { readonly name: string; readonly kind?: StepErrorKind; readonly message: string }
  /** The results of effects that the step ran once, by name. */
  readonly effects?: Readonly<Record<string, Json>>
  /** The step failed, and an operator settled it by hand. */
  readonly resolution?: Resolution
}

/** The order's next version, valid only on top of version `seen`. */
export interface OrderWrite {
  readonly seen: number
  readonly document: Document
  /** The order at version `seen`: what changed is told to subscribers of `order.updated`. */
  readonly before: Order
}

/** The end of a run. */
export interface Finish {
  readonly state: FinalRunState
  readonly reason?: string
  readonly failedSteps: number
  /** Epoch milliseconds. */
  readonly at: number
  /** The failures of all plugins of the run, critical or not, for the `error` webhook. */
  readonly errors?: ReadonlyArray<PluginError>
  /**
   * The order at the end of a completed run, from which customers and subscriptions are derived (contract, section 9).
   * If anything is derived, the entry is `Stale` on any other version.
   */
  readonly order?: Document
}

/** One atomic addition to a run, under the claim token in which it was made: all of it is stored, or (a stale `write`) none. */
export interface Entry extends ClaimToken {
  readonly orderId: string
  readonly callouts: ReadonlyArray<{ readonly index: number; readonly record: CalloutRecord }>
  readonly step?: StepRow
  /** Several steps that end together: skipped ones before a step that runs. */
  readonly skipped?: ReadonlyArray<StepRow>
  readonly write?: OrderWrite
  readonly history: ReadonlyArray<HistoryEntry>
  /** The id of the step that waits for its partner with this entry, for `run.waiting`. */
  readonly waitingStep?: string
  /** A wait that begins now. Older waits and marks stay behind; `RunSoFar` shows only what no later record overtook. */
  readonly wait?: Wait
  /** The mark of an attempt that is about to be sent, stored before any first byte of a second or later attempt. */
  readonly open?: Open
  /** All recorded effects of the step that has not ended. */
  readonly effects?: StepEffects
  /** A state other than `running` that the run is in from now on. */
  readonly state?: RunState
  /** Messages to send once this is stored, however the run ends. */
  readonly messages?: ReadonlyArray<OutgoingMessage>
  /** The run's reason from now on; its end may replace it. */
  readonly reason?: string
  /** The status change caused by the run's failure, which a retry reverts. */
  readonly setAside?: SetAside
  readonly finish?: Finish
  /**
   * Made in the knowledge of the run's cancel. Without it, an end (or the state `compensating`) that writes the order is
   * `Stale` where a cancel was stored: a cancelled run sets no status.
   */
  readonly cancels?: true
}

/** The entry is stored. */
export interface Committed {
  readonly _tag: "Committed"
  /** The order's version after this commit: higher than the one written if the order was changed meanwhile. */
  readonly version: number
  /**
   * The state in which the run ended, which is `cancelled` where a cancel was stored first. Absent although the entry
   * had a `finish`: that cancel wants the steps compensated, and the run is `compensating` instead.
   */
  readonly ended?: RunState
}

/** The order has a newer version than `write.seen`: nothing is stored. Read it, merge again, and send again. */
export interface Stale {
  readonly _tag: "Stale"
  readonly version: number
  /** The run's cancel, which an entry that ends the run has to consider. */
  readonly cancel?: Cancellation
}

export type Intake =
  | { readonly _tag: "Accepted"; readonly run: ClaimedRun }
  /** Stored, but another run over the order has to end first; the journal hands it over when its time comes. */
  | { readonly _tag: "Queued"; readonly orderId: string; readonly eventId: string; readonly runId: string }
  | {
    readonly _tag: "Repeated"
    readonly orderId: string
    readonly eventId: string
    readonly runId: string
    readonly state: RunState
  }

export type IntakeError = IntakeConflict | JournalFull | JournalUnavailable

/** There is no run with this id. */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", { runId: Schema.String }) {}

/** There is no order with this id, or none at the version that was asked for. */
export class OrderNotFound extends Schema.TaggedError<OrderNotFound>()("OrderNotFound", { orderId: Schema.String }) {}

export class Journal extends Context.Service<Journal, {
  /**
   * Stores an order and opens its first run; answers after the commit, and within 5 s. Not interruptible; what is
   * `Accepted` has to be started, so stay uninterruptible until then.
   */
  readonly accept: (submission: Submission) => Effect.Effect<Intake, IntakeError>
  /**
   * Opens a run over a stored order. Runs over one order are serial. `IntakeConflict` also where the run to retry, or
   * another retry of it, is open; `OrderMoved` only for a request with `write`.
   */
  readonly reprocess: (request: Reprocess) => Effect.Effect<Intake, IntakeError | OrderNotFound | OrderMoved>
  /**
   * Adds to a run that this process holds. Answers after the commit; while the database is away it goes on trying.
   * Not interruptible once begun.
   */
  readonly commit: (entry: Entry) => Effect.Effect<Committed | Stale, Fenced>
  /** Writes an order outside of any run (`PATCH`). `Stale` where `seen` is no longer the newest version. */
  readonly edit: (
    orderId: string,
    write: OrderWrite,
    history: ReadonlyArray<HistoryEntry>
  ) => Effect.Effect<Committed | Stale, JournalUnavailable | OrderNotFound>
  /** The document at a version; without one, the newest. */
  readonly document: (
    orderId: string,
    version?: number
  ) => Effect.Effect<Document, JournalUnavailable | OrderNotFound>
  /**
   * Stores that a run is to end `cancelled`. A run that no process executes (queued or released) ends at once, unless
   * there is something to compensate; the executor ends any other. `at` in epoch milliseconds.
   */
  readonly cancel: (
    runId: string,
    cancellation: Cancellation,
    at: number
  ) => Effect.Effect<CancelAnswer, JournalUnavailable>
  /**
   * Cancels of runs that this process executes, wherever they were asked for: within 2 s, and again until the run has
   * ended. Only while `claimed` is read.
   */
  readonly cancellations: Stream.Stream<RunCancellation>
  /**
   * Stores the SHA-256 of an attempt's token before the attempt is sent. The step takes answers again, should
   * `closeCallback` have ended that.
   */
  readonly issueToken: (token: CallbackToken) => Effect.Effect<void, JournalUnavailable>
  /** The answer that was taken for step `index` of the run. */
  readonly callbackAnswer: (
    runId: string,
    index: number
  ) => Effect.Effect<CallbackAnswer | undefined, JournalUnavailable>
  /** Takes no answer for the step from now on; an answer that was taken before is returned, and counts. */
  readonly closeCallback: (
    claimToken: ClaimToken,
    index: number
  ) => Effect.Effect<CallbackAnswer | undefined, Fenced | JournalUnavailable>
  /**
   * Takes the answer for the attempt with this token, unless one was taken or the step takes none any more. A run that
   * no process executes is due from then on; its executor finds the answer at the end of the attempt.
   */
  readonly takeCallback: (token: string, answer: CallbackAnswer) => Effect.Effect<TakenCallback, JournalUnavailable>
  /** Takes an operator's answer for step `index` of a run that waits for its callback; false where it does not. */
  readonly answerCallback: (
    runId: string,
    index: number,
    answer: OperatorAnswer
  ) => Effect.Effect<boolean, JournalUnavailable>
  /** The state of a run, wherever it is executed; `undefined` for one that was never opened. */
  readonly state: (runId: string) => Effect.Effect<RunState | undefined, JournalUnavailable>
  /**
   * Releases a run, for a wait longer than a fiber is worth or at shutdown: any process claims it at `wait.dueAt`, or
   * when the circuit of `wait.heldFor` closes. The attempt that the wait names was not opened.
   */
  readonly release: (entry: Entry & { readonly wait: Wait }) => Effect.Effect<Committed | Stale, Fenced>
  /**
   * Abandons a run after a defect: any process takes it over at once and counts a takeover, so that a run that kills
   * its executors ends. Does nothing if the claim token has ended: the run is over, released, or claimed again.
   */
  readonly abandon: (claimToken: ClaimToken) => Effect.Effect<void>
  /**
   * The runs that this process is to execute: left by dead processes, due after a wait, or next in line on their order.
   * A run may still have a fiber from before the lease was lost: interrupt that one first. Nothing is claimed while the
   * stream is not read; a run that was read stays claimed until it ends or this process does.
   */
  readonly claimed: Stream.Stream<ClaimedRun>
  /**
   * True if this process may send: its lease, counted on its own monotonic clock from before the renewal was requested,
   * less one second. Synchronous, because it is checked immediately before every send. With a claim token, true only
   * while that claim stands: after a lost lease the process registers anew, without its old runs.
   */
  readonly maySend: (claimToken?: ClaimToken) => boolean
  /** Waits until the lease is renewed, or fails when it is lost. */
  readonly awaitLease: Effect.Effect<void, Fenced>
}>()("@sluice/engine/Journal") {}
