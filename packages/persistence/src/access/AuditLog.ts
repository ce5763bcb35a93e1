/** Reads the audit, and records changes that were refused. Changes are recorded where they are stored. Section 2. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { type Act, type AuditRecord, resourceOf } from "@sluice/domain/access/Act"
import type { RecordedAction } from "@sluice/domain/access/Action"
import type { Role } from "@sluice/domain/access/Role"
import { auditId, uuidOf } from "@sluice/domain/identity/Ids"
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isStorable } from "@sluice/domain/order/Order"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type Change, insertAct, recordAct } from "../audit/ActRecord.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

export class AuditRecordUnknown extends Schema.TaggedError<AuditRecordUnknown>()("AuditRecordUnknown", {
  id: Schema.String
}) {}

/** The filters of the list, combined with AND; times in epoch milliseconds. */
export interface AuditFilters {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly resource?: string | undefined
  readonly createdAfter?: number | undefined
  readonly createdBefore?: number | undefined
}

/** A row of `audit`. */
export interface AuditRow {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly roles: ReadonlyArray<Role>
  readonly action: RecordedAction
  readonly resource: string
  readonly before: string | null
  readonly after: string | null
  readonly reason: string | null
  readonly remote_address: string | null
  readonly outcome: "refused" | null
  readonly status: number | null
}

export const shownRecord = Effect.fnUntraced(function*(row: AuditRow) {
  const record: AuditRecord = {
    id: auditId(row.id),
    at: row.at.toISOString(),
    actor: row.actor,
    roles: row.roles,
    action: row.action,
    resource: row.resource,
    ...(row.before !== null && { before: (yield* readOwnJson(row.before)) as Schema.Json }),
    ...(row.after !== null && { after: (yield* readOwnJson(row.after)) as Schema.Json }),
    ...(row.reason !== null && { reason: row.reason }),
    remoteAddress: row.remote_address,
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.status !== null && { status: row.status })
  }
  return record
})

/** Epoch milliseconds and the id of a row. */
const byTime = cursor(Schema.Tuple([Schema.Int, Schema.String.check(Schema.isUUID())]))

/** The tables whose rows a `PUT` makes or changes, by the action's noun. */
const tables: ReadonlyMap<string, string> = new Map([
  ["pipeline", "pipelines"],
  ["connector", "connectors"],
  ["auth_provider", "auth_providers"],
  ["webhook_endpoint", "webhook_endpoints"]
])

/** The id that the last segment of the path names. */
const idOf = (resource: string): string => {
  const segment = resource.slice(resource.lastIndexOf("/") + 1)
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** In its one spelling, or as it is given: records of earlier releases have the spelling of their request. */
const resourceIs = (sql: SqlClient.SqlClient, given: string) => {
  const spellings = [...new Set([given, resourceOf(given)])]
  return sql.or(spellings.map((one) => sql`(left(resource, 500) = left(${one}, 500) and resource = ${one})`))
}

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const list = Effect.fnUntraced(function*(filters: AuditFilters, request: PageRequest) {
    const after = yield* byTime.read(request)
    const { action, actor, createdAfter, createdBefore, resource } = filters
    if (![action, actor, resource].every((text) => text === undefined || isStorable(text))) {
      return { items: [], nextCursor: null }
    }
    const clauses = [
      ...(after === undefined ? [] : [sql`(at, id) < (${PgTypes.timestamptz(after[0])}, ${after[1]}::uuid)`]),
      ...(actor === undefined ? [] : [sql`actor = ${actor}`]),
      ...(action === undefined ? [] : [sql`action = ${action}`]),
      ...(resource === undefined ? [] : [resourceIs(sql, resource)]),
      ...(createdAfter === undefined ? [] : [sql`at > ${PgTypes.timestamptz(createdAfter)}`]),
      ...(createdBefore === undefined ? [] : [sql`at < ${PgTypes.timestamptz(createdBefore)}`])
    ]
    const rows = yield* orUnavailable(
      sql<AuditRow>`select * from audit where ${sql.and(clauses)} order by at desc, id desc limit ${request.limit + 1}`
    )
    const found = page(rows, request.limit, byTime, ({ at, id }) => [at.getTime(), id] as const, (row) => row)
    return { ...found, items: yield* Effect.forEach(found.items, shownRecord) }
  })

  const get = Effect.fnUntraced(function*(id: string) {
    const uuid = id.startsWith("audit-") ? uuidOf(id) : undefined
    const [row] = uuid === undefined
      ? []
      : yield* orUnavailable(sql<AuditRow>`select * from audit where id = ${uuid}::uuid`)
    return row === undefined ? yield* new AuditRecordUnknown({ id }) : yield* shownRecord(row)
  })

  const refused = Effect.fnUntraced(function*(act: Act, status: number) {
    const table = act.action.endsWith(".put") ? tables.get(act.action.split(".", 1)[0] ?? "") : undefined
    const id = idOf(act.resource)
    const there = table === undefined || !isStorable(id)
      ? []
      : yield* sql`select 1 from ${sql(table)} where id = ${id}`
    yield* insertAct(sql, act, { creates: there.length === 0 }, { status })
  }, orUnavailable)

  const performed = (change: Change) => orUnavailable(recordAct(sql, change))

  return AuditLog.of({ list, get, performed, refused })
})

export class AuditLog extends Context.Service<AuditLog, {
  /** Newest first. */
  readonly list: (
    filters: AuditFilters,
    page: PageRequest
  ) => Effect.Effect<Page<AuditRecord>, CursorInvalid | JournalUnavailable>
  readonly get: (id: string) => Effect.Effect<AuditRecord, AuditRecordUnknown | JournalUnavailable>
  /** Records the fiber's act where it changes nothing that is stored. */
  readonly performed: (change: Change) => Effect.Effect<void, JournalUnavailable>
  /** Records that the act was answered with `status` and changed nothing. */
  readonly refused: (act: Act, status: number) => Effect.Effect<void, JournalUnavailable>
}>()("@sluice/persistence/AuditLog") {
  static readonly layer: Layer.Layer<AuditLog, never, SqlClient.SqlClient> = Layer.effect(AuditLog, make)
}
