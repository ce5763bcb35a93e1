/** `partners`: their health, and the limits on them. */
import { ApiClient } from "@sluice/api/ApiClient"
import { duration } from "@sluice/terminal/Style"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { more } from "../commands/Orders.ts"
import { facts } from "../terminal/Facts.ts"
import { usage } from "../terminal/Failure.ts"
import { cursorFlag, given, limitFlag, textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

const host = Argument.String("host").pipe(Argument.withDescription("The host as in a URL, with its port if it has one"))

const list = Command.make(
  "list",
  { limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, limit }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client.partners.list({ query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "HOST", of: ({ host }) => host, flexible: true },
        {
          title: "STATE",
          of: ({ paused, state }) => paused ? "paused" : state,
          colour: ({ paused, state }) => paused ? "yellow" : state === "closed" ? "green" : "red"
        },
        { title: "CALLS", of: ({ last10m }) => String(last10m.calls) },
        { title: "FAILED", of: ({ last10m }) => String(last10m.failures) },
        { title: "P95 MS", of: ({ last10m }) => last10m.p95 === null ? "" : String(Math.round(last10m.p95)) },
        { title: "OPEN", of: ({ open }) => String(open) },
        { title: "WAITING", of: ({ waiting }) => String(waiting) },
        { title: "AT ONCE", of: ({ maxConcurrent }) => maxConcurrent === undefined ? "" : String(maxConcurrent) },
        { title: "A SECOND", of: ({ ratePerSecond }) => ratePerSecond === undefined ? "" : String(ratePerSecond) }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List every host that was called, with its last ten minutes"))

const milliseconds = (value: number | null) => value === null ? "" : duration(value)

const show = Command.make(
  "show",
  { host },
  Effect.fnUntraced(function*({ host }) {
    const client = yield* ApiClient
    const output = yield* Output
    const partner = yield* client.partners.get({ params: { host } })
    const { last10m } = partner
    yield* output.result(partner, (style) => [
      `${
        partner.paused
          ? style.paint("yellow", "paused")
          : style.paint(partner.state === "closed" ? "green" : "red", `circuit ${partner.state}`)
      }  ${partner.host}`,
      ...facts([
        ["reason", partner.reason],
        ["since", partner.since],
        ["failures", `${partner.failures} since it last answered`],
        ["last 10 min", `${last10m.calls} requests, ${last10m.failures} failed`],
        ["p50, p95", [last10m.p50, last10m.p95].map(milliseconds).filter((text) => text !== "").join(", ")],
        ["open", partner.open],
        ["runs waiting", partner.waiting],
        ["next try", partner.nextTryAt],
        ["at once", partner.maxConcurrent],
        ["a second", partner.ratePerSecond]
      ], style)
    ])
  })
).pipe(
  Command.withDescription("Show one partner: its circuit, its last ten minutes, its limits, and what waits for it")
)

const number = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}; none lifts the limit`),
    Flag.filter((text) => text === "none" || Number(text) > 0, () => "write a number above 0, or none"),
    Flag.optional
  )

const valueOf = (text: string): number | null => text === "none" ? null : Number(text)

const limit = Command.make(
  "limit",
  {
    host,
    atOnce: number("at-once", "Requests that may be open at once"),
    rate: number("rate", "Requests that may begin in any second"),
    reason: textFlag("reason", "Why; shown with the partner")
  },
  Effect.fnUntraced(function*({ atOnce, host, rate, reason }) {
    if (Option.isNone(atOnce) && Option.isNone(rate)) return yield* usage("Say which limit: --at-once, --rate, or both")
    const client = yield* ApiClient
    const output = yield* Output
    const partner = yield* client.partners.put({
      params: { host },
      payload: {
        ...given("maxConcurrent", Option.map(atOnce, valueOf)),
        ...given("ratePerSecond", Option.map(rate, valueOf)),
        ...given("reason", reason)
      }
    })
    yield* output.result(partner, () => [
      `${partner.host}: at most ${partner.maxConcurrent ?? "any number of"} requests at once, `
      + `${partner.ratePerSecond ?? "any number"} a second`
    ])
  })
).pipe(Command.withDescription("Limit the requests to a partner, over all processes"))

const paused = (isPaused: boolean) =>
  Effect.fnUntraced(function*({ host, reason }: { readonly host: string; readonly reason: Option.Option<string> }) {
    const client = yield* ApiClient
    const output = yield* Output
    const why = isPaused ? given("reason", reason) : { reason: Option.getOrNull(reason) }
    const partner = yield* client.partners.put({ params: { host }, payload: { paused: isPaused, ...why } })
    yield* output.result(partner, () => [
      isPaused
        ? `${partner.host} is paused: runs and deliveries wait`
        : `${partner.host} is sent requests again; ${partner.waiting} runs wait`
    ])
  })

const pause = Command.make(
  "pause",
  { host, reason: textFlag("reason", "Why; shown with the partner and its runs") },
  paused(true)
)
  .pipe(Command.withDescription("Send nothing to a partner: runs and deliveries wait"))

const resume = Command.make(
  "resume",
  { host, reason: textFlag("reason", "Shown with the partner from now on") },
  paused(false)
)
  .pipe(Command.withDescription("Send to a paused partner again, the oldest first"))

const reset = Command.make(
  "reset",
  { host },
  Effect.fnUntraced(function*({ host }) {
    const client = yield* ApiClient
    const output = yield* Output
    const partner = yield* client.partners.reset({ params: { host } })
    yield* output.result(partner, () => [`${partner.host}: circuit ${partner.state}`])
  })
).pipe(Command.withDescription("Close a partner's circuit, and release the runs on hold for it"))

export const partners = Command.make("partners").pipe(
  Command.withDescription("Show partners, limit them, or pause them"),
  Command.withSubcommands([list, show, limit, pause, resume, reset])
)
