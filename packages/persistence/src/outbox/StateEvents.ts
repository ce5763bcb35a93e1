/**
 * The messages that tell of a change of an order or a run: `order.updated`, `order.status_changed`, the end of a run, and
 * the operational events of a run. Contract: section 9.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { calloutId, processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { textSteps } from "@sluice/domain/internal/json/KnownTexts"
import { inTurns, largeLength } from "@sluice/domain/internal/json/LargeText"
import { atOnce, type Steps } from "@sluice/domain/internal/json/Steps"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { orderChangesSteps } from "@sluice/domain/internal/order/OrderChanges"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import type { Entry, OrderWrite, Submission } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { everyType, type Subscribed } from "./Subscribed.ts"

/**
 * A message of an entry about its order or run. Type `end` stands for the type of the run's end, which the database
 * decides; its body is the order at that time. With `tail`, the body continues with the name of the run's pipeline and
 * then with `tail`.
 */
export interface Told {
  readonly type: "order.updated" | "order.status_changed" | "end" | "run.waiting" | "run.compensation_failed"
  /** The position among the messages of one commit, whose sequences ascend by it. */
  readonly place: number
  readonly body?: string
  readonly tail?: string
  /** The step that waits, by its position. */
  readonly index?: number
}

const none: ReadonlyArray<never> = []
const updates: ReadonlyArray<string> = ["order.updated", "order.status_changed", everyType]
const ends: ReadonlyArray<string> = ["order.completed", "order.failed", "order.cancelled", everyType]
const waits: ReadonlyArray<string> = ["run.waiting", everyType]
const undone: ReadonlyArray<string> = ["run.compensation_failed"]
const updatesAndEnds: ReadonlyArray<string> = [...updates, ...ends]

/** The types of the messages that a change of an order makes. */
export const typesOfWrite: ReadonlyArray<string> = updates

/** The types of the messages that an entry makes where they have subscribers. */
const typesOfEntry = ({ finish, waitingStep, write }: Entry): ReadonlyArray<string> => {
  const common = write === undefined
    ? finish === undefined ? none : ends
    : finish === undefined
    ? updates
    : updatesAndEnds
  if (waitingStep !== undefined) return [...common, ...waits]
  return finish?.state === "compensation-failed" ? [...common, ...undone] : common
}

/** The types of the messages that an entry leaves out, because no subscriber of them is known: see `Subscribed`. */
export const untoldOf = (entry: Entry, { tells }: Subscribed): ReadonlyArray<string> => {
  const types = typesOfEntry(entry)
  return types.length === 0 || !types.some(tells) ? types : types.filter((type) => !tells(type))
}

/** By type: what a submission leaves out where the type has no known subscriber. */
const submitted = new Map<string, ReadonlyArray<string>>()

/** The types of the messages that a submission leaves out, because no subscriber of them is known. */
export const untoldOfSubmission = ({ document }: Submission, { tells }: Subscribed): ReadonlyArray<string> => {
  const type = webhookTypeOf(document.order.orderType)
  if (type === undefined || tells(type)) return none
  const untold = submitted.get(type) ?? [type, everyType]
  submitted.set(type, untold)
  return untold
}

/** The changes of a write, as JSON. */
interface ToldChanges {
  readonly text: string
  readonly ofStatus: boolean
}

/** The changes of writes of large orders, found and written beforehand. */
const prepared = new WeakMap<OrderWrite, ToldChanges>()

const changesIn = function*({ before, document }: OrderWrite): Steps<ToldChanges> {
  const changes = yield* orderChangesSteps(before, document.order)
  return { text: yield* textSteps(changes), ofStatus: changes.some(({ path }) => path === "/status") }
}

/** Finds the changes of a large order in turns, for `toldOfWrite`; `undefined` where it needs none. */
export const prepareChanges = (write: OrderWrite | undefined, { tells }: Subscribed): Effect.Effect<void> | undefined =>
  write === undefined || write.document.text.length < largeLength || !updates.some(tells)
    ? undefined
    : Effect.uninterruptible(Effect.map(inTurns(changesIn(write)), (changes) => void prepared.set(write, changes)))

