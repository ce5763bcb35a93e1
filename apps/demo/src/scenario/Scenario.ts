/** One order of the demo: what is submitted, and how the seeds and the contract say it must end. */
import type { Outcome } from "@sluice/domain/callout/Outcome"
import type { FinalRunState, StepState } from "@sluice/domain/run/ProcessEvent"
import type { Schema } from "effect"

export interface ExpectedStep {
  readonly id: string
  readonly state: StepState
  /** One for each attempt, in order; none where no request may be sent. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** The step's exact error message. */
  readonly error?: string
}

/** The requests that a partner must have received for this order. Others must not have come. */
export interface ExpectedRequests {
  readonly partner: string
  readonly path: string
  readonly count: number
  /** The exact `Authorization` header of each of them. */
  readonly authorization?: string
  /** A workflow step's own headers: `X-Delivery-Count` runs from 1 to `count`, of at most 4, and who asks for what. */
  readonly counted?: boolean
  /** Parts of each body, as text. */
  readonly body?: ReadonlyArray<string>
  /** The caller hung up on the partner after so many milliseconds, without an answer. */
  readonly abandonedAfterMs?: number
  /** Milliseconds between one request and the next. */
  readonly waitsMs?: ReadonlyArray<number>
}

export interface Expectation {
  readonly state: FinalRunState
  /** Members of the order at its end, by name. */
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly steps: ReadonlyArray<ExpectedStep>
  readonly requests: ReadonlyArray<ExpectedRequests>
  /** Messages of the order's `errors[]`; each is a part of one of them, and there are no others. */
  readonly orderErrors?: ReadonlyArray<string>
  /** Each is a part of some operation or message in the order's history. */
  readonly history?: ReadonlyArray<string>
  /** Names in `pluginErrorOutput`; none where absent. */
  readonly pluginErrors?: ReadonlyArray<string>
}

export interface Scenario {
  /** Lower-case, short; the order's id is `demo-<name>`. */
  readonly name: string
  readonly title: string
  /** The point of the scenario, in a sentence. */
  readonly story: string
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly expected: Expectation
}

export const orderId = (scenario: Scenario): string => `demo-${scenario.name}`
