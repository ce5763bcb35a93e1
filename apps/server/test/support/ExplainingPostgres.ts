/**
 * A PostgreSQL of the test's own that writes the plan of each execution to its log (`auto_explain`), and the judgement of
 * these plans by what every node has read.
 */
import * as TemporaryPostgres from "@sluice/persistence/internal/embedded/TemporaryPostgres"
import { Context, Effect, Layer, Redacted } from "effect"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** A node of a plan as `auto_explain` writes it. Rows are those of one loop, on average. */
interface PlanNode {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  /** Descents of an index, in all loops. */
  readonly "Index Searches"?: number
  readonly "Rows Removed by Filter"?: number
  readonly "Rows Removed by Index Recheck"?: number
  readonly "Rows Removed by Join Filter"?: number
  readonly "Shared Hit Blocks"?: number
  readonly "Shared Read Blocks"?: number
  readonly Plans?: ReadonlyArray<PlanNode>
}

interface Executed {
  readonly "Query Text": string
  readonly Plan: PlanNode
}

/** A node that has read more than it may, in the execution of the statement that read most. */
export interface Excess {
  readonly statement: string
  readonly node: string
  /** Rows, or pages of 8 KiB where those tell of more. */
  readonly read: number
}

/** A statement, by a part of its text, that may read more rows than others. */
export interface Exception {
  readonly part: string
  readonly rows: number
}

/** Indexes of rows that change much: until the next vacuum, the entries of their earlier versions are read. */
const changing: ReadonlySet<string> = new Set([
  "deliveries_due",
  "deliveries_in_chain",
  "deliveries_in_state",
  "deliveries_pkey",
  "jobs_pkey",
  "runs_due",
  "runs_gone_wrong",
  "runs_in_state",
  "runs_queued",
  "runs_to_group"
])

/** Pages that a scan reads beside those of its rows, and for each row or descent: the depth of an index, and its table. */
const pages = { always: 300, forEach: 8 } as const

const blocksOf = (node: PlanNode): number => (node["Shared Hit Blocks"] ?? 0) + (node["Shared Read Blocks"] ?? 0)

const nameOf = (node: PlanNode): string =>
  [node["Node Type"], node["Index Name"], node["Relation Name"]].filter((name) => name !== undefined).join(" ")

/**
 * The number of rows that the node has read in all its loops, or that a join has thrown away. An index condition on a
 * later column leaves no trace in rows: then the pages tell.
 */
const readBy = (node: PlanNode): number => {
  const loops = node["Actual Loops"]
  // Compared in memory.
  const joined = Math.round((node["Rows Removed by Join Filter"] ?? 0) * loops / 20)
  if (node["Relation Name"] === undefined && node["Node Type"] !== "Bitmap Index Scan") return joined
  if (node["Node Type"] === "ModifyTable") return joined
  const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0)
  const rows = (node["Actual Rows"] + removed) * loops
  if (changing.has(node["Index Name"] ?? "")) return Math.round(rows)
  const blocks = blocksOf(node) - (node.Plans ?? []).reduce((sum, child) => sum + blocksOf(child), 0)
  // A page of an index has some 150 entries.
  const unexplained = blocks - pages.always - pages.forEach * Math.max(rows, loops, node["Index Searches"] ?? 0)
  return Math.round(Math.max(rows, unexplained * 150))
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node
  for (const child of node.Plans ?? []) yield* nodesOf(child)
}

/** Collects what the executions of a database's statements read. */
const makeJudgement = (most: number, exceptions: ReadonlyArray<Exception>) => {
  const statements = new Set<string>()
  const excesses = new Map<string, Excess>()
  return {
    add: ({ Plan, "Query Text": text }: Executed): void => {
      const statement = text.replaceAll(/\s+/g, " ").trim()
      statements.add(statement)
      const allowed = exceptions.find(({ part }) => statement.includes(part))?.rows ?? most
      for (const node of nodesOf(Plan)) {
        const read = readBy(node)
        const key = `${nameOf(node)} ${statement}`
        if (read <= allowed || read <= (excesses.get(key)?.read ?? 0)) continue
        excesses.set(key, { statement, node: nameOf(node), read })
      }
    },
    result: () => ({
      statements: statements.size,
      excesses: [...excesses.values()].toSorted((a, b) => b.read - a.read)
    })
  }
}

/** Reads the executions that the log has of a database: a line that tells of one, and its plan in lines that begin with a tab. */
const readLog = async (path: string, database: string, add: (executed: Executed) => void) => {
  let plan: Array<string> | undefined
  const end = () => {
    if (plan !== undefined) add(JSON.parse(plan.join("\n")) as Executed)
    plan = undefined
  }
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line.startsWith("\t")) plan?.push(line)
    else {
      end()
      if (line.startsWith(`${database}|LOG:  duration:`) && line.endsWith("plan:")) plan = []
    }
  }
  end()
}

const settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "100",
  max_wal_size: "4GB",
  autovacuum: "off",
  log_line_prefix: "%d|",
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_buffers": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_format": "json",
  "auto_explain.log_nested_statements": "on",
  "auto_explain.log_parameter_max_length": "0"
}

/** The startup parameter of a session that writes no plans. */
export const unexplained = { "auto_explain.log_min_duration": "-1" }

const make = Effect.gen(function*() {
  // A run that was killed leaves its directory, which the next run of the tests removes: see DatabaseServer.ts.
  const postgres = yield* TemporaryPostgres.make({ prefix: "sluice-test-", settings })
  return ExplainingPostgres.of({
    url: (database) => {
      const it = new URL(Redacted.value(postgres.url))
      it.pathname = database
      return Redacted.make(it.href)
    },
    judge: (database, most, exceptions) =>
      Effect.promise(async () => {
        const judgement = makeJudgement(most, exceptions)
        await readLog(join(postgres.home, "postgres.log"), database, judgement.add)
        return judgement.result()
      })
  })
})

export class ExplainingPostgres extends Context.Service<ExplainingPostgres, {
  readonly url: (database: string) => Redacted.Redacted
  /**
   * Judges all that was executed in the database so far: the nodes that have read more than `most` rows in one execution,
   * and the number of different statements.
   */
  readonly judge: (
    database: string,
    most: number,
    exceptions: ReadonlyArray<Exception>
  ) => Effect.Effect<{ readonly statements: number; readonly excesses: ReadonlyArray<Excess> }>
}>()("@sluice/server/test/ExplainingPostgres") {
  static readonly layer = Layer.effect(ExplainingPostgres, Effect.suspend(() => make))
}
