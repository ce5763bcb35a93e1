import { assert, describe, it } from "@effect/vitest"
import { seriesOf } from "../../src/telemetry/CellSeries.ts"

const text = `# HELP sluice_runs_total Runs.
# TYPE sluice_runs_total counter
sluice_runs_total{cell="0",state="failed"} 1
sluice_runs_total{cell="1",state="failed"} 2
sluice_runs_total{state="failed",cell="1"} 3
sluice_runs_total{cell="11",state="failed"} 4
# HELP sluice_partner_waiting_runs Runs that wait.
# TYPE sluice_partner_waiting_runs gauge
sluice_partner_waiting_runs{cell="0",partner="x,cell=\\"1\\""} 5
# HELP sluice_api_key_refusals_total Refusals.
# TYPE sluice_api_key_refusals_total counter
sluice_api_key_refusals_total{status="401"} 6
# HELP sluice_callout_duration_seconds Durations.
# TYPE sluice_callout_duration_seconds histogram
sluice_callout_duration_seconds_bucket{cell="1",le="0.1"} 7
sluice_callout_duration_seconds_count{cell="1"} 8
`

describe("the metrics of one cell", () => {
  it("are its series with the comments of their families, and nothing of other cells or of the process", () => {
    assert.strictEqual(
      seriesOf(text, 1),
      `# HELP sluice_runs_total Runs.
# TYPE sluice_runs_total counter
sluice_runs_total{cell="1",state="failed"} 2
sluice_runs_total{state="failed",cell="1"} 3
# HELP sluice_callout_duration_seconds Durations.
# TYPE sluice_callout_duration_seconds histogram
sluice_callout_duration_seconds_bucket{cell="1",le="0.1"} 7
sluice_callout_duration_seconds_count{cell="1"} 8
`
    )
    assert.strictEqual(seriesOf(text, 5), "")
  })
})
