/** Reads the record of an order from a server, as an auditor would: everything by the API. */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { Effect } from "effect"
import type { Entry, Explanation, OrderRecord, SentDelivery } from "../evidence/OrderRecord.ts"
import type { Random } from "../Random.ts"
import { ask } from "./Client.ts"

const get = (base: string, path: string) => ask(base, "GET", path, undefined)

const read = Effect.fnUntraced(function*(base: string, path: string) {
  const { json, status } = yield* get(base, path)
  if (status !== 200) return yield* Effect.die(new Error(`GET ${path}: ${status} ${JSON.stringify(json)}`))
  return json as JsonObject
})

/** A list of the API, page by page. */
const all = Effect.fnUntraced(function*(base: string, path: string) {
  const items: Array<Json> = []
  for (let cursor: Json | undefined = ""; typeof cursor === "string";) {
    const page: JsonObject = yield* read(base, `${path}limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`)
    items.push(...page["items"] as ReadonlyArray<Json>)
    cursor = page["nextCursor"]
  }
  return items as ReadonlyArray<JsonObject>
})

const explanation = Effect.fnUntraced(function*(base: string, order: string, member: string, asked: number) {
  const pointer = encodeURIComponent(`/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`)
  const { json, status } = yield* get(base, `${order}/why?path=${pointer}&version=${asked}`)
  return { version: 0, chain: [], toldTo: [], ...json, member, asked, status } as Explanation
})

/** The explanations of a member's value from the newest version back to the first. */
const explanationsOf = Effect.fnUntraced(function*(base: string, order: string, member: string, newest: number) {
  const found: Array<Explanation> = []
  for (let version = newest; version >= 1;) {
    const one = yield* explanation(base, order, member, version)
    found.push(one)
    if (one.status !== 200) break
    version = Math.min(one.version, version) - 1
  }
  return found
})

const delivery = Effect.fnUntraced(function*(base: string, id: Json | undefined) {
  const { attempts, cause, endpointId, request, type } = yield* read(base, `/v1/deliveries/${id}`)
  const sent: SentDelivery = {
    id: String(id),
    type: String(type),
    endpointId: endpointId as string | null,
    attempts: (attempts as ReadonlyArray<JsonObject>).length,
    ...(typeof cause === "string" && { cause }),
    body: isObject(request) ? request["body"] ?? null : null
  }
  return sent
})

/** Reads the record of an order on which nothing happens any more. */
export const readOrder = Effect.fnUntraced(function*(base: string, id: string) {
  const order = `/v1/orders/${encodeURIComponent(id)}`
  const newest = Number((yield* read(base, order))["version"])
  const versions: Array<JsonObject> = []
  for (let version = 1; version <= newest; version++) versions.push(yield* read(base, `${order}/versions/${version}`))
  const members = new Set(versions.flatMap((version) => Object.keys(version)))
  const explanations = (yield* Effect.forEach(members, (member) => explanationsOf(base, order, member, newest))).flat()
  const hrefs = new Set(
    explanations.flatMap(({ chain }) =>
      chain.flatMap(({ href, kind }) => ["callout", "callback", "probe"].includes(kind) ? [href] : [])
    )
  )
  const answers = new Map<string, JsonObject>()
  for (const href of hrefs) answers.set(href, yield* read(base, href))
  const timeline = (yield* all(base, `${order}/timeline?`)) as unknown as ReadonlyArray<Entry>
  const runs = new Map<string, JsonObject>()
  for (const { id, kind } of timeline) if (kind === "run") runs.set(id, yield* read(base, `/v1/process-events/${id}`))
  const listed = yield* all(base, `/v1/deliveries?orderId=${encodeURIComponent(id)}&`)
  const deliveries = yield* Effect.forEach(listed, (one) => delivery(base, one["id"]))
  const record: OrderRecord = { id, versions, timeline, explanations, answers, runs, deliveries }
  return record
})

const isSettled = Effect.fnUntraced(function*(base: string, id: string) {
  const { json } = yield* get(base, `/v1/deliveries?orderId=${encodeURIComponent(id)}&state=pending&limit=1`)
  return (json["items"] as ReadonlyArray<unknown> | undefined)?.length === 0
})

export interface Choice {
  /** The number of orders to read. */
  readonly count: number
  readonly all: ReadonlyArray<string>
  /** Orders that clients changed after their submission; they are half of the orders that are read. */
  readonly changed: ReadonlyArray<string>
}

const drawn = (random: Random, ids: ReadonlyArray<string>): Array<string> =>
  [...new Set(ids)].map((id) => [random.next(), id] as const).toSorted(([a], [b]) => a - b).map(([, id]) => id)

/**
 * Reads the records of orders drawn at random, of those whose deliveries have all ended. Looks for them for at most half a
 * minute: a delivery that failed twice is tried again after minutes.
 */
export const readSome = Effect.fnUntraced(function*(base: string, random: Random, { all, changed, count }: Choice) {
  const first = drawn(random, changed).slice(0, Math.floor(count / 2))
  let left = [...new Set([...first, ...drawn(random, all)])]
  const records: Array<OrderRecord> = []
  for (let round = 0; round < 30 && records.length < count; round++) {
    const waiting: Array<string> = []
    for (const id of left) {
      if (records.length >= count) break
      if (yield* isSettled(base, id)) records.push(yield* readOrder(base, id))
      else waiting.push(id)
    }
    left = waiting
    if (records.length < count) yield* Effect.sleep("1 second")
  }
  return records
})
