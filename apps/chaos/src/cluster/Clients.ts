/** Clients that submit orders to every cell at a steady rate, and repeat each with its key until it is accepted. */
import { Effect } from "effect"
import process from "node:process"
import { ask } from "../load/Client.ts"
import { keyOf } from "./Fleet.ts"

export interface Order {
  readonly cell: number
  readonly key: string
  /** The time at which it was first sent, in milliseconds of this process's clock. */
  readonly sentAt: number
  acceptedAt: number | undefined
  orderId: string | undefined
  /** The statuses of the answers other than 202, in their order; 0 where no answer came. */
  readonly refusals: Array<number>
}

/** Between two tries of one order. */
const pause = "100 millis"

export const submit = Effect.fnUntraced(function*(base: string, cell: number, key: string, orders: Array<Order>) {
  const order: Order = {
    cell,
    key,
    sentAt: performance.now(),
    acceptedAt: undefined,
    orderId: undefined,
    refusals: []
  }
  orders.push(order)
  for (;;) {
    const body = { orderType: "NEW_ORDER", externalId: `c${cell}-${key}` }
    const headers = { "idempotency-key": key, authorization: `Bearer ${keyOf(cell)}` }
    const { json, status } = yield* ask(base, "POST", "/v1/orders", body, headers)
    if (status === 202) {
      order.acceptedAt = performance.now()
      order.orderId = String(json["orderId"])
      return order
    }
    order.refusals.push(status)
    yield* Effect.sleep(pause)
  }
})

export interface Clients {
  readonly orders: ReadonlyArray<Order>
  /** Ends the load, and waits until all orders are accepted. */
  readonly end: Effect.Effect<void>
}

/** Sends `perSecond` orders to each cell, whether or not earlier ones were accepted. */
export const make = Effect.fnUntraced(function*(base: string, cells: number, perSecond: number) {
  const orders: Array<Order> = []
  const load = { isOn: true }
  let next = 0
  const run = Effect.gen(function*() {
    while (load.isOn) {
      for (let cell = 0; cell < cells; cell++) {
        yield* Effect.forkDetach(submit(base, cell, `${process.pid}-${next++}`, orders))
        yield* Effect.sleep(1000 / perSecond / cells)
      }
    }
  })
  yield* Effect.forkScoped(run)
  const clients: Clients = {
    orders,
    end: Effect.suspend(() => {
      load.isOn = false
      return Effect.repeat(Effect.sleep("100 millis"), {
        until: () => orders.every(({ acceptedAt }) => acceptedAt !== undefined)
      })
    })
  }
  return clients
})

/** The quantile of the values: the share `part` of them lies below it; 0 if there are none. */
export const quantile = (values: ReadonlyArray<number>, part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}
