/** Reads the operators' acts that an order's timeline shows: on the order, by jobs on its runs, and replays. */
import { anonymous } from "@sluice/domain/access/Act"
import { jobId, processEventId } from "@sluice/domain/identity/Ids"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { isObject } from "@sluice/domain/json/Json"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import type { ActFact, DeliveryFact } from "./TimelineFacts.ts"
import { optional, readJson, timeOf } from "./TimelineReads.ts"

interface ActRow {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly resource: string
  readonly reason: string | null
  readonly after: string | null
}

const actFact = Effect.fnUntraced(function*(row: ActRow) {
  const after = row.after === null ? undefined : yield* readJson(row.after)
  const act: ActFact = {
    id: row.id,
    at: timeOf(row.at),
    actor: row.actor,
    action: row.action,
    resource: row.resource,
    ...optional("reason", row.reason),
    ...(after !== undefined && isObject(after) && { after })
  }
  return act
})

interface JobActRow {
  readonly id: string
  readonly at: Date
  readonly job_id: string
  readonly run_id: string
  readonly action: string
  readonly requested_by: string | null
  readonly reason: string | null
}

/** The acts of jobs on the order's runs. The job says for whom and why. */
const readJobActs = (sql: SqlClient.SqlClient, orderId: string): Effect.Effect<ReadonlyArray<ActFact>, SqlError> =>
  Effect.map(
    sql<JobActRow>`select a.id, a.at, a.job_id, a.run_id, a.action, j.requested_by, j.reason
      from job_acts a left join jobs j on j.id = a.job_id where a.order_id = ${orderId} order by a.id`,
    (rows) =>
      rows.map((row): ActFact => ({
        id: row.id,
        at: timeOf(row.at),
        actor: row.requested_by ?? anonymous,
        action: row.action,
        resource: `/v1/process-events/${processEventId(row.run_id)}`,
        jobId: jobId(row.job_id),
        ...optional("reason", row.reason)
      }))
  )

/** Reads the acts on the order, and the replays that cover a delivery of it. */
export const readActs = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  orderId: string,
  deliveries: ReadonlyArray<DeliveryFact>
) {
  const columns = sql.literal("id, at, actor, action, resource, reason, after")
  const own = yield* sql<ActRow>`select ${columns} from audit where order_id = ${orderId} and outcome is null
    order by at, id`
  const endpoints = [...new Set(deliveries.flatMap(({ endpointId }) => endpointId ?? []))]
  const replays = yield* Effect.forEach(
    endpoints,
    (id) =>
      sql<ActRow>`select ${columns} from audit where action = 'webhook_endpoint.replay' and outcome is null
      and left(resource, 500) = ${`/v1/webhook-endpoints/${encodeURIComponent(id)}/replay`.slice(0, 500)}
      order by at, id`
  )
  const ofJobs = yield* readJobActs(sql, orderId)
  const acts = [...ofJobs, ...yield* Effect.forEach([...own, ...replays.flat()], actFact)]
  return acts.filter((act) => act.action !== "webhook_endpoint.replay" || replayed(act, deliveries))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
})

const replayed = ({ after, at, resource }: ActFact, deliveries: ReadonlyArray<DeliveryFact>): boolean => {
  const [since, until] = [after?.["since"], after?.["until"]]
  return deliveries.some(({ attempts, createdAt, endpointId }) =>
    endpointId !== null && resource.includes(`/${encodeURIComponent(endpointId)}/`)
    && (typeof since !== "string" || isoOf(createdAt) >= since) &&
    (typeof until !== "string" || isoOf(createdAt) < until)
    && attempts.some(({ startedAt }) => startedAt >= at)
  )
}
