/** `overview` and `health`: the state of everything at a glance, and of the server. */
import { ApiClient } from "@sluice/api/ApiClient"
import { type OverviewCount, OverviewWindow } from "@sluice/domain/run/Overview"
import { RunState } from "@sluice/domain/run/ProcessEvent"
import { runColour } from "@sluice/terminal/RunTimeline"
import { duration, type Style } from "@sluice/terminal/Style"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { second } from "../commands/Orders.ts"
import { type Fact, facts } from "../terminal/Facts.ts"
import { exitCodes, Failure } from "../terminal/Failure.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"

/** The count; one that stopped is followed by a plus, and open ones by the oldest. */
const counted = ({ count, more, oldest }: OverviewCount): string =>
  `${count}${more ? "+" : ""}${oldest === undefined ? "" : `, the oldest of ${second(oldest.since)}: ${oldest.id}`}`

const milliseconds = (value: number | undefined): string => value === undefined ? "" : duration(value)

const titled = (title: string, lines: ReadonlyArray<string>, style: Style): ReadonlyArray<string> => [
  "",
  style.paint("bold", title),
  ...lines
]

export const overview = Command.make(
  "overview",
  {
    window: Flag.Literals("window", OverviewWindow.literals).pipe(
      Flag.withDescription("Over which ended runs and failures are counted"),
      Flag.withDefault("10m")
    )
  },
  Effect.fnUntraced(function*({ window }) {
    const client = yield* ApiClient
    const output = yield* Output
    const seen = yield* client.overview.get({ query: { window } })
    const { deliveries, partners, plugins, runs } = seen
    yield* output.result(seen, (style) => [
      `open, and those that ended of the orders since ${second(seen.since)}`,
      ...(seen.partial === true ? ["only the newest of these orders are counted: there were more"] : []),
      ...titled(
        "Runs",
        facts([
          ...RunState.literals.map((state): Fact => [style.paint(runColour(state), state), counted(runs[state])]),
          ["to be put right", counted(seen.unsettled)]
        ], style),
        style
      ),
      ...titled(
        "Deliveries",
        facts([
          ["pending", counted(deliveries.pending)],
          ["held", counted(deliveries.held)],
          ["exhausted", counted(deliveries.exhausted)]
        ], style),
        style
      ),
      ...titled(
        "Partners",
        table(partners, [
          { title: "HOST", of: ({ host }) => host, flexible: true },
          {
            title: "CIRCUIT",
            of: ({ breaker, paused }) => paused ? "paused" : breaker,
            colour: ({ breaker, paused }) => paused ? "yellow" : breaker === "closed" ? "green" : "red"
          },
          { title: "CALLS", of: ({ callouts }) => String(callouts) },
          {
            title: "FAILED",
            of: ({ failures }) => String(failures),
            colour: ({ failures }) => failures > 0 ? "red" : "dim"
          },
          { title: "P95", of: ({ p95Ms }) => milliseconds(p95Ms) },
          { title: "WAITING", of: ({ waiting }) => String(waiting) }
        ], style),
        style
      ),
      ...(plugins.length === 0
        ? []
        : titled("Failed steps by plugin", facts(plugins.map(({ failures, name }) => [name, failures]), style), style))
    ])
  })
).pipe(Command.withDescription("Show runs, deliveries and partners at a glance"))

export const health = Command.make(
  "health",
  {},
  Effect.fnUntraced(function*() {
    const client = yield* ApiClient
    const output = yield* Output
    yield* client.health.live()
    const ready = yield* Effect.mapError(client.health.ready(), (error) =>
      "detail" in error
        ? new Failure({ message: `The server is up but not ready: ${error.detail}`, code: exitCodes.unavailable })
        : error)
    yield* output.result(ready, (style) => [
      style.paint(ready.status === "ok" ? "green" : "yellow", ready.status === "ok" ? "ready" : ready.status),
      ...(ready.cells ?? []).map(({ id, owner, state }) =>
        `cell ${id}: ${state}${owner === undefined ? "" : `, owned by ${owner}`}`
      ),
      ...(ready.warnings ?? []).map((warning) => `warning: ${warning}`)
    ])
  })
).pipe(Command.withDescription("Say if the server is up and can work; exit code 4 if not"))
