/**
 * Deliveries on PostgreSQL: implements `@sluice/delivery/DeliveryStore`. Results that arrive during a commit are
 * recorded together with the next one, as in the journal. Design: ARCHITECTURE.md, "Deliveries"; contract: section 9.
 */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import {
  type Claim,
  type ClaimedDelivery,
  type ClaimRequest,
  DeliveryStore,
  lookAgainMs,
  type Settlement,
  type StepRecord,
  StoreUnavailable
} from "@sluice/delivery/DeliveryStore"
import { disableAfterMs, failingReason, goneReason } from "@sluice/delivery/internal/EndpointHealth"
import { Next } from "@sluice/delivery/internal/Judgement"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { type Cause, Clock, Effect, Layer, Queue, Schedule } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { DeliverySignal } from "../outbox/DeliverySignal.ts"
import { deliveriesChannel, isOperational } from "../outbox/OperationalEvents.ts"
import { disable } from "../settings/EndpointState.ts"
import { readIsolated, writeIsolated } from "../sql/BatchIsolation.ts"
import * as Client from "../sql/Client.ts"
import { connectionBudget } from "../sql/ConnectionBudget.ts"
import { transaction } from "../sql/Transaction.ts"
import { claimed, type ClaimedRow } from "./ClaimedRow.ts"
import { claimStatement, nextStatement } from "./ClaimStatement.ts"
import {
  exhaustions,
  lockStatement,
  partsOf,
  settleParameters,
  type SettleParts,
  settleStatement,
  type Settling
} from "./SettleStatement.ts"

/** The longest time until deliveries left by another process, or made without a notification, are found. */
const longestRest = "15 seconds"

/** Results that one statement records. */
const maxSettled = 256

/**
 * Pauses for a moment when many results came during the last statement, so that the next one takes more: only the chain
 * waits for a result.
 */
const busy = { from: 16, pause: "8 millis" } as const

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })
const ints = (value: ReadonlyArray<number>) => ({ ...PgTypes.int4(null), oid: PgTypes.OID.int4Array, value })
const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

const unavailable = (error: SqlError) => new StoreUnavailable({ message: error.message })

/** The error recorded for an attempt whose record the database refuses. */
const unrecordable = "what came of this attempt cannot be stored as it is"

/** Longer than any wait that a schedule or a `Retry-After` asks for, in milliseconds. */
const longestWaitMs = 40 * 86_400_000

/** The record of a step in values that can be stored: without the answer. */
const reducedRecord = ({ record, ...of }: StepRecord): StepRecord => {
  const { response: _, ...head } = record
  return { ...of, record: { ...head, error: { message: unrecordable } } }
}

/** The same result in values that can be stored. */
const reduced = (settling: Settling): Settling => {
  const { settlement } = settling
  if (settlement._tag !== "Attempted") return settling
  const { attempt: { number, startedAt, durationMs }, callout, next } = settlement
  const wait = next._tag === "Retry" ? next.afterMs : 0
  return {
    ...settling,
    settlement: {
      ...settlement,
      attempt: { number, startedAt, durationMs, error: { code: "unrecordable", message: unrecordable } },
      ...(callout !== undefined && { callout: reducedRecord(callout) }),
      next: next._tag === "Retry"
        ? Next.Retry({ afterMs: wait >= 0 ? Math.min(wait, longestWaitMs) : lookAgainMs })
        : next
    }
  }
}

/** True if the delivery will be attempted again. */
const isPending = ({ settlement }: Settling): boolean =>
  settlement._tag === "Attempted" ? settlement.next._tag === "Retry" : settlement._tag !== "Filtered"

interface Waiting {
  readonly settling: Settling
  readonly done: () => void
}

/** The end of a delivery that cannot be sent, because its row cannot be read. */
const ended = (row: ClaimedRow, claim: string, reason: unknown): Waiting => ({
  settling: {
    id: row.id,
    claim,
    endpointId: row.endpoint_id ?? undefined,
    type: row.type,
    orderId: row.order_id ?? undefined,
    settlement: {
      _tag: "Attempted",
      attempt: {
        number: row.attempts + 1,
        startedAt: row.created_at.getTime(),
        durationMs: 0,
        error: { code: "unreadable", message: `what is stored of this delivery cannot be read: ${String(reason)}` }
      },
      next: Next.Exhausted()
    }
  },
  done: () => {}
})

