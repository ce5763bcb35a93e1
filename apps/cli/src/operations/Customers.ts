/** `customers export`, `customers erase`: everything that is held about a customer, and its erasure. */
import { ApiClient } from "@sluice/api/ApiClient"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Output } from "../terminal/Output.ts"
import { followed, noWatch } from "./Followed.ts"

const customer = Argument.String("customer").pipe(
  Argument.withDescription("The customer's id, or an e-mail address")
)

const exportCustomer = Command.make(
  "export",
  { customer },
  Effect.fnUntraced(function*({ customer }) {
    const client = yield* ApiClient
    const output = yield* Output
    const held = yield* client.personalData.export({ params: { id: customer } })
    yield* output.result(held, () => [JSON.stringify(held, undefined, 2)])
  })
).pipe(Command.withDescription("Print everything that is held about a customer, as JSON"))

const erase = Command.make(
  "erase",
  {
    customer,
    reason: Flag.String("reason").pipe(Flag.withDescription("Why; kept in the audit")),
    noWatch
  },
  Effect.fnUntraced(function*({ customer, noWatch, reason }) {
    const client = yield* ApiClient
    const output = yield* Output
    const started = yield* client.personalData.erase({ params: { id: customer }, payload: { reason } })
    const job = noWatch ? started : yield* followed(
      started,
      client.jobs.get({ params: { id: started.id } }),
      ({ done, skipped, state, total }) =>
        `${state}: ${done + skipped}${total === undefined ? "" : ` of ${total}`} runs`
    )
    yield* output.result(job, () => [`${job.state}: sluice job ${job.id} lists what partners hold`])
  })
).pipe(Command.withDescription("Erase a customer from everything that is stored; this cannot be undone"))

export const customers = Command.make("customers").pipe(
  Command.withDescription("Export what is held about a customer, or erase it"),
  Command.withSubcommands([exportCustomer, erase])
)
