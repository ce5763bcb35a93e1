/**
 * Clients during the disturbances: they submit orders, repeat unanswered requests, change orders, cancel runs and retry
 * failed ones. Every request and answer is kept.
 */
import { uuidOf } from "@sluice/domain/identity/Ids"
import { Effect, type Scope } from "effect"
import type { Cancel, Patch, Retry, Submission } from "../evidence/Evidence.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { Random } from "../Random.ts"
import { ask } from "./Client.ts"

interface Order {
  readonly key: string
  readonly orderType: string
  readonly items: number
  readonly body: object
}

interface Placed {
  readonly orderId: string
  readonly runId: string
  readonly processEventId: string
}

export interface Load {
  readonly submissions: ReadonlyArray<Submission>
  readonly patches: ReadonlyArray<Patch>
  readonly cancels: ReadonlyArray<Cancel>
  readonly retries: ReadonlyArray<Retry>
  /** Orders whose runs were cancelled or retried, or that were processed again. */
  readonly acted: ReadonlyArray<string>
  /** Sends requests until it is interrupted; requests that were begun continue in the scope. */
  readonly run: Effect.Effect<never, never, Scope.Scope>
  /** Orders that have no answer yet. */
  readonly open: () => number
}

const text = (value: unknown): string => typeof value === "string" ? value : ""

export interface LoadOptions {
  readonly orderTypes: ReadonlyArray<string>
  readonly ordersPerSecond: number
}

/** The order number `number`, from 0. */
const drawOrder = (random: Random, orderTypes: ReadonlyArray<string>, number: number): Order => {
  const key = `key-${number}-${Math.floor(random.next() * 1e9).toString(36)}`
  const orderType = random.pick(orderTypes)
  const items = orderType === "NEW_ORDER" ? random.between(1, 3) : 0
  const body = {
    orderType,
    externalId: `x-${key}`,
    customerId: `c-${random.between(1, 50)}`,
    tags: [],
    note: "n".repeat(random.between(0, 1500)),
    orderItems: Array.from({ length: items }, (_, n) => ({ name: `item ${n}`, offer: { products: ["/p/web"] } }))
  }
  return { key, orderType, items, body }
}

/** Changes of orders that were placed, each of a random one of the newest; what was answered is kept. */
const makeChanges = (
  random: Random,
  anyServer: () => string | undefined,
  placed: Array<Placed>,
  { acted, cancels, patches, retries }: {
    readonly patches: Array<Patch>
    readonly cancels: Array<Cancel>
    readonly retries: Array<Retry>
    readonly acted: Array<string>
  }
) => {
  const onPlaced = (act: (base: string, one: Placed) => Effect.Effect<void>) =>
    Effect.suspend(() => {
      const base = anyServer()
      return placed.length === 0 || base === undefined ? Effect.void : act(base, random.pick(placed.slice(-40)))
    })

  const patch = onPlaced(Effect.fnUntraced(function*(base, { orderId }) {
    const tag = `hand-${patches.length}-${Math.floor(random.next() * 1e9).toString(36)}`
    const { status } = yield* ask(base, "PATCH", `/v1/orders/${orderId}`, { tags: [tag] })
    patches.push({ orderId, tag, status })
  }))

  const cancel = onPlaced(Effect.fnUntraced(function*(base, { orderId, processEventId, runId }) {
    const compensate = random.chance(0.3)
    const path = `/v1/process-events/${processEventId}/cancel`
    const { status } = yield* ask(base, "POST", path, { reason: "chaos", compensate })
    cancels.push({ runId, compensates: compensate, status })
    acted.push(orderId)
  }))

  const retry = onPlaced(Effect.fnUntraced(function*(base, { processEventId, runId }) {
    const { json, status } = yield* ask(base, "POST", `/v1/process-events/${processEventId}/retry`, { reason: "chaos" })
    const next = uuidOf(text(json["processEventId"]))
    retries.push({ retryOf: runId, status, ...(next !== undefined && { runId: next }) })
    if (status === 202 && next !== undefined) {
      acted.push(text(json["orderId"]))
      placed.push({ orderId: text(json["orderId"]), runId: next, processEventId: text(json["processEventId"]) })
    }
  }))

  const process = onPlaced(Effect.fnUntraced(function*(base, { orderId }) {
    yield* ask(base, "POST", `/v1/orders/${orderId}/process`, {})
    acted.push(orderId)
  }))

  return { patch, cancel, retry, process }
}

export const make = (fleet: Fleet, random: Random, { orderTypes, ordersPerSecond }: LoadOptions): Load => {
  const submissions: Array<Submission> = []
  const patches: Array<Patch> = []
  const cancels: Array<Cancel> = []
  const retries: Array<Retry> = []
  const acted: Array<string> = []
  const placed: Array<Placed> = []
  const orders: Array<Order> = []
  let open = 0

  const anyServer = () => {
    const serving = fleet.serving()
    return serving.length === 0 ? undefined : random.pick(serving).url()
  }

  const submitOnce = Effect.fnUntraced(function*({ body, items, key, orderType }: Order) {
    const base = anyServer()
    if (base === undefined) return 0
    const { json, status } = yield* ask(base, "POST", "/v1/orders", body, { "idempotency-key": key })
    const runId = uuidOf(text(json["processEventId"]))
    const orderId = text(json["orderId"])
    submissions.push({ key, orderType, items, status, ...(runId !== undefined && { orderId, runId }) })
    if (status === 202 && runId !== undefined) {
      placed.push({ orderId, runId, processEventId: text(json["processEventId"]) })
      if (placed.length > 400) placed.shift()
    }
    return status
  })

  /** Repeats the request until it is answered. */
  const submit = Effect.fnUntraced(function*(order: Order) {
    open++
    while (true) {
      const status = yield* submitOnce(order)
      if (status !== 0 && status !== 503) break
      yield* Effect.sleep(random.between(100, 600))
    }
    open--
  })

  const newOrder = (): Order => {
    const order = drawOrder(random, orderTypes, orders.length)
    orders.push(order)
    return order
  }

  const { cancel, patch, process, retry } = makeChanges(random, anyServer, placed, { patches, cancels, retries, acted })

  const act = Effect.suspend((): Effect.Effect<void> => {
    const chosen = random.next()
    if (chosen < 0.62) return submit(newOrder())
    if (chosen < 0.72) {
      const order = newOrder()
      return Effect.all([submit(order), submit(order)], { concurrency: 2, discard: true })
    }
    if (chosen < 0.77) return orders.length === 0 ? Effect.void : submit(random.pick(orders))
    if (chosen < 0.88) return patch
    if (chosen < 0.93) return cancel
    return chosen < 0.96 ? process : retry
  })

  return {
    submissions,
    patches,
    cancels,
    retries,
    acted,
    open: () => open,
    run: Effect.forever(Effect.andThen(Effect.forkScoped(act), Effect.sleep(1000 / ordersPerSecond)))
  }
}
