/** `timeline` and `why`: the causal record of an order, and the explanation of a member's value. */
import { ApiClient } from "@sluice/api/ApiClient"
import { maxLimit } from "@sluice/api/wire/Paging"
import type { TimelineEntry, Told, Why, WhyLink } from "@sluice/domain/internal/order/Timeline"
import type { Json } from "@sluice/domain/json/Json"
import { cut, duration, type Style } from "@sluice/terminal/Style"
import { DateTime, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { given } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { second } from "./Orders.ts"

const order = Argument.String("order").pipe(Argument.withDescription("The order's id"))

const millis = (moment: string): number => DateTime.toEpochMillis(DateTime.makeUnsafe(moment))

/**
 * The entries with their depth, each below its cause and in the order of time among those with the same cause. An entry
 * whose cause is not among them has depth 0.
 */
export const byCause = (entries: ReadonlyArray<TimelineEntry>): ReadonlyArray<readonly [TimelineEntry, number]> => {
  const known = new Set(entries.map(({ id }) => id))
  const followers = Map.groupBy(entries, ({ cause }) => cause !== undefined && known.has(cause) ? cause : undefined)
  const waiting = (followers.get(undefined) ?? []).map((entry): readonly [TimelineEntry, number] => [entry, 0])
    .toReversed()
  const ordered: Array<readonly [TimelineEntry, number]> = []
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [entry, depth] = next
    ordered.push(next)
    for (const one of (followers.get(entry.id) ?? []).toReversed()) waiting.push([one, depth + 1])
  }
  return ordered
}

/** The summary with its kind in front, unless it begins with that word. */
const told = ({ kind, summary }: Pick<TimelineEntry | WhyLink, "kind" | "summary">): string =>
  summary.startsWith(`${kind} `) ? summary : `${kind}  ${summary}`

/** Room on a narrow terminal: nothing is indented deeper. */
const deepest = 8

/** The timeline as lines: the time since the first entry, and each entry below its cause. */
export const timelineLines = (entries: ReadonlyArray<TimelineEntry>, style: Style): ReadonlyArray<string> => {
  const [first] = entries
  if (first === undefined) return ["none"]
  const start = millis(first.at)
  const width = Math.max(...entries.map(({ at }) => duration(millis(at) - start).length)) + 1
  return [
    style.paint("dim", second(first.at)),
    ...byCause(entries).map(([entry, depth]) => {
      const at = `+${duration(Math.max(0, millis(entry.at) - start))}`.padEnd(width)
      const { durationMs, kind } = entry
      const line = `${"  ".repeat(Math.min(depth, deepest))}${told(entry)}`
        + (durationMs === undefined ? "" : ` (${duration(durationMs)})`)
      const shown = style.bounded ? cut(line, style.width - width - 2) : line
      return `${style.paint("dim", at)}  ${kind === "operator" ? style.paint("cyan", shown) : shown}`
    })
  ]
}

/** Every entry of the order: each page but the last is full, so that a long record takes few requests. */
const entriesOf = Effect.fnUntraced(function*(id: string) {
  const client = yield* ApiClient
  const entries: Array<TimelineEntry> = []
  let cursor: string | null = null
  do {
    const page: { readonly items: ReadonlyArray<TimelineEntry>; readonly nextCursor: string | null } = yield* client
      .orders.timeline({ params: { id }, query: { limit: maxLimit, ...(cursor !== null && { cursor }) } })
    entries.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return entries
})

export const timeline = Command.make(
  "timeline",
  { order },
  Effect.fnUntraced(function*({ order }) {
    const output = yield* Output
    const items = yield* entriesOf(order)
    yield* output.result({ items, nextCursor: null }, (style) => timelineLines(items, style))
  })
).pipe(Command.withDescription("Show everything that happened to an order, each entry below its cause"))

const shown = (value: Json | undefined): string => value === undefined ? "absent" : JSON.stringify(value)

const linkLines = (link: WhyLink, style: Style): ReadonlyArray<string> => {
  const line = `  ${told(link)}`
  const change = "before" in link || "after" in link ? [`    ${shown(link.before)} → ${shown(link.after)}`] : []
  const source = link.expression === undefined ? [] : [`    ${link.expression}`]
  return [
    `${style.paint("dim", link.at)}${line}`,
    ...[...change, ...source].map((one) => style.bounded ? cut(one, style.width) : one)
  ]
}

const toldLine = ({ deliveredAt, deliveryId, endpointId }: Told): string =>
  ["told", endpointId ?? "", deliveredAt === undefined ? "" : second(deliveredAt), deliveryId].filter((one) =>
    one !== ""
  )
    .join("  ")

/** The explanation as lines: the value, the chain back to its origin, and the receivers that were sent it. */
export const whyLines = (path: string, why: Why, style: Style): ReadonlyArray<string> => [
  style.paint(
    "bold",
    "value" in why
      ? `${path} is ${shown(why.value)} since version ${why.version}`
      : `${path} was removed by version ${why.version}`
  ),
  ...why.chain.flatMap((link) => linkLines(link, style)),
  ...(why.toldTo.length === 0 ? ["no delivery has sent it"] : why.toldTo.map(toldLine))
]

export const why = Command.make(
  "why",
  {
    order,
    path: Argument.String("path").pipe(Argument.withDescription("A JSON Pointer to a member of the order: /status")),
    version: Flag.Int("version").pipe(
      Flag.withDescription("The version of the order to explain; else the newest"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function*({ order, path, version }) {
    const client = yield* ApiClient
    const output = yield* Output
    const answer = yield* client.orders.why({
      params: { id: order },
      query: { path, ...given("version", Option.map(version, String)) }
    })
    yield* output.result(answer, (style) => whyLines(path, answer, style))
  })
).pipe(
  Command.withDescription("Explain why a member of an order has its value, and who was told it"),
  Command.withExamples([{
    command: "sluice why web-1 /status",
    description: "What set the status, back to the submission"
  }])
)
