/**
 * The statement that stores entries with an outcome: the flush statement together with customers, subscriptions and
 * messages. Sorted by customer, one per customer at most; bodies are built from the rows that were written. Contract:
 * section 9; design: ARCHITECTURE.md, "Deliveries".
 */
import type * as PgTypes from "@effect/sql-pg/PgTypes"
import type { StepTarget } from "@sluice/delivery/DeliveryStore"
import { customerId } from "@sluice/domain/identity/Ids"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { isKnown, textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { subscriptionText } from "@sluice/domain/internal/order/SubscriptionChange"
import { stringify } from "@sluice/domain/json/Json"
import type { CustomerChange, CustomerMember } from "@sluice/domain/order/Customer"
import type { NewSubscription } from "@sluice/domain/order/Subscription"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { Entry } from "@sluice/engine/journal/Journal"
import { createHash } from "node:crypto"
import { customerColumns } from "../schema/CustomerColumns.ts"
import { columns, type ColumnTypes, parameterCount, unnest } from "../sql/ArrayParameters.ts"
import { newId } from "../sql/CellText.ts"
import { customerId as knownCustomer } from "../subscriptions/SubscriptionLookup.ts"
import { named, namedParts, namedRows } from "../subscriptions/SubscriptionParts.ts"
import { endpoints } from "./FanOut.ts"
import { errorBody, messageFanOut, runEntry, stepEntry, versionEntry } from "./MessageFanOut.ts"
import type { Outcome } from "./Outcome.ts"
import { bodyOf } from "./StateEvents.ts"

const memberColumns = Object.values(customerColumns)

const failure = { e: "int", id: "uuid", errors: "text" } as const satisfies ColumnTypes

const customer = {
  e: "int",
  id: "uuid",
  key: "text",
  known_id: "text",
  fresh_id: "text",
  email: "text",
  creates: "bool",
  ...Object.fromEntries(memberColumns.map((column) => [column, "text"]))
} as const satisfies ColumnTypes

const subscription = {
  e: "int",
  subscription_id: "text",
  item: "int",
  known_id: "text",
  email: "text",
  doc: "text",
  entitlements: "text",
  parent_id: "text"
} as const satisfies ColumnTypes

const sent = {
  e: "int",
  id: "uuid",
  type: "text",
  lane: "text",
  url: "text",
  target: "text",
  body: "bytea",
  index: "int"
} as const satisfies ColumnTypes

const told = {
  e: "int",
  id: "uuid",
  type: "text",
  place: "int",
  body: "bytea",
  tail: "text",
  index: "int"
} as const satisfies ColumnTypes

const members = memberColumns.join(", ")
const merged = memberColumns.map((column) => `${column} = coalesce(excluded.${column}, customers.${column})`).join(", ")

const utf8 = (text: string) => `convert_to(${text}, 'UTF8')`

const orderEnd = `case z.state when 'completed' then 'order.completed' when 'cancelled' then 'order.cancelled'
    else 'order.failed' end`

/**
 * The messages that tell of the change of an order or a run. A run that waits for a partner is told of once for each
 * step, however often the step is tried: by the message that there is already.
 */
const toldParts = (first: number): { readonly before: string; readonly messages: string } => ({
  before: `tx as materialized (
  select x.*, e.order_id, e.run_id, e.finished_at, e.doc, v.version, r.event_id, r.pipeline
  from ${unnest(told, "x", first)} join v on v.n = x.e join e on e.n = x.e join runs r on r.id = e.run_id
),
`,
  messages: `
  union all select tx.id, tx.n, tx.place, tx.type, tx.order_id, coalesce(tx.finished_at, clock_timestamp()), tx.body,
    ${versionEntry("tx.event_id", "tx.version")}
  from tx where tx.type in ('order.updated', 'order.status_changed')
  union all select tx.id, tx.n, tx.place, tx.type, tx.order_id, coalesce(tx.finished_at, clock_timestamp()),
    tx.body || ${utf8("to_json(tx.pipeline)::text || tx.tail")},
    case when tx.index is null then ${runEntry("tx.run_id")} else ${stepEntry("tx.run_id", "tx.index")} end
  from tx left join z on z.n = tx.e
  where (tx.type = 'run.compensation_failed' and z.state = 'compensation-failed')
    or (tx.type = 'run.waiting' and not exists (
      select from deliveries d join messages m on m.id = d.message_id
      where d.order_id = tx.order_id and d.type = tx.type and m.cause = ${stepEntry("tx.run_id", "tx.index")} offset 0))
  union all select tx.id, tx.n, tx.place, ${orderEnd}, tx.order_id, z.finished_at,
    ${utf8("coalesce(tx.doc, o.doc)")}, ${runEntry("tx.run_id")}
  from tx join z on z.n = tx.e
  left join order_versions o on tx.doc is null and o.order_id = tx.order_id and o.version = tx.version
  where tx.type = 'end'`
})

/** The body of `entitlements.updated`, of the row of a subscription. */
const entitlementsBody = (row: string) =>
  utf8(`'{"subscriptionId":' || to_json(${row}.id)::text || ',"customerId":'
      || coalesce(to_json(${row}.customer_id)::text, 'null') || ',"entitlements":' || ${row}.entitlements || '}'`)

/**
 * The id of a message about a new subscription. Made here: to look for what was sent along with thousands of rows would
 * compare each with each.
 */
const ownId = newId("substr(sw.id, 5)::uuid")

/** The messages of the subscriptions that orders named. */
const namedMessages = `
  union all select nz.id, nz.n, 2, nz.type, nz.order_id, nz.finished_at, ${utf8("nw.doc")}, ${runEntry("nz.run_id")}
  from nw join nz on nz.found_id = nw.id
  union all select nz.entitlements_id, nz.n, 3, 'entitlements.updated', nz.order_id, nz.finished_at,
    ${entitlementsBody("nw")}, ${runEntry("nz.run_id")}
  from nw join nz on nz.found_id = nw.id where nz.entitles`

/** The position of the first parameter of `named`, where the parameters of the outcome begin at `first`. */
export const namedColumn = (first: number): number =>
  [failure, customer, subscription, sent, told].reduce((column, types) => column + parameterCount(types), first)

export interface OutcomePartsOptions {
  /** True to include the messages of `Told`. */
  readonly tells: boolean
  /** True to include the changes of subscriptions that orders name. */
  readonly names: boolean
}

/**
 * The parts of a flush that complete orders: customers, subscriptions and their messages. They follow the part `f`,
 * with their parameters from `first` on; `mw` and `dw` are as in the fan-out of intake.
 */
export const outcomeParts = (first: number, { names, tells }: OutcomePartsOptions): string => {
  const second = first + parameterCount(failure)
  const third = second + parameterCount(customer)
  const fourth = third + parameterCount(subscription)
  const { before, messages } = tells ? toldParts(fourth + parameterCount(sent)) : { before: "", messages: "" }
  return `${endpoints},
z as materialized (select f.n, f.state, e.order_id, e.run_id, e.finished_at from f join e using (n) where f.ended),
cx as materialized (
  select x.*, z.order_id, z.run_id, z.finished_at, coalesce(
      (select k.key from customers k where k.id = x.known_id),
      (select k.key from customers k where x.known_id is null and k.email = x.email order by k.seq limit 1),
      x.key) as at
  from ${unnest(customer, "x", second)} join z on z.n = x.e and z.state = 'completed'
  where not x.creates or not exists (
    select from runs r where r.order_id = z.order_id and r.state = 'completed' and r.id <> z.run_id offset 0)
),
cw as (
  insert into customers (key, id, email, version, created_at, updated_at, ${members})
  select at, coalesce(known_id, fresh_id), email, 1, finished_at, finished_at, ${members} from cx
  where creates or exists (select from customers k where k.key = cx.at offset 0) order by at
  on conflict (key) do update set version = customers.version + 1, updated_at = excluded.updated_at,
    email = coalesce(excluded.email, customers.email), ${merged}
  returning key, id, version, customer_document(customers) as doc
),
sx as materialized (
  select x.*, z.order_id, z.run_id, z.finished_at from ${unnest(subscription, "x", third)}
  join z on z.n = x.e and z.state = 'completed'
),
sw as (
  insert into subscriptions (id, order_id, item, customer_id, doc, entitlements, created_at, parent_id, run_id)
  select sx.subscription_id, sx.order_id, sx.item, coalesce(
      (select p.customer_id from subscriptions p where p.id = sx.parent_id),
      (select cw.id from cx join cw on cw.key = cx.at where cx.e = sx.e),
      ${knownCustomer("sx")}),
    sx.doc, sx.entitlements, sx.finished_at, sx.parent_id, sx.run_id
  from sx order by sx.order_id, sx.item on conflict (order_id, item) do nothing
  returning id, customer_id, run_id, subscription_document(subscriptions) as doc, entitlements
),
${names ? `${namedParts},\n` : ""}${before}om as materialized (
  select cx.id, cx.n, 1 as place, case when cw.version = 1 then 'customer.created' else 'customer.updated' end as type,
    cx.order_id, cx.finished_at, ${utf8("cw.doc")} as body, ${runEntry("cx.run_id")} as cause
  from cw join cx on cx.at = cw.key
  union all select ${ownId}, z.n, 2, 'subscription.created', z.order_id, z.finished_at, ${utf8("sw.doc")},
    ${runEntry("z.run_id")}
  from sw join z on z.run_id = sw.run_id
  union all select ${ownId}, z.n, 3, 'entitlements.updated', z.order_id, z.finished_at,
    ${entitlementsBody("sw")}, ${runEntry("z.run_id")}
  from sw join z on z.run_id = sw.run_id where sw.entitlements <> '[]'
  union all select x.id, x.n, 4, 'error', z.order_id, z.finished_at,
    ${errorBody({ event: "r.event_id", id: "z.run_id" }, "o1.doc", "x.errors")}, ${runEntry("z.run_id")}
  from ${unnest(failure, "x", first)} join z on z.n = x.e join runs r on r.id = z.run_id
  join order_versions o1 on o1.order_id = z.order_id and o1.version = 1${names ? namedMessages : ""}${messages}
),
xm as materialized (
  select x.*, e.order_id, ${stepEntry("e.run_id", "x.index")} as cause from ${
    unnest(sent, "x", fourth)
  } join v on v.n = x.e join e on e.n = x.e
),
${messageFanOut}`
}

/** An index entry holds 2704 bytes, of which an order's id may need 512. */
const longestKey = 1000

/** The text itself, or where it is too long for an index its digest: only equality counts. */
const indexable = (text: string): string =>
  text.length <= longestKey && Utf8.encode(text).length <= longestKey
    ? text
    : `sha256:${createHash("sha256").update(text).digest("hex")}`

const laneOf = (url: string): string => indexable(`s:${URL.parse(url)?.origin ?? url}`)

const targetOf = ({ callout, headers, idempotencyKey, origin, timeoutMs, url }: OutgoingMessage): StepTarget => ({
  url,
  headers,
  idempotencyKey,
  timeoutMs,
  origin,
  ...(callout !== undefined && { callout })
})

/** The subscriptions that an order leaves behind: its own, or those that it adds to the one that it names. */
const subscriptionsOf = (outcome: Outcome | undefined): ReadonlyArray<NewSubscription> => {
  const change = outcome?.named?.change
  return change?._tag === "Added" ? change.subscriptions : outcome?.completion?.subscriptions ?? []
}

const customerOf = (outcome: Outcome | undefined): CustomerChange | undefined =>
  outcome?.completion?.customer ?? outcome?.named?.sought.customer

/** The parameters of `outcomeParts`; ordinals from 1, as in the flush. */
export const outcomeParameters = (
  entries: ReadonlyArray<{ readonly entry: Entry; readonly outcome: Outcome | undefined }>
): ReadonlyArray<PgTypes.Parameter> => {
  const outcomes = entries.map(({ outcome }) => outcome)
  const id = newUuidUnsafe
  const failures = outcomes.flatMap((outcome, i) =>
    outcome === undefined || outcome.errors.length === 0
      ? []
      : [{ e: i + 1, id: id(), errors: JSON.stringify(outcome.errors) }]
  )
  const customers = outcomes.flatMap((outcome, i) => {
    const change = outcome?.completion?.customer
    if (change === undefined) return []
    const values = Object.entries(customerColumns).map(([member, column]) => {
      const value = change.members[member as CustomerMember]
      return [column, value === undefined ? null : stringify(value)] as const
    })
    return [{
      e: i + 1,
      id: id(),
      key: change.customerId === undefined ? `email:${change.email}` : `id:${change.customerId}`,
      known_id: change.customerId ?? null,
      fresh_id: customerId(id()),
      email: change.email ?? null,
      creates: outcome?.completion?.createsCustomer === true,
      ...Object.fromEntries(values)
    }]
  })
  const subscriptions = outcomes.flatMap((outcome, i) =>
    subscriptionsOf(outcome).map((one) => ({
      e: i + 1,
      subscription_id: one.id,
      item: one.itemIndex,
      known_id: customerOf(outcome)?.customerId ?? null,
      email: customerOf(outcome)?.email ?? null,
      doc: isKnown(one.subscription) ? textWithKnown(one.subscription) : subscriptionText(one.subscription),
      entitlements: textWithKnown(one.entitlements),
      parent_id: outcome?.named?.found?.id ?? null
    }))
  )
  const messages = outcomes.flatMap((outcome, i) =>
    (outcome?.messages ?? []).map((message) => ({
      e: i + 1,
      id: message.id,
      type: message.type,
      lane: laneOf(message.url),
      // Names the chain only; the target has the URL that is called.
      url: indexable(message.url),
      target: JSON.stringify(targetOf(message)),
      body: Utf8.encode(message.body),
      index: entries[i]?.entry.step?.index ?? null
    }))
  )
  const tellings = outcomes.flatMap((outcome, i) =>
    (outcome?.told ?? []).map((one) => ({
      e: i + 1,
      id: id(),
      type: one.type,
      place: one.place,
      body: bodyOf(one),
      tail: one.tail ?? null,
      index: one.index ?? null
    }))
  )
  return [
    ...columns(failure, failures),
    ...columns(customer, customers),
    ...columns(subscription, subscriptions),
    ...columns(sent, messages),
    ...columns(told, tellings),
    ...columns(named, namedRows(outcomes.map((outcome) => outcome?.named)))
  ]
}
