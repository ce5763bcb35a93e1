/**
 * `pnpm partner:check <url>`: checks a partner's endpoint and prints the report. Exit code 0 unless it is broken.
 * `SLUICE_ALLOW_NETWORKS` says which private addresses may be asked, as for the server.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { isObject, parse } from "@sluice/domain/Json"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { Config, Console, Effect, FileSystem, Layer, Option, Redacted, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { basename } from "node:path"
import process from "node:process"
import { checkPartner } from "../PartnerCheck.ts"
import { render } from "../PartnerReportText.ts"

const flags = {
  url: Argument.String("url"),
  callout: Flag.Boolean("callout").pipe(
    Flag.withDescription("Ask as calloutPlugin does, and not as WebhookWorkflowStep"),
    Flag.withDefault(false)
  ),
  timeout: Flag.Int("timeout").pipe(Flag.withDescription("Milliseconds for each attempt"), Flag.optional),
  reject: Flag.Int("reject-on").pipe(
    Flag.withDescription("Of a callout: a status in shouldRejectOn; may be repeated"),
    Flag.between(0, 100)
  ),
  order: Flag.String("order").pipe(
    Flag.withDescription("A JSON file with an order to send instead of the samples; may be repeated"),
    Flag.between(0, 100)
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false))
}

/** What must not stand on a command line: `PARTNER_TOKEN`, sent as a bearer token. */
const token = Config.option(Config.Redacted("PARTNER_TOKEN"))

class OrderUnreadable extends Schema.TaggedError<OrderUnreadable>()("OrderUnreadable", { message: Schema.String }) {}

const orderIn = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const order = parse(yield* fs.readFileString(file))
  if (!isObject(order)) return yield* new OrderUnreadable({ message: `${file} is not a JSON object, an order` })
  return { name: basename(file, ".json"), order }
})

const layers = Layer.unwrap(Effect.gen(function*() {
  const allowed = yield* Config.String("SLUICE_ALLOW_NETWORKS").pipe(Config.withDefault(""))
  const networks = yield* Effect.fromResult(AddressGuard.parseNetworks(allowed))
  return Credentials.layerMemory.pipe(Layer.provideMerge(OutboundUndici.layer({ guard: AddressGuard.make(networks) })))
}))

const command = Command.make("partner:check", flags, (given) =>
  Effect.gen(function*() {
    const bearerToken = yield* token
    const orders = yield* Effect.forEach(given.order, orderIn)
    const report = yield* checkPartner({
      url: given.url,
      step: given.callout ? "calloutPlugin" : "WebhookWorkflowStep",
      timeoutMs: Option.getOrUndefined(given.timeout),
      shouldRejectOn: given.reject,
      orders,
      credentials: Option.isSome(bearerToken)
        ? { bearerToken: Redacted.make(Redacted.value(bearerToken.value)) }
        : undefined
    })
    yield* Console.log(given.json ? JSON.stringify(report, null, 2) : render(report))
    if (report.verdict === "broken") process.exitCode = 1
  }).pipe(Effect.provide(layers))).pipe(
    Command.withDescription(
      "Plays the contract's cases against a partner's endpoint and says what it would do to orders"
    )
  )

Command.runWith(command, { version: "0.0.0" })(process.argv.slice(2).filter((word) => word !== "--")).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
