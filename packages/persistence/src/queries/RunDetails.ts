/**
 * The members of a run's summary that other tables hold: the step at which it failed, the partner called last there, the
 * order's customer and external id, its newest retry, and whether a failure is settled. Five statements for a whole page,
 * each a look-up by key. Contract: section 7, `GET /v1/process-events`.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import { isObject, parse } from "@sluice/domain/json/Json"
import type { ProcessEventSummary } from "@sluice/domain/run/ProcessEvent"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import {
  decodeCallout,
  decodeStep,
  prepareCallouts,
  prepareSteps,
  type StoredCallout,
  type StoredStep
} from "../records/CalloutCodec.ts"
import { reasonOf, type RunRow, summary } from "./RunRow.ts"
import { settledOf } from "./Settled.ts"

/** A document above this size is not read for its customer's address, in bytes: a page holds 200 of them. */
const mostRead = 64 * 1024

interface FailedStep extends StoredStep {
  readonly run_id: string
}

interface OrderRow {
  readonly id: string
  readonly external_id: string | null
  readonly doc: string | null
}

const customerEmailOf = (doc: string | null): string | undefined => {
  if (doc === null) return undefined
  const order = parse(doc)
  const email = isObject(order) ? order["customerEmail"] : undefined
  return typeof email === "string" ? email : undefined
}

/** Summaries of the rows, in their order. */
export const summaries = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, rows: ReadonlyArray<RunRow>) {
  const failed = rows.filter((row) => row.failed_steps > 0).map(({ id }) => id)
  const steps = failed.length === 0 ? [] : yield* sql<FailedStep>`
    SELECT s.* FROM unnest(${failed}::uuid[]) AS r (id) CROSS JOIN LATERAL (
      SELECT run_id, index, state, next_version, record FROM steps
      WHERE run_id = r.id AND state = 'failed' ORDER BY index DESC LIMIT 1) s`
  const callouts = steps.length === 0 ? [] : yield* sql<StoredCallout & { readonly run_id: string }>`
    SELECT c.* FROM unnest(${steps.map(({ run_id }) => run_id)}::uuid[], ${steps.map(({ index }) => index)}::int[])
      AS f (run_id, step) CROSS JOIN LATERAL (
      SELECT run_id, id, step, outcome, record, form, NULL::bytea AS body, NULL::bytea AS response FROM callouts
      WHERE callouts.run_id = f.run_id AND callouts.step = f.step ORDER BY id DESC LIMIT 1) c`
  const orders = rows.length === 0 ? [] : yield* sql<OrderRow>`
    SELECT o.id, o.external_id, CASE WHEN octet_length(v.doc) <= ${mostRead} THEN v.doc END AS doc
    FROM orders o JOIN order_versions v ON v.order_id = o.id AND v.version = o.version
    WHERE o.id = ANY (${[...new Set(rows.map(({ order_id }) => order_id))]})`
  const retries = rows.length === 0 ? [] : yield* sql<{ readonly id: string; readonly retry_of: string }>`
    SELECT x.id, r.id AS retry_of FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${
    rows.map(({ order_id }) => order_id)
  }::text[]) AS r (id, order_id) CROSS JOIN LATERAL (
      SELECT id FROM runs WHERE runs.order_id = r.order_id AND runs.retry_of = r.id ORDER BY id DESC LIMIT 1) x`
  const settled = yield* settledOf(sql, rows)
  yield* prepareSteps(steps)
  yield* prepareCallouts(callouts)
  const stepOf = new Map(steps.map((row) => [row.run_id, decodeStep(row)]))
  const calloutOf = new Map(callouts.map((row) => [row.run_id, decodeCallout(row)]))
  const orderOf = new Map(orders.map((row) => [row.id, row]))
  const retryOf = new Map(retries.map((row) => [row.retry_of, row.id]))

  return rows.map((row): ProcessEventSummary => {
    const step = stepOf.get(row.id)
    const callout = calloutOf.get(row.id)
    const partner = callout === undefined ? undefined : urlHost(callout.endpoint)
    const order = orderOf.get(row.order_id)
    const email = customerEmailOf(order?.doc ?? null)
    const retry = retryOf.get(row.id)
    const reason = reasonOf(row) ?? step?.reason
    return {
      ...summary(row),
      ...(reason !== undefined && { reason }),
      ...(step !== undefined && { failedStep: step.stepId }),
      ...(partner !== undefined && { partner }),
      ...(email !== undefined && { customerEmail: email }),
      ...(typeof order?.external_id === "string" && { externalId: order.external_id }),
      ...(retry !== undefined && { retriedBy: processEventId(retry) }),
      ...settled(row.id)
    }
  })
})
