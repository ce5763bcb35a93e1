/** The bounds of an exploration: the number of steps, and the number of faults and events of each kind. */
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"

export interface Scenario {
  readonly steps: number
  /** Calls that each step makes at once, by a plugin of its own where there are several. */
  readonly atOnce: number
  /** Processes that end without a word, at any point. At least one is left. */
  readonly crashes: number
  /** Cancels, each by a request to any process, at any point. */
  readonly cancels: number
  /** The cancels want the steps compensated, and every step has something to compensate. */
  readonly compensates: boolean
  /** First attempts that are refused, and repeated after a second: of the first so many steps. */
  readonly refusals: number
  /** Refused attempts are to be repeated in a minute, for longer than a fiber waits: the run is put off, and due then. */
  readonly putsOff: boolean
  /** Processes that stand still at any point, for as long as it takes, and wake at any later one. */
  readonly pauses: number
  /** Statements whose answer is lost: they were executed, or were not. */
  readonly losses: number
  /**
   * Flushes with a submission that the database refuses for now, because another transaction holds the lock of its key:
   * nothing of them is stored.
   */
  readonly conflicts: number
  /** Repetitions of the submission with its `Idempotency-Key`, each at any point before the run's end, to any process. */
  readonly repeats: number
  /** Answers to the callback URL of the first step, whose attempts are taken with 2xx: at any point, to any process. */
  readonly callbacks: number
  /** Moments at which time passes although something is under way. */
  readonly ticks: number
  /**
   * The granularity at which the transaction of a cancel, or of an answer to a callback URL, is explored: as one
   * action; as one, and the answer to its commit as another; or, for comparison, a statement at a time, as PostgreSQL
   * shows it to others.
   */
  readonly transactions: "whole" | "answered" | "statementwise"
}

export const smallest: Scenario = {
  steps: 3,
  atOnce: 1,
  crashes: 1,
  cancels: 1,
  compensates: false,
  refusals: 0,
  putsOff: false,
  pauses: 0,
  losses: 0,
  conflicts: 0,
  repeats: 0,
  callbacks: 0,
  ticks: 0,
  transactions: "answered"
}

const workflowStep = (index: number): Pick<Step, "name" | "options"> => ({
  name: "WebhookWorkflowStep",
  options: {
    connector: "Webhook",
    stopOnError: true,
    properties: [{ key: "Host", value: `https://step${index}.example` }]
  }
})

const callout = (index: number): Pick<Step, "name" | "options"> => ({
  name: "calloutPlugin",
  options: {
    endpoint: `https://step${index}.example`,
    shouldRejectOn: { status: [503] },
    retry: { delaysMs: [60_000] }
  }
})

/** The time that a step waits for its callback, in milliseconds. The run is released at once, however short it is. */
const callbackMs = 300

const several = (index: number, atOnce: number): Pick<Step, "name" | "options"> => ({
  name: "several",
  options: {
    endpoints: Array.from({ length: atOnce }, (_, n) => `https://${n === 0 ? "step" : `side${n}-`}${index}.example`)
  }
})

const step = (index: number, { atOnce, callbacks, compensates, putsOff }: Scenario): Step => ({
  ...(atOnce > 1 ? several(index, atOnce) : putsOff ? callout(index) : workflowStep(index)),
  id: `step${index}`,
  active: true,
  scope: {},
  ...(callbacks > 0 && index === 0 && { awaitCallback: { timeout: callbackMs } }),
  ...(compensates && { compensate: { endpoint: `https://undo${index}.example` } })
})

export const pipelineOf = (scenario: Scenario): Pipeline => ({
  name: "explored",
  version: 1,
  match: {},
  priority: 0,
  failedStatus: "Failed",
  completedStatus: "Done",
  steps: Array.from({ length: scenario.steps }, (_, index) => step(index, scenario)),
  postProcessing: []
})
