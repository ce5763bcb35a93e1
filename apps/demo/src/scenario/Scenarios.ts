/** Every order of the demo, in the order of its run. */
import { callouts } from "./Callouts.ts"
import type { Scenario } from "./Scenario.ts"
import { workflowSteps } from "./WorkflowSteps.ts"

export const scenarios: ReadonlyArray<Scenario> = [...callouts, ...workflowSteps]
