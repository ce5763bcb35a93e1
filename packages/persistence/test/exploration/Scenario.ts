/** What is explored: how many steps, and how much may go wrong on the way. */
import type { Pipeline, Step } from "@sluice/domain/Pipeline"

export interface Scenario {
  readonly steps: number
  /** Processes that end without a word, at any point. At least one is left. */
  readonly crashes: number
  /** Cancels, each by a request to any process, at any point. */
  readonly cancels: number
  /** The cancels want the steps compensated, and every step has something to compensate. */
  readonly compensates: boolean
  /** First attempts that are refused, and repeated after a second: of the first so many steps. */
  readonly refusals: number
  /** Processes that stand still at any point, for as long as it takes, and wake at any later one. */
  readonly pauses: number
  /** Statements whose answer is lost: they were executed, or were not. */
  readonly losses: number
  /** Moments at which time passes although something is under way. */
  readonly ticks: number
}

export const smallest: Scenario = {
  steps: 3,
  crashes: 1,
  cancels: 1,
  compensates: false,
  refusals: 0,
  pauses: 0,
  losses: 0,
  ticks: 0
}

const step = (index: number, compensates: boolean): Step => ({
  name: "WebhookWorkflowStep",
  id: `step${index}`,
  active: true,
  scope: {},
  options: {
    connector: "Webhook",
    stopOnError: true,
    properties: [{ key: "Host", value: `https://step${index}.example` }]
  },
  ...(compensates && { compensate: { endpoint: `https://undo${index}.example` } })
})

export const pipelineOf = ({ compensates, steps }: Scenario): Pipeline => ({
  name: "explored",
  version: 1,
  match: {},
  priority: 0,
  failedStatus: "Failed",
  completedStatus: "Done",
  steps: Array.from({ length: steps }, (_, index) => step(index, compensates)),
  postProcessing: []
})
