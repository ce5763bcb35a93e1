/**
 * `check-partner`: shows what a partner's endpoint would do to orders. Sends requests to the partner itself, not to the
 * server.
 */
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { Credentials } from "@sluice/http-client/Credentials"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { checkPartner as check } from "@sluice/partner-check/PartnerCheck"
import { render } from "@sluice/partner-check/PartnerReportText"
import { Config, Effect, Layer, Option, Path, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { exitCodes, Failure, usage } from "../terminal/Failure.ts"
import { document } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"

/** The partner's token, which must not be a command-line argument. */
const token = Config.option(Config.Redacted("PARTNER_TOKEN"))

const outbound = Layer.unwrap(Effect.gen(function*() {
  const allowed = yield* Config.String("SLUICE_ALLOW_NETWORKS").pipe(Config.withDefault(""))
  const networks = yield* Effect.mapError(
    Effect.fromResult(AddressGuard.parseNetworks(allowed)),
    ({ message }) => usage(message)
  )
  return Credentials.layerMemory.pipe(
    Layer.provideMerge(OutboundUndici.layer({ guard: AddressGuard.make(networks) }))
  )
}))

export const checkPartner = Command.make(
  "check-partner",
  {
    url: Argument.String("url").pipe(Argument.withDescription("The endpoint; give a test system, it is really asked")),
    callout: Flag.Boolean("callout").pipe(
      Flag.withDescription("Ask as calloutPlugin does, and not as WebhookWorkflowStep"),
      Flag.withDefault(false)
    ),
    timeout: Flag.Int("timeout").pipe(Flag.withDescription("Milliseconds for each attempt"), Flag.optional),
    rejectOn: Flag.Int("reject-on").pipe(
      Flag.withDescription("Of a callout: a status in shouldRejectOn; may be repeated"),
      Flag.atLeast(0)
    ),
    orders: Flag.String("order").pipe(
      Flag.withDescription("A file with an order instead of the samples; may be repeated"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function*({ callout, orders, rejectOn, timeout, url }) {
    const output = yield* Output
    const bearer = yield* token
    const { basename } = yield* Path.Path
    const samples = yield* Effect.forEach(
      orders,
      // A report is handed on: it says which order, and not where that lay.
      (file) => Effect.map(document(file), (order) => ({ name: basename(file, ".json"), order }))
    )
    const report = yield* check({
      url,
      step: callout ? "calloutPlugin" : "WebhookWorkflowStep",
      timeoutMs: Option.getOrUndefined(timeout),
      shouldRejectOn: rejectOn,
      orders: samples,
      credentials: Option.isSome(bearer) ? { bearerToken: Redacted.make(Redacted.value(bearer.value)) } : undefined
    }).pipe(
      // Faults that a pipeline would be refused for, too: an invalid address or time.
      Effect.catchTag(
        "SettingsInvalid",
        ({ faults }) =>
          Effect.fail(
            usage(
              faults.map(({ message, path }) =>
                `${url} cannot be checked like this: ${path.split(".").at(-1)} ${message}`
              ).join("\n")
            )
          )
      ),
      Effect.provide(outbound)
    )
    yield* output.result(report, () => [render(report)])
    if (report.verdict !== "broken") return
    return yield* new Failure({
      message: "The partner is not ready: see what is marked FAIL",
      code: exitCodes.notCompleted
    })
  })
).pipe(Command.withDescription("Play the contract's cases against a partner's endpoint"))
