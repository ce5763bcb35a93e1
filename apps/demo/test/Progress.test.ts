import { assert, describe, it } from "@effect/vitest"
import { progress } from "@sluice/terminal/RunProgress"
import { ended } from "./Fixture.ts"

const after = ended("retries").processEvent
const [step] = after.steps
const running = (attempts: number) => ({
  ...after,
  state: "running" as const,
  steps: [{ ...step!, state: "running" as const, callouts: step!.callouts.slice(0, attempts) }]
})

const words = (lines: ReturnType<typeof progress>) => lines.map(({ mark, text }) => `${mark} ${text}`)

describe("Progress", () => {
  it("reports each attempt once, and the end of the run", () => {
    assert.deepStrictEqual(words(progress(undefined, running(1))), [
      "× WebhookWorkflowStep #1: 503 rejected after 8 ms"
    ])
    assert.deepStrictEqual(words(progress(running(1), running(2))), [
      "× WebhookWorkflowStep #2: unreachable (reset) after 8 ms"
    ])
    assert.deepStrictEqual(words(progress(running(3), after)), [
      "› WebhookWorkflowStep #4: 200 succeeded after 8 ms",
      "■ completed"
    ])
  })

  it("reports nothing when a poll finds nothing new", () => {
    assert.deepStrictEqual(progress(running(2), running(2)), [])
    assert.deepStrictEqual(progress(after, after), [])
  })
})
