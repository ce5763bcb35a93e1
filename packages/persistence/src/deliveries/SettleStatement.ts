/**
 * Records the results of claimed deliveries, many in one statement, and releases the next one of each chain.
 *
 * Two statements in one transaction: the rows are locked first, so that the second one's snapshot holds whatever was
 * added behind them (where none is in a chain, the second one alone). A writer that adds to a chain locks its last row (`OutcomeStatement`), so one of the two sees the other.
 */
import type * as PgTypes from "@effect/sql-pg/PgTypes"
import { type AttemptRecord, lookAgainMs, type Settlement } from "@sluice/delivery/DeliveryStore"
import { deliveryId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { testType } from "@sluice/domain/webhook/Delivery"
import { isOperational, operationalBody, operationalParts } from "../outbox/OperationalEvents.ts"
import { calloutColumns, calloutRow } from "../records/CalloutColumns.ts"
import { columns, type ColumnTypes, parameterCount, unnest } from "../sql/ArrayParameters.ts"

/** The parts of the statement, which are left out where they are not needed. */
export interface SettleParts {
  /** True if deliveries in it become exhausted, of which subscribers are told. */
  readonly tells: boolean
  /** True if attempts in it are recorded with the steps whose calls they are. */
  readonly records: boolean
}

export interface Settling {
  readonly id: string
  /** The mark of the claim; the delivery is not touched if another claim holds it. */
  readonly claim: string
  readonly endpointId: string | undefined
  readonly type: string
  /** The order of the delivery, which may then be in a chain. */
  readonly orderId: string | undefined
  readonly settlement: Settlement
}

const row = {
  id: "uuid",
  claim: "uuid",
  endpoint_id: "text",
  kind: "text",
  state: "text",
  after_ms: "float8",
  number: "int",
  record: "text",
  response: "bytea",
  succeeded: "bool"
} as const satisfies ColumnTypes

export const lockStatement = `select id from deliveries where id = any($1::uuid[]) order by id for no key update`

/** A redelivery was asked for during this very attempt, which did not succeed. */
const sentAgain = `(r.kind = 'attempted' and not r.succeeded and d.state = 'pending' and d.redeliver_after = d.claim)`

/** The state of delivery `d` after what `r` says. Written out where it is needed: to look the row up twice costs more. */
const became = `(case
    when ${sentAgain} then 'pending'
    when r.kind = 'unknown' and not exists (select from webhook_endpoints w where w.id = d.endpoint_id) then 'cancelled'
    when d.state = 'cancelled' and r.state <> 'delivered' then 'cancelled'
    when d.state = 'held' and r.state = 'pending' then 'held'
    else r.state end)`

/**
 * The statement that records the results of attempts. It returns the endpoints that have now failed for `days` on end,
 * and a null if the next delivery of a chain, or a redelivery, is due. A delivery that was held since stays held
 * unless this attempt ended it; one that was cancelled since (its endpoint was deleted) stays so unless the attempt
 * succeeded. The attempt is recorded in any case.
 */
export const settleStatement = (days: number, { records, tells }: SettleParts) => `
with r as materialized (select * from ${unnest(row, "r", 1)}),
u as (
  update deliveries d set
    state = ${became},
    reason = case ${became} when 'cancelled' then 'its endpoint was deleted' when 'delivered' then null else d.reason end,
    due_at = case when ${became} = 'pending' then clock_timestamp()
      + case when ${sentAgain} then 0 else r.after_ms end * interval '1 ms' end,
    finished_at = case
      when ${became} = 'pending' then null
      when ${became} = 'held' or (${became} = 'cancelled' and d.state = 'cancelled') then d.finished_at
      else clock_timestamp() end,
    attempts = coalesce(r.number, d.attempts),
    round = case when ${sentAgain} then 0 else d.round + case when r.number is null then 0 else 1 end end,
    claim = null,
    claimed_until = null,
    redeliver_after = null
  from r where d.id = r.id and d.claim = r.claim and d.state in ('pending', 'held', 'cancelled')
  returning d.id, d.chain, d.seq, d.state
),
a as (
  insert into delivery_attempts select r.id, r.number, r.record, r.response from r join u using (id)
  where r.number is not null on conflict do nothing
),
n as (
  update deliveries d set due_at = clock_timestamp() from u
  where u.state <> 'pending' and u.chain is not null and d.id = (
    select x.id from deliveries x where x.chain = u.chain and x.finished_at is null and x.seq > u.seq
    order by x.seq limit 1)
  returning d.id
),
health as (
  select r.endpoint_id, bool_or(r.succeeded) as succeeded from r
  where r.endpoint_id is not null and r.number is not null group by r.endpoint_id
),
h as (
  update webhook_endpoints w set failing_since = case when not health.succeeded then clock_timestamp() end
  from health where w.id = health.endpoint_id and health.succeeded = (w.failing_since is not null)
)${tells ? `,\n${exhaustedParts}` : ""}${records ? `,\n${recordPart(tells)}` : ""}
select health.endpoint_id from health join webhook_endpoints w on w.id = health.endpoint_id
where not health.succeeded and w.disabled_at is null and w.failing_since < clock_timestamp() - interval '${days} days'
union all (select null from n limit 1)${
  tells ? "\nunion all (select null from dw where state = 'pending' limit 1)" : ""
}
union all (select null from u join r using (id) where u.state = 'pending' and r.state <> 'pending' limit 1)`

const exhaustion = { delivery: "uuid", id: "uuid", at: "timestamptz", body: "bytea" } as const satisfies ColumnTypes

/** `delivery.exhausted`, of what has ended so. */
const exhaustedParts = `ev as materialized (
  select x.id, 'delivery.exhausted' as type, x.at, x.body
  from ${unnest(exhaustion, "x", 1 + parameterCount(row))} join u on u.id = x.delivery and u.state = 'exhausted'
),
${operationalParts}`

const stepCallout = { delivery: "uuid", ...calloutColumns } as const satisfies ColumnTypes

/** Records of steps: none where the delivery was taken away meanwhile, or the run was deleted. */
const recordPart = (tells: boolean) =>
  `k as (
  insert into callouts (run_id, id, step, outcome, record, form, body, response)
  select x.run_id, x.id, x.step, x.outcome, x.record, x.form, x.body, x.response
  from ${unnest(stepCallout, "x", 1 + parameterCount(row) + (tells ? parameterCount(exhaustion) : 0))}
  join u on u.id = x.delivery join runs on runs.id = x.run_id
  on conflict do nothing
)`

type Exhaustion = { readonly [Name in keyof typeof exhaustion]: string | number | Uint8Array }

/** The operational events of deliveries that end here, unless they carry one themselves. `now` is epoch milliseconds. */
export const exhaustions = (settlings: ReadonlyArray<Settling>, now: number): ReadonlyArray<Exhaustion> =>
  settlings.flatMap(({ endpointId, id, orderId, settlement, type }) => {
    if (settlement._tag !== "Attempted" || isOperational(type) || type === testType) return []
    const { attempt: { error, response }, next } = settlement
    if (next._tag !== "Exhausted" && next._tag !== "Gone") return []
    const reason = error?.message ?? `answered ${response?.status ?? "nothing"}`
    const members = { deliveryId: deliveryId(id), endpointId: endpointId ?? null, type, orderId }
    const body = Utf8.encode(operationalBody(now, { reason, ...members }))
    return [{ delivery: id, id: newUuidUnsafe(), at: now, body }]
  })

const recordOf = ({ response, ...attempt }: AttemptRecord): string => {
  if (response === undefined) return JSON.stringify(attempt)
  const { body: _, ...head } = response
  return JSON.stringify({ ...attempt, response: head })
}

const ends = { Delivered: "delivered", Retry: "pending", Exhausted: "exhausted", Gone: "exhausted" } as const

const rowOf = ({ id, claim, endpointId, settlement }: Settling) => {
  const common = {
    id,
    claim,
    endpoint_id: endpointId ?? null,
    number: null,
    record: null,
    response: null,
    succeeded: false
  }
  switch (settlement._tag) {
    case "Attempted": {
      const { attempt, next } = settlement
      return {
        ...common,
        kind: "attempted",
        state: ends[next._tag],
        after_ms: next._tag === "Retry" ? next.afterMs : null,
        number: attempt.number,
        record: recordOf(attempt),
        response: attempt.response?.body ?? null,
        succeeded: next._tag === "Delivered"
      }
    }
    case "Filtered":
      return { ...common, kind: "filtered", state: "filtered", after_ms: null }
    case "EndpointUnknown":
      return { ...common, kind: "unknown", state: "pending", after_ms: lookAgainMs }
    case "Returned":
      return { ...common, kind: "returned", state: "pending", after_ms: lookAgainMs }
  }
}

/** The records of steps among the results. */
const stepCallouts = (settlings: ReadonlyArray<Settling>) =>
  settlings.flatMap(({ id, settlement }) => {
    if (settlement._tag !== "Attempted" || settlement.callout === undefined) return []
    const { index, record, runId } = settlement.callout
    return [{ delivery: id, ...calloutRow(runId, index, record) }]
  })

export const partsOf = (
  settlings: ReadonlyArray<Settling>,
  exhausted: ReadonlyArray<Exhaustion>
): SettleParts => ({
  tells: exhausted.length > 0,
  records: settlings.some(({ settlement }) => settlement._tag === "Attempted" && settlement.callout !== undefined)
})

/** The parameters of the settle statement; `parts` as for its text. */
export const settleParameters = (
  settlings: ReadonlyArray<Settling>,
  exhausted: ReadonlyArray<Exhaustion>,
  { records, tells }: SettleParts
): ReadonlyArray<PgTypes.Parameter> => [
  ...columns(row, settlings.map(rowOf)),
  ...(tells ? columns(exhaustion, exhausted) : []),
  ...(records ? columns(stepCallout, stepCallouts(settlings)) : [])
]