/** The statement texts by their parts, each made once. */
const settleTextsOf = (days: number) => {
  const known = new Map<string, string>()
  return (parts: SettleParts): string => {
    const key = `${parts.tells} ${parts.records}`
    const text = known.get(key) ?? settleStatement(days, parts)
    known.set(key, text)
    return text
  }
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* PgClient
  const signal = yield* DeliverySignal
  const claims = new WeakMap<ClaimedDelivery, string>()
  const queue = yield* Queue.unbounded<Waiting>()
  const clock = yield* Clock.Clock
  const settleTexts = settleTextsOf(disableAfterMs / 86_400_000)
  const listening = Effect.gen(function*() {
    const announcements = yield* sql.listen(deliveriesChannel)
    signal.publish()
    return yield* Effect.forever(Effect.andThen(Queue.take(announcements), Effect.sync(signal.publish)))
  }).pipe(
    Effect.scoped,
    Effect.catch((error) => Effect.logDebug("deliveries of other processes are not heard of for a moment", error)),
    Effect.andThen(Effect.sleep("1 second"))
  )
  return { claims, clock, listening, queue, settleTexts, signal, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const claim = Effect.fnUntraced(function*({ claims, queue, sql }: Services, { otherwise, room, total }: ClaimRequest) {
  const lanes = [texts([...room.keys()]), ints([...room.values()]), PgTypes.int4(otherwise)]
  const mark = newUuidUnsafe()
  const rows = yield* sql.unsafe<ClaimedRow>(claimStatement, [...lanes, PgTypes.int4(total), PgTypes.uuid(mark)])
  const unreadable: Array<Waiting> = []
  const deliveries = readIsolated(rows, claimed, (row, reason) => unreadable.push(ended(row, mark, reason)))
  for (const delivery of deliveries) claims.set(delivery, mark)
  Queue.offerAllUnsafe(queue, unreadable)
  if (rows.length > 0) return { deliveries } satisfies Claim
  const [next] = yield* sql.unsafe<{ readonly ms: number | null }>(nextStatement, lanes)
  return { deliveries, ...(typeof next?.ms === "number" && { nextInMs: next.ms }) } satisfies Claim
}, Effect.mapError(unavailable))

const disableNow = ({ sql }: Services, id: string, reason: string, tells: boolean) =>
  writeIsolated([id], () =>
    transaction(sql, disable(sql, id, reason, tells)).pipe(
      Effect.tap((done) => done ? Effect.logWarning(`Webhook endpoint ${id} is disabled: ${reason}`) : Effect.void)
    ), (_, cause) => Effect.logError(`Webhook endpoint ${id} cannot be disabled: ${reason}`, cause))

const store = Effect.fnUntraced(function*(services: Services, settlings: ReadonlyArray<Settling>) {
  const { clock, settleTexts, signal, sql } = services
  // Before it is recorded: after a crash in between, the next attempt gets the 410 again.
  for (const { endpointId, settlement, type } of settlings) {
    if (settlement._tag === "Attempted" && settlement.next._tag === "Gone" && endpointId !== undefined) {
      yield* disableNow(services, endpointId, goneReason, !isOperational(type))
    }
  }
  const exhausted = exhaustions(settlings, clock.currentTimeMillisUnsafe())
  const parts = partsOf(settlings, exhausted)
  const settled = sql.unsafe<{ readonly endpoint_id: string | null }>(
    settleTexts(parts),
    settleParameters(settlings, exhausted, parts)
  )
  // A delivery that belongs to no order is in no chain, and releases no other.
  const rows = yield* settlings.some(({ orderId }) => orderId !== undefined)
    ? transaction(
      sql,
      Effect.andThen(
        sql.unsafe(lockStatement, [uuids(settlings.map(({ id }) => id))]),
        settled
      )
    )
    : settled
  for (const { endpoint_id } of rows) {
    if (endpoint_id !== null) yield* disableNow(services, endpoint_id, failingReason, true)
  }
  // A dispatcher must look for deliveries that are due now or later.
  if (rows.some(({ endpoint_id }) => endpoint_id === null) || settlings.some(isPending)) signal.publish()
})

/**
 * Records a result that was refused once more, without what was answered: an attempt that is not recorded at all would
 * be made again for ever.
 */
const storeReduced = (services: Services, settling: Settling, refusal: Cause.Cause<SqlError>) =>
  Effect.logError("deliveries: a result cannot be stored as it is", { delivery: settling.id }, refusal).pipe(
    Effect.andThen(
      writeIsolated(
        [reduced(settling)],
        (settlings) => store(services, settlings),
        (_, cause) =>
          Effect.logError("deliveries: a result is lost, and will be sent again", { delivery: settling.id }, cause)
      )
    )
  )

const storeAll = (services: Services, waiting: ReadonlyArray<Waiting>): Effect.Effect<void, SqlError> =>
  writeIsolated(
    waiting.map(({ settling }) => settling),
    (settlings) => store(services, settlings),
    (settling, refusal) => storeReduced(services, settling, refusal)
  )

const settle = ({ claims, queue }: Services, delivery: ClaimedDelivery, settlement: Settlement): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const mark = claims.get(delivery)
    if (mark === undefined) return resume(Effect.void)
    const { endpointId, id, orderId, type } = delivery
    Queue.offerUnsafe(queue, {
      settling: { id, claim: mark, endpointId, type, orderId, settlement },
      done: () => resume(Effect.void)
    })
  })

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { claims, listening, queue, signal, sql } = services
  const writer = Effect.gen(function*() {
    for (;;) {
      const waiting = yield* Queue.takeBetween(queue, 1, maxSettled)
      yield* storeAll(services, waiting).pipe(
        Effect.tapError((error) => Effect.logDebug("deliveries: cannot record yet", error)),
        // Their claims run out, and they are sent once more: better than never to end.
        Effect.retry({ schedule: Schedule.spaced("500 millis"), times: 60 }),
        Effect.catchCause((cause) => Effect.logError("deliveries: results are lost, and will be sent again", cause))
      )
      for (const { done } of waiting) done()
      if (waiting.length >= busy.from && waiting.length < maxSettled) yield* Effect.sleep(busy.pause)
    }
  })
  // Every waiting result is stored before the writer ends: it is interrupted with the store's scope only.
  yield* BackgroundLoop.fork("delivery-results", writer)
  yield* BackgroundLoop.fork("delivery-notifications", Effect.forever(listening))
  return DeliveryStore.of({
    claim: (request) => claim(services, request),
    receive: ({ room, start }) =>
      signal.receive({
        room,
        start: (mark, deliveries) => {
          for (const delivery of deliveries) claims.set(delivery, mark)
          start(deliveries)
        }
      }),
    freeze: (id, body) =>
      sql`update deliveries set body = ${body} where id = ${id}::uuid and body is null`.pipe(
        Effect.asVoid,
        Effect.mapError(unavailable)
      ),
    settle: (delivery, settlement) => settle(services, delivery, settlement),
    due: Effect.raceFirst(signal.published, Effect.sleep(longestRest))
  })
})

/** Notifies sending processes of new deliveries; for a process that does not send. */
export const layerAnnouncing: Layer.Layer<never, never, PgClient | DeliverySignal> = Layer.effectDiscard(
  Effect.gen(function*() {
    const sql = yield* PgClient
    const signal = yield* DeliverySignal
    const announce = Effect.andThen(signal.published, Effect.ignore(sql.notify(deliveriesChannel, "")))
    yield* BackgroundLoop.fork("delivery-announcements", Effect.forever(announce))
  })
)

/**
 * The store of deliveries on PostgreSQL. When its scope closes, waiting results are stored first. It has connections
 * of its own, so that it never waits for requests that read lists.
 */
export const layer: Layer.Layer<DeliveryStore, never, PgClient | DeliverySignal> = Layer.effect(DeliveryStore, make)
  .pipe(
    Layer.provide(Client.layerSteady(connectionBudget.deliveries))
  )
