/** The contenders, in the order in which they are shown, and their parameters. */
export interface Contender {
  readonly name: string
  readonly label: string
  /** Beside `peers.ts`. `http`: driven through an HTTP server, Sluice's own or that of a program written by hand. */
  readonly file: string | { readonly http: "sluice" | "baseline" }
  /** Its users call it over HTTP, so that it is compared with Sluice behind HTTP. */
  readonly isHttp?: boolean
  readonly environment?: Readonly<Record<string, string>>
  /** Its database begins with Sluice's tables. */
  readonly isMigrated?: boolean
}

export const contenders: ReadonlyArray<Contender> = [
  { name: "bare", label: "bare callouts, nothing stored", file: "./peers/bare.ts" },
  { name: "baseline", label: "same rows, batched by hand", file: "./baseline/main.ts", isMigrated: true },
  { name: "sluice", label: "Sluice, in-process", file: "./sluice/main.ts", isMigrated: true },
  { name: "sluice-http", label: "Sluice, behind HTTP", file: { http: "sluice" }, isHttp: true },
  {
    name: "baseline-http",
    label: "same rows by hand, behind HTTP",
    file: { http: "baseline" },
    isHttp: true,
    isMigrated: true
  },
  { name: "commits", label: "plain Node, a commit a step", file: "./peers/commits.ts" },
  { name: "graphile-worker", label: "graphile-worker + journal", file: "./peers/graphile-worker.ts" },
  { name: "pg-boss", label: "pg-boss + journal", file: "./peers/pg-boss.ts" },
  {
    name: "restate-tuned",
    label: "Restate, one partition (HTTP)",
    file: "./peers/restate.ts",
    isHttp: true,
    environment: { BENCH_PARTITIONS: "1" }
  },
  { name: "restate", label: "Restate, as it comes (HTTP)", file: "./peers/restate.ts", isHttp: true },
  { name: "dbos", label: "DBOS", file: "./peers/dbos.ts" },
  {
    name: "cluster-tuned",
    label: "ClusterWorkflowEngine, tuned",
    file: "./peers/cluster.ts",
    environment: { BENCH_TUNED: "1" }
  },
  { name: "cluster", label: "ClusterWorkflowEngine, as it comes", file: "./peers/cluster.ts" }
]
