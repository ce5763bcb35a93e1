/** Compares the answers to clients, the partner's requests and the rows of the cells with the promises. */
import { Effect, Schedule } from "effect"
import type { Order } from "./Clients.ts"
import { type Fleet, query } from "./Fleet.ts"

export interface Judgement {
  readonly accepted: number
  /** Accepted orders that no cell has under their key, or that it has under another id. */
  readonly lost: number
  /** Keys with more than one order. */
  readonly twiceStored: number
  /** Calls sent again under their key without an `interrupted` record that tells of it. */
  readonly repeated: number
  readonly interrupted: number
  readonly calls: number
  readonly unfinished: number
}

interface Stored {
  readonly id: string
  readonly key: string
}

/** Waits until every run has ended, and compares. */
export const judge = Effect.fnUntraced(function*({ partner, urls }: Fleet, orders: ReadonlyArray<Order>) {
  const open = "select count(*)::int4 as n from runs where finished_at is null"
  const left = Effect.map(
    Effect.forEach(urls, (url) => query<{ readonly n: number }>(url, open)),
    (counts) => counts.reduce((sum, [row]) => sum + (row?.n ?? 0), 0)
  )
  const unfinished = yield* Effect.repeat(left, {
    until: (count) => count === 0,
    schedule: Schedule.spaced("500 millis"),
    times: 120
  })
  const stored = new Map<string, Set<string>>()
  const told = new Map<string, number>()
  for (const url of urls) {
    for (const { id, key } of yield* query<Stored>(url, "select id, idempotency_key as key from orders")) {
      stored.set(key, (stored.get(key) ?? new Set()).add(id))
    }
    const records = yield* query<{ readonly record: string }>(
      url,
      "select record from callouts where outcome = 'interrupted'"
    )
    for (const { record } of records) {
      const { idempotencyKey } = JSON.parse(record) as { readonly idempotencyKey: string }
      told.set(idempotencyKey, (told.get(idempotencyKey) ?? 0) + 1)
    }
  }
  const sent = new Map<string, number>()
  for (const { key } of partner.calls) sent.set(key, (sent.get(key) ?? 0) + 1)
  const accepted = orders.filter(({ orderId }) => orderId !== undefined)
  const judgement: Judgement = {
    accepted: accepted.length,
    lost: accepted.filter(({ key, orderId }) => stored.get(key)?.has(orderId ?? "") !== true).length,
    twiceStored: [...stored.values()].filter(({ size }) => size > 1).length,
    repeated: [...sent].filter(([key, times]) => times > 1 + (told.get(key) ?? 0)).length,
    interrupted: [...told.values()].reduce((sum, times) => sum + times, 0),
    calls: partner.calls.length,
    unfinished
  }
  return judgement
})

export const holds = ({ lost, repeated, twiceStored, unfinished }: Judgement): boolean =>
  lost + repeated + twiceStored + unfinished === 0
