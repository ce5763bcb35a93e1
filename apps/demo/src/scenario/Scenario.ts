/** One order of the demo: the submitted document, and the expected end. */
import type { Outcome } from "@sluice/domain/callout/Outcome"
import type { FinalRunState, StepState } from "@sluice/domain/run/ProcessEvent"
import type { Schema } from "effect"

export interface ExpectedStep {
  readonly id: string
  readonly state: StepState
  /** The expected outcome of each attempt, in order; empty if no request may be sent. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** The step's exact error message. */
  readonly error?: string
}

/** The requests that a partner must have received for this order, and no others. */
export interface ExpectedRequests {
  readonly partner: string
  readonly path: string
  readonly count: number
  /** The exact `Authorization` header of each of them. */
  readonly authorization?: string
  /**
   * True if the headers of workflow steps are checked: `X-Delivery-Count` must run from 1 to `count`, at most 4, and
   * the headers must name the sender and its purpose.
   */
  readonly counted?: boolean
  /** Parts of each body, as text. */
  readonly body?: ReadonlyArray<string>
  /** The milliseconds after which the caller closed the connection, without an answer. */
  readonly abandonedAfterMs?: number
  /** The expected milliseconds between one request and the next. */
  readonly waitsMs?: ReadonlyArray<number>
}

export interface Expectation {
  readonly state: FinalRunState
  /** Members of the order at its end, by name. */
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly steps: ReadonlyArray<ExpectedStep>
  readonly requests: ReadonlyArray<ExpectedRequests>
  /**
   * The expected messages in the order's `errors[]`: each must be a part of one of them, and there must be no others.
   */
  readonly orderErrors?: ReadonlyArray<string>
  /** Texts that must each be a part of an operation or message in the order's history. */
  readonly history?: ReadonlyArray<string>
  /** The expected names in `pluginErrorOutput`; absent: none. */
  readonly pluginErrors?: ReadonlyArray<string>
}

export interface Scenario {
  /** The name in lower case, short; the order's id is `demo-<name>`. */
  readonly name: string
  readonly title: string
  /** The point of the scenario, in a sentence. */
  readonly story: string
  readonly order: Readonly<Record<string, Schema.Json>>
  readonly expected: Expectation
}

export const orderId = (scenario: Scenario): string => `demo-${scenario.name}`
