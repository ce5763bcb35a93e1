/**
 * Checks that an order ended as expected: compares the expectation with the process event, the order, its history and
 * the partners' own log. Each difference is a sentence.
 */
import type { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import { Result, type Schema } from "effect"
import { Base64 } from "effect/encoding"
import type { EndedRun } from "../observation/EndedRun.ts"
import type { SeenRequest } from "../observation/PartnerLog.ts"
import type { Expectation, ExpectedRequests, ExpectedStep } from "../scenario/Scenario.ts"
import { webhookDifferences } from "./WebhookVerdict.ts"

type Differences = ReadonlyArray<string>

/** A wait may end this much early: it is measured between arrivals, with a clock of milliseconds. */
const earlyMs = 50
/** A timeout starts before the connection is opened, so the partner sees less of it: on a busy machine, this much less. */
const unseenMs = 1500
/** And this much late, on a busy machine. */
const lateMs = 30_000

const shown = (value: unknown): string => value === undefined ? "nothing" : JSON.stringify(value)

/** Equality of JSON, the members of objects in any order. */
const same = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false
  const [a, b] = [left, right].map((value) => Object.entries(value))
  return Array.isArray(left) === Array.isArray(right) && a!.length === b!.length
    && a!.every(([name, value]) => same(value, (right as Record<string, unknown>)[name]))
}

const differs = (what: string, expected: unknown, found: unknown): Differences =>
  same(expected, found) ? [] : [`${what}: expected ${shown(expected)}, found ${shown(found)}`]

const missing = (where: string, parts: ReadonlyArray<string>, found: ReadonlyArray<string>): Differences =>
  parts.filter((part) => !found.some((text) => text.includes(part))).map((part) =>
    `${where}: nothing says ${shown(part)}`
  )

const stepDifferences = (expected: ExpectedStep, { processEvent }: EndedRun): Differences => {
  const step = processEvent.steps.find(({ id }) => id === expected.id)
  if (step === undefined) return [`step ${expected.id}: is not in the process event`]
  const what = `step ${expected.id}`
  return [
    ...differs(what, expected.state, step.state),
    ...differs(`${what}, attempts`, expected.outcomes, step.callouts.map(({ outcome }) => outcome)),
    ...(expected.error === undefined ? [] : differs(`${what}, error`, expected.error, step.error?.message))
  ]
}

const messages = (errors: Schema.Json | undefined): ReadonlyArray<string> =>
  Array.isArray(errors) ? errors.map((error) => String((error as { message?: unknown }).message)) : []

const orderDifferences = ({ expected, order, history }: EndedRun & { readonly expected: Expectation }): Differences => {
  const errors = messages(order["errors"])
  const orderErrors = expected.orderErrors
  return [
    ...Object.entries(expected.order).flatMap(([name, value]) => differs(`order.${name}`, value, order[name])),
    ...(orderErrors === undefined ? [] : [
      ...differs("order.errors, count", orderErrors.length, errors.length),
      ...missing("order.errors", orderErrors, errors)
    ]),
    ...missing("history", expected.history ?? [], history.map(({ message, operation }) => `${operation}: ${message}`))
  ]
}

const isAbout = (ms: number, expected: number, early: number): boolean =>
  ms >= expected - early && ms <= expected + lateMs

const abandonDifferences = (what: string, expected: number, seen: ReadonlyArray<SeenRequest>): Differences =>
  seen.flatMap(({ answered, answeredAt, receivedAt }) => {
    const ms = (answeredAt ?? receivedAt) - receivedAt
    return answered === "abandoned" && isAbout(ms, expected, unseenMs)
      ? []
      : [`${what}: expected to be abandoned after ${expected} ms, found ${answered ?? "no end"} after ${ms} ms`]
  })

const waitDifferences = (what: string, waits: ReadonlyArray<number>, seen: ReadonlyArray<SeenRequest>): Differences =>
  waits.flatMap((wait, index) => {
    const [before, after] = [seen[index], seen[index + 1]]
    if (before === undefined || after === undefined) return []
    const waited = after.receivedAt - before.receivedAt
    return isAbout(waited, wait, earlyMs)
      ? []
      : [`${what}, wait before request ${index + 2}: expected ${wait} ms, found ${waited} ms`]
  })