/** The UUID of the cause of an entry's version: the operator's act, the last callout, or the run. */
export const causeOfWrite = ({ callouts, runId }: Entry): string => {
  const last = callouts.at(-1)?.record
  return last === undefined ? runId : actOf(last) ?? last.id
}

/** The UUID of the act of an operator who answered in the partner's place. */
const actOf = ({ resolution }: CalloutRecord): string | undefined =>
  resolution?.act === undefined ? undefined : uuidOf(resolution.act)

/** The messages about a new version of an order; `cause` is the timeline entry that the version follows from. */
export const toldOfWrite = (
  write: OrderWrite,
  cause: string | undefined,
  { tells }: Subscribed
): ReadonlyArray<Told> => {
  if (!tells("order.updated") && !tells("order.status_changed")) return none
  const { document, seen } = write
  const changes = prepared.get(write) ?? atOnce(changesIn(write))
  const types = ["order.updated", ...(changes.ofStatus ? ["order.status_changed"] : [])] as const
  const body = `{"order":${document.text},"before":${seen},"after":${seen + 1},"changes":${changes.text},"cause":${
    JSON.stringify(cause ?? null)
  }}`
  return types.flatMap((type, i) => tells(type) ? [{ type: type as Told["type"], place: i - 2, body }] : [])
}

const hostOf = (url: string | undefined): string | undefined => url === undefined ? undefined : URL.parse(url)?.host

/** The beginning and the end of an operational event about a run; between them stands its pipeline. */
const ofRun = (
  { orderId, runId }: Entry,
  members: {
    readonly at: string
    readonly reason: string
    readonly stepId?: string
    readonly host?: string | undefined
  }
): Pick<Told, "body" | "tail"> => {
  const { at, host, reason, stepId } = members
  const head = JSON.stringify({ at, reason, processEventId: processEventId(runId), orderId })
  const tail = JSON.stringify({ ...(stepId !== undefined && { stepId }), ...(host !== undefined && { host }) })
  return {
    body: `${head.slice(0, -1)},"pipeline":`,
    tail: tail === "{}" ? "}" : `,${tail.slice(1)}`
  }
}

/** The messages of an entry, as far as they have subscribers. `now` is epoch milliseconds. */
export const toldOf = (entry: Entry, subscribed: Subscribed, now: number): ReadonlyArray<Told> => {
  const { callouts, finish, step, wait, waitingStep, write } = entry
  if (write === undefined && finish === undefined && waitingStep === undefined) return none
  const { tells } = subscribed
  const last = callouts.at(-1)?.record
  const told: Array<Told> = []
  if (write !== undefined) {
    const cause = last === undefined ? processEventId(entry.runId) : last.resolution?.act ?? calloutId(last.id)
    told.push(...toldOfWrite(write, cause, subscribed))
  }
  if (waitingStep !== undefined && wait !== undefined && tells("run.waiting")) {
    const host = wait.heldFor ?? hostOf(last?.endpoint)
    const reason = entry.reason ?? wait.turn ?? `step ${waitingStep} waits until its partner is up again`
    const about = ofRun(entry, { at: isoOf(now), reason, stepId: waitingStep, host })
    told.push({ type: "run.waiting", place: 5, index: wait.index, ...about })
  }
  if (finish?.state === "compensation-failed" && tells("run.compensation_failed")) {
    const failed = step?.state === "failed" && step.phase === "compensation" ? step : undefined
    const reason = finish.reason ?? failed?.error?.message ?? "a compensation failed"
    const about = ofRun(entry, {
      at: isoOf(finish.at),
      reason: reason === "" ? "a compensation failed" : reason,
      ...(failed !== undefined && { stepId: failed.stepId, host: hostOf(last?.endpoint) })
    })
    told.push({ type: "run.compensation_failed", place: 5, ...about })
  }
  if (finish !== undefined && ends.some(tells)) told.push({ type: "end", place: 6 })
  return told
}

/** The approximate size of the messages. */
export const toldBytes = (told: ReadonlyArray<Told>): number =>
  told.reduce((sum, { body }) => sum + (body?.length ?? 0) + 256, 0)

export const bodyOf = ({ body }: Told): Uint8Array | null => body === undefined ? null : Utf8.encode(body)
