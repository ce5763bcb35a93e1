/** The flags that select runs: of `runs`, and of the commands that act on many. */
import { Outcome } from "@sluice/domain/callout/Outcome"
import { RunState } from "@sluice/domain/run/ProcessEvent"
import type { Option } from "effect"
import { Flag } from "effect/cli"
import { given, momentFlag, textFlag } from "../terminal/Input.ts"

export const runFilterFlags = {
  state: Flag.Literals("state", RunState.literals).pipe(Flag.withDescription("In this state"), Flag.optional),
  order: textFlag("order", "Over this order"),
  pipeline: textFlag("pipeline", "Of this pipeline"),
  step: textFlag("step", "In which the step of this id failed last"),
  partner: textFlag("partner", "Whose failed step called this host last"),
  outcome: Flag.Literals("outcome", Outcome.literals).pipe(
    Flag.withDescription("Whose failed step's last call ended like this"),
    Flag.optional
  ),
  email: textFlag("email", "Over orders that hold this e-mail address"),
  errors: Flag.Boolean("errors").pipe(Flag.withDescription("With a failed step"), Flag.withDefault(false)),
  unsettled: Flag.Boolean("unsettled").pipe(
    Flag.withDescription("Whose failure has not been dealt with"),
    Flag.withDefault(false)
  ),
  since: momentFlag("since", "Created after"),
  until: momentFlag("until", "Created before")
}

/** The values of {@link runFilterFlags}. */
export interface RunFilter {
  readonly state: Option.Option<RunState>
  readonly order: Option.Option<string>
  readonly pipeline: Option.Option<string>
  readonly step: Option.Option<string>
  readonly partner: Option.Option<string>
  readonly outcome: Option.Option<Outcome>
  readonly email: Option.Option<string>
  readonly errors: boolean
  readonly unsettled: boolean
  readonly since: Option.Option<string>
  readonly until: Option.Option<string>
}

/** The members of the API's filter that are the same in a query and in a body: all but `errors` and `unsettled`. */
export const filterMembers = (flags: RunFilter) => ({
  ...given("state", flags.state),
  ...given("orderId", flags.order),
  ...given("pipeline", flags.pipeline),
  ...given("step", flags.step),
  ...given("partner", flags.partner),
  ...given("outcome", flags.outcome),
  ...given("email", flags.email),
  ...given("createdAfter", flags.since),
  ...given("createdBefore", flags.until)
})
