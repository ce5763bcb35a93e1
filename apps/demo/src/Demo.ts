/** The demo from start to end: partners, settings, server, orders, their stories, the verdict. */
import { duration } from "@sluice/terminal/Style"
import { Cause, Clock, Duration, Effect, Exit, FileSystem, Option, Path, Schema } from "effect"
import type { EndedRun } from "./observation/EndedRun.ts"
import { follow } from "./observation/Follow.ts"
import { forgery } from "./observation/Forgery.ts"
import { afterwards, whileItRuns } from "./report/NextSteps.ts"
import { report } from "./report/Report.ts"
import { timeline } from "./report/Timeline.ts"
import { scenarios } from "./scenario/Scenarios.ts"
import { Screen } from "./Screen.ts"
import { startPartners } from "./servers/PartnerSystems.ts"
import { withPartners } from "./servers/Settings.ts"
import { startServer } from "./servers/SluiceServer.ts"

/** The demo did not end as it should; the cause was printed before. */
export class DemoWentWrong extends Schema.TaggedError<DemoWentWrong>()("DemoWentWrong", {
  message: Schema.String
}) {}

const JsonText = Schema.fromJsonString(Schema.Json)

/** The settings file with the partners' addresses, written where the server finds it. */
const writeSettings = Effect.fnUntraced(function*(file: string, origins: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const template = yield* path.fromFileUrl(new URL("../settings/seeds.json", import.meta.url))
  const seeds = yield* Effect.flatMap(fs.readFileString(template), Schema.decodeEffect(JsonText))
  const settings = JSON.stringify(withPartners(seeds, origins), null, 2)
  // It holds credentials, if only of partners that are made up.
  yield* fs.writeFileString(file, `${settings}\n`, { mode: 0o600 })
})

/** A directory of the demo's own: removed at the end, kept for a look where something went wrong. */
const workDirectory = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* Effect.acquireRelease(
    fs.makeTempDirectory({ prefix: "sluice-demo-" }),
    (directory, exit) =>
      Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
        ? Effect.void
        : Effect.ignore(fs.remove(directory, { recursive: true }))
  )
  // Started by root, the server's PostgreSQL runs as another user, who must get through to its data.
  yield* fs.chmod(directory, 0o711)
  return directory
})

const submitAll = Effect.fnUntraced(function*(
  options: Omit<Parameters<typeof follow>[0], "scenario" | "since">
) {
  const screen = yield* Screen
  const since = yield* Clock.currentTimeMillis
  const open = new Set(scenarios.map(({ name }) => name))
  const watch = Effect.gen(function*() {
    const waited = Math.floor(((yield* Clock.currentTimeMillis) - since) / 1000)
    yield* screen.status(
      `  ${scenarios.length - open.size} of ${scenarios.length} orders have ended; ${waited} s; open: ${
        [...open].join(", ")
      }`
    )
    yield* Effect.sleep("200 millis")
  }).pipe(Effect.forever)
  const orders: ReadonlyArray<EndedRun> = yield* Effect.raceFirst(
    Effect.forEach(
      scenarios,
      (scenario) =>
        Effect.tap(follow({ ...options, scenario, since }), () => Effect.sync(() => open.delete(scenario.name))),
      { concurrency: "unbounded" }
    ),
    watch
  ).pipe(Effect.ensuring(screen.status("")))
  return orders
})

/** Runs the demo. With `once` it ends with the verdict; without, it leaves everything running until it is interrupted. */
export const demo = Effect.fnUntraced(function*(options: { readonly once: boolean }) {
  const path = yield* Path.Path
  const screen = yield* Screen
  const { paint } = screen.style
  const say = (lines: ReadonlyArray<string>) => Effect.forEach(lines, screen.line, { discard: true })
  const directory = yield* workDirectory
  const at = (name: string) => path.join(directory, name)
  const settingsFile = at("settings.json")
  const serverLog = at("server.log")

  yield* screen.line(paint("bold", "Sluice: orders through pipelines of partner systems"))
  yield* screen.status("  starting the partners")
  const partners = yield* startPartners({ logFile: at("partners.log") })
  yield* screen.line(`  partners   ${Object.keys(partners.partners).join(", ")}`)
  yield* writeSettings(settingsFile, partners.partners)
  yield* screen.status("  starting the server and its database")
  const [took, server] = yield* Effect.timed(
    startServer({ dataDirectory: at("data"), settingsFile, logFile: serverLog })
  )
  yield* screen.line(
    `  server     ${server.baseUrl}, ready ${paint("dim", `after ${duration(Duration.toMillis(took))}`)}`
  )
  yield* screen.line(`  orders     ${scenarios.length}, all at once`)
  yield* screen.line("")

  const orders = yield* Effect.raceFirst(
    submitAll({ client: server.client, partnerLog: partners.log, partners: partners.partners }),
    server.ended
  )
  yield* screen.line("")
  yield* Effect.forEach(orders, (ended) => say([...timeline(ended, screen.style), ""]), { discard: true })

  const { lines, wrong } = report(orders, screen.style)
  yield* screen.line(paint("bold", "Did they end as the seeds say, and do the partners say the same?"))
  const forged = yield* forgery(orders, screen.style)
  yield* say([...lines, ...Option.match(forged, { onNone: () => [], onSome: ({ line }) => [line] }), ""])
  if (!options.once) {
    yield* say(whileItRuns({ baseUrl: server.baseUrl, partnerLog: partners.log, settingsFile }, screen.style))
    return yield* server.ended
  }
  yield* screen.status("  stopping the server")
  const exitCode = yield* server.stop
  yield* screen.status("")
  const believed = Option.isSome(forged) && !forged.value.refused
  if (wrong > 0 || believed || exitCode !== 0) {
    const forgeries = believed ? "; a forged webhook was believed" : ""
    const stopped = exitCode === 0 ? "" : `; the server stopped with ${exitCode ?? "a signal"} instead of 0`
    return yield* new DemoWentWrong({
      message: `${wrong} of ${orders.length} orders went wrong${forgeries}${stopped}. The server's log: ${serverLog}`
    })
  }
  yield* say(afterwards(screen.style))
}, Effect.scoped)
