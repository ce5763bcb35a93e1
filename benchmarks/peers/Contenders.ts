/** Who takes part, in the order in which they are shown, and what they are told. */
export interface Contender {
  readonly name: string
  readonly label: string
  /** Beside `peers.ts`; "http" for what is driven through its own HTTP server. */
  readonly file: string
  readonly environment?: Readonly<Record<string, string>>
  /** Its database begins with Sluice's tables. */
  readonly isMigrated?: boolean
}

export const contenders: ReadonlyArray<Contender> = [
  { name: "bare", label: "bare callouts, nothing stored", file: "./peers/bare.ts" },
  { name: "baseline", label: "same rows, batched by hand", file: "./baseline/main.ts", isMigrated: true },
  { name: "sluice", label: "Sluice, in-process", file: "./sluice/main.ts", isMigrated: true },
  { name: "sluice-http", label: "Sluice, behind HTTP", file: "http" },
  { name: "commits", label: "plain Node, a commit a step", file: "./peers/commits.ts" },
  { name: "graphile-worker", label: "graphile-worker + journal", file: "./peers/graphile-worker.ts" },
  { name: "pg-boss", label: "pg-boss + journal", file: "./peers/pg-boss.ts" },
  {
    name: "restate-tuned",
    label: "Restate, one partition",
    file: "./peers/restate.ts",
    environment: { BENCH_PARTITIONS: "1" }
  },
  { name: "restate", label: "Restate, as it comes", file: "./peers/restate.ts" },
  { name: "dbos", label: "DBOS", file: "./peers/dbos.ts" },
  {
    name: "cluster-tuned",
    label: "ClusterWorkflowEngine, tuned",
    file: "./peers/cluster.ts",
    environment: { BENCH_TUNED: "1" }
  },
  { name: "cluster", label: "ClusterWorkflowEngine, as it comes", file: "./peers/cluster.ts" }
]