const textOf = (base64: string): string => Result.getOrElse(Base64.decodeString(base64), () => "")

const isFrom = (expected: ExpectedRequests) => (request: SeenRequest): boolean =>
  request.partner === expected.partner && request.path === expected.path

const requestDifferences = (expected: ExpectedRequests, ended: EndedRun): Differences => {
  const seen = ended.seen.filter(isFrom(expected))
  const what = `requests to ${expected.partner} ${expected.path}`
  const header = (name: string) => seen.map(({ headers }) => headers[name])
  const each = (value: string) => seen.map(() => value)
  const [first] = seen
  return [
    ...differs(`${what}, count`, expected.count, seen.length),
    ...(first?.headers["idempotency-key"] === undefined && first !== undefined
      ? [`${what}: carry no Idempotency-Key`]
      : differs(`${what}, Idempotency-Key`, each(first?.headers["idempotency-key"] ?? ""), header("idempotency-key"))),
    ...(seen.every(({ bodyBytes }) => bodyBytes === first?.bodyBytes)
      ? []
      : [`${what}: the body's bytes change between attempts`]),
    ...(expected.authorization === undefined
      ? []
      : differs(`${what}, Authorization`, each(expected.authorization), header("authorization"))),
    ...(expected.counted !== true ? [] : [
      ...differs(`${what}, X-Delivery-Count`, seen.map((_, index) => String(index + 1)), header("x-delivery-count")),
      ...differs(`${what}, X-Max-Delivery-Count`, each("4"), header("x-max-delivery-count")),
      ...differs(`${what}, Accept`, each("application/json"), header("accept")),
      ...missing(`${what}, User-Agent`, seen.length === 0 ? [] : ["OmniumOms/"], header("user-agent").map(String))
    ]),
    ...seen.flatMap(({ bodyBytes }) => missing(`${what}, body`, expected.body ?? [], [textOf(bodyBytes)])),
    ...(expected.abandonedAfterMs === undefined ? [] : abandonDifferences(what, expected.abandonedAfterMs, seen)),
    ...waitDifferences(what, expected.waitsMs ?? [], seen)
  ]
}

/** The requests to partners that should have received none: skipped steps, connectors that were not selected. */
const uninvited = (expected: Expectation, { seen }: EndedRun): Differences =>
  seen.filter((request) => !expected.requests.some((invited) => isFrom(invited)(request)))
    .map(({ partner, path }) => `a request to ${partner} ${path} that should not have been sent`)

const tally = (keys: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** Every callout record is a request that a partner saw, and the other way round. */
const recordDifferences = ({ processEvent, seen }: EndedRun): Differences => {
  const records: ReadonlyArray<CalloutView> = processEvent.steps.flatMap(({ callouts }) => callouts)
  return differs(
    "callout records by Idempotency-Key, against the partners' log",
    tally(seen.map(({ headers }) => headers["idempotency-key"] ?? "none")),
    tally(records.map(({ idempotencyKey }) => idempotencyKey))
  )
}

/** The differences between the order's end and the scenario's expectation; empty if there are none. */
export const differences = (ended: EndedRun): Differences => {
  const { expected } = ended.scenario
  return [
    ...differs("run", expected.state, ended.processEvent.state),
    ...differs(
      "steps",
      expected.steps.map(({ id }) => id),
      ended.processEvent.steps.map(({ id }) => id)
    ),
    ...expected.steps.flatMap((step) => stepDifferences(step, ended)),
    ...differs(
      "pluginErrorOutput",
      expected.pluginErrors ?? [],
      ended.processEvent.pluginErrorOutput.map(({ name }) => name)
    ),
    ...orderDifferences({ ...ended, expected }),
    ...expected.requests.flatMap((requests) => requestDifferences(requests, ended)),
    ...uninvited(expected, ended),
    ...recordDifferences(ended),
    ...webhookDifferences(ended)
  ]
}
