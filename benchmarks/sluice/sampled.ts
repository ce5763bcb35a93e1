/** Sluice as `main.ts` starts it, with all that it allocates sampled: `allocations.ts` reads the file. */
import { writeFileSync } from "node:fs"
import { Session } from "node:inspector"

const session = new Session()
session.connect()
session.post("HeapProfiler.enable")
// What was collected meanwhile, too: `--heap-prof` tells only of what is alive at the end.
session.post("HeapProfiler.startSampling", {
  samplingInterval: 8192,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true
})
process.on("exit", () =>
  session.post("HeapProfiler.stopSampling", (error, answer) => {
    if (error === null) writeFileSync(process.env["BENCH_SAMPLES"] ?? "", JSON.stringify(answer.profile))
  }))
await import("./main.ts")
