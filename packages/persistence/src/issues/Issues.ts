/** Issues as they are listed and dealt with. Contract: section 7, `/v1/issues`. */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import { issueId, processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { isStorable } from "@sluice/domain/order/Order"
import type { Issue, IssueState } from "@sluice/domain/run/Issue"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { isUnsettled } from "../sql/UnindexedFilters.ts"

export interface IssueFilters {
  readonly state?: IssueState | undefined
  readonly pipeline?: string | undefined
}

interface Row {
  readonly id: string
  readonly pipeline: string
  readonly step_id: string
  readonly outcome: string
  readonly message: string
  readonly state: IssueState
  readonly count: number
  readonly unsettled: number
  readonly first_seen: Date
  readonly last_seen: Date
  readonly sample: ReadonlyArray<string>
}

const issueOf = (row: Row): Issue => ({
  id: issueId(row.id),
  pipeline: row.pipeline,
  stepId: row.step_id,
  outcome: row.outcome,
  message: row.message,
  state: row.state,
  count: row.count,
  unsettled: row.unsettled,
  firstSeen: row.first_seen.toISOString(),
  lastSeen: row.last_seen.toISOString(),
  sample: row.sample.map(processEventId)
})

const byTime = cursor(Schema.Tuple([Schema.Int, Schema.String.check(Schema.isUUID())]))

const uuidIn = (id: string): string | undefined => id.startsWith("issue-") ? uuidOf(id) : undefined

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const unsettled = sql`(select count(*)::int4 from runs w where w.issue_id = i.id and ${isUnsettled(sql)})`

  const list = Effect.fn("Issues.list")(function*({ pipeline, state }: IssueFilters, request: PageRequest) {
    const after = yield* byTime.read(request)
    if (pipeline !== undefined && !isStorable(pipeline)) return { items: [], nextCursor: null }
    const clauses = [
      sql`true`,
      ...(state === undefined ? [] : [sql`state = ${state}`]),
      ...(pipeline === undefined ? [] : [sql`pipeline = ${pipeline}`]),
      ...(after === undefined ? [] : [sql`(last_seen, id) < (${timestamptz(after[0])}, ${after[1]}::uuid)`])
    ]
    const rows = yield* orUnavailable(sql<Row>`select i.*, ${unsettled} as unsettled from (
        select * from issues where ${sql.and(clauses)} order by last_seen desc, id desc limit ${request.limit + 1}
      ) i order by last_seen desc, id desc`)
    return page(rows, request.limit, byTime, (row) => [row.last_seen.getTime(), row.id] as const, issueOf)
  })

  const read = (id: string) =>
    Effect.map(
      sql<Row>`select i.*, ${unsettled} as unsettled from issues i where i.id = ${id}::uuid`,
      ([row]) => row && issueOf(row)
    )

  const get = (id: string) => {
    const uuid = uuidIn(id)
    return uuid === undefined ? Effect.undefined : orUnavailable(read(uuid))
  }

  const settle = Effect.fn("Issues.settle")(function*(
    id: string,
    state: "acknowledged" | "resolved",
    reason: string | undefined
  ) {
    const uuid = uuidIn(id)
    if (uuid === undefined) return undefined
    return yield* orUnavailable(transaction(
      sql,
      Effect.gen(function*() {
        const [before] = yield* sql<{ readonly state: IssueState }>`
          select state from issues where id = ${uuid}::uuid for update`
        if (before === undefined) return undefined
        const at = sql.literal(state === "acknowledged" ? "acknowledged_at" : "resolved_at")
        yield* sql`update issues set state = ${state}, ${at} = clock_timestamp() where id = ${uuid}::uuid`
        yield* recordAct(sql, { before: { state: before.state }, after: { state }, reason })
        return yield* read(uuid)
      })
    ))
  })

  return Issues.of({ list, get, settle })
})

export class Issues extends Context.Service<Issues, {
  /** The issue that failed last comes first. */
  readonly list: (
    filters: IssueFilters,
    page: PageRequest
  ) => Effect.Effect<Page<Issue>, CursorInvalid | JournalUnavailable>
  readonly get: (id: string) => Effect.Effect<Issue | undefined, JournalUnavailable>
  /**
   * Resolves or acknowledges an issue with all its failures up to now. A later failure reopens a resolved issue, and
   * leaves an acknowledged one as it is.
   */
  readonly settle: (
    id: string,
    state: "acknowledged" | "resolved",
    reason: string | undefined
  ) => Effect.Effect<Issue | undefined, JournalUnavailable>
}>()("@sluice/persistence/Issues") {
  static readonly layer: Layer.Layer<Issues, never, SqlClient.SqlClient> = Layer.effect(Issues, make)
}
