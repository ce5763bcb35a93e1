/**
 * Everything that is held about a customer, as one JSON document that is read while it is sent: in memory is one order,
 * run or delivery at a time. Contract: section 7, `GET /v1/customers/{id}/export`.
 */
import { deliveryId, processEventId } from "@sluice/domain/identity/Ids"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import type { ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { type AuditRow, shownRecord } from "../access/AuditLog.ts"
import { Deliveries } from "../deliveries/Deliveries.ts"
import { ProcessEvents } from "../queries/ProcessEvents.ts"
import { subscriptionSource } from "../queries/Resources.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { CustomerUnknown } from "./CustomerErasure.ts"
import { eventsOf, ordersOf } from "./CustomerOrders.ts"
import { type CustomerAmbiguous, findSubject } from "./CustomerSubject.ts"

/** Texts of a list in JSON, separated by commas. */
const list = <E>(name: string, items: Stream.Stream<string, E>): Stream.Stream<string, E> =>
  Stream.concat(
    Stream.succeed(`,"${name}":[`),
    Stream.concat(
      Stream.map(Stream.zipWithIndex(items), ([text, index]) => index === 0 ? text : `,${text}`),
      Stream.succeed("]")
    )
  )

const rowsOf = <A, E>(rows: Effect.Effect<ReadonlyArray<A>, E>): Stream.Stream<A, E> =>
  Stream.flatMap(Stream.fromEffect(rows), Stream.fromIterable)

type Subject = Effect.Success<ReturnType<typeof findSubject>>

type OrderIds = Stream.Stream<string>

/** The ids of the runs of these orders. */
const runsOf = (sql: SqlClient.SqlClient, orders: OrderIds) =>
  Stream.flatMap(
    orders,
    (id) => rowsOf(sql<{ readonly id: string }>`select id from runs where order_id = ${id} order by id`)
  )

/** The ids of the deliveries about these orders, and of those about the customer's own events. */
const deliveriesOf = (sql: SqlClient.SqlClient, subject: Subject, orders: OrderIds) =>
  Stream.concat(
    Stream.flatMap(
      orders,
      (id) =>
        rowsOf(sql<{ readonly id: string }>`select id from deliveries where order_id = ${id} order by order_id, id`)
    ),
    Stream.flatMap(
      eventsOf(sql, subject),
      (some) =>
        Stream.flatMap(
          Stream.fromIterable(some),
          (id) => rowsOf(sql<{ readonly id: string }>`select id from deliveries where message_id = ${id}::uuid`)
        )
    )
  )

/** The documents of the customer's subscriptions, and of those that these orders have left for others. */
const subscriptionsOf = (sql: SqlClient.SqlClient, { stored }: Subject, orders: OrderIds) =>
  Stream.concat(
    stored === undefined
      ? Stream.empty
      : rowsOf(sql<{ readonly doc: string }>`select r.doc from (${sql.literal(subscriptionSource)}) r
          where r.customer_id = ${stored.id}`),
    Stream.flatMap(
      orders,
      (id) =>
        rowsOf(sql<{ readonly doc: string }>`select r.doc from (${sql.literal(subscriptionSource)}) r
        where r.order_id = ${id} and r.customer_id is distinct from ${stored?.id ?? null}`)
    )
  )

const auditOf = (sql: SqlClient.SqlClient, orders: OrderIds) =>
  Stream.flatMap(
    orders,
    (id) => rowsOf(sql<AuditRow>`select * from audit where order_id = ${id} order by at, id`)
  )

/** The newest document, with `versions` and `history`. */
const orderText = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, id: string) {
  const versions = yield* sql<{ readonly doc: string }>`select doc from order_versions where order_id = ${id}
    order by version`
  const history = yield* sql<{ readonly entry: string }>`select entry from order_history where order_id = ${id}
    order by seq`
  const docs = versions.map(({ doc }) => doc)
  return `${docs.at(-1)?.slice(0, -1)},"versions":[${docs.join(",")}],"history":[${
    history.map(({ entry }) => entry).join(",")
  }]}`
})

const isReference = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "size" in body && "href" in body

const isWhole = (
  { request, response }: ProcessEvent["steps"][number]["callouts"][number]
): boolean => !isReference(request?.body) && !isReference(response?.body)

/** The process event with every body in it, however large. */
const processEventText = Effect.fnUntraced(function*(events: ProcessEvents["Service"], id: string) {
  const event = yield* events.get(id)
  const steps = yield* Effect.forEach(event.steps, (step) =>
    Effect.map(
      Effect.forEach(step.callouts, (callout) =>
        isWhole(callout) ? Effect.succeed(callout) : events.callout(id, callout.id)),
      (callouts) => ({ ...step, callouts })
    ))
  return yield* writeJson({ ...event, steps })
})

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const events = yield* ProcessEvents
  const deliveries = yield* Deliveries

  /** The views of these ids. What retention deletes meanwhile is left out. */
  const eventTexts = (runs: ReturnType<typeof runsOf>) =>
    Stream.filter(
      Stream.mapEffect(runs, ({ id }) =>
        processEventText(events, processEventId(id)).pipe(
          Effect.catchTags({
            ProcessEventUnknown: () => Effect.undefined,
            CalloutUnknown: () => Effect.undefined
          })
        )),
      (item) => item !== undefined
    )
  const deliveryTexts = (ids: ReturnType<typeof deliveriesOf>) =>
    Stream.filter(
      Stream.mapEffect(ids, ({ id }) =>
        deliveries.get(deliveryId(id)).pipe(
          Effect.flatMap(writeJson),
          Effect.catchTag("DeliveryUnknown", () => Effect.undefined)
        )),
      (item) => item !== undefined
    )

  const stream: CustomerExport["Service"]["stream"] = Effect.fnUntraced(function*(name) {
    const subject = yield* orUnavailable(findSubject(sql, name))
    const { stored } = subject
    const ids: Array<string> = []
    yield* orUnavailable(
      Stream.runForEach(ordersOf(sql, subject), (some) => Effect.sync(() => void ids.push(...some)))
    )
    if (stored === undefined && ids.length === 0) return yield* new CustomerUnknown({ name })
    const [customer] = stored === undefined
      ? []
      : yield* orUnavailable(
        sql<{ readonly doc: string }>`select customer_document(c) as doc from customers c where key = ${stored.key}`
      )
    const orders = Stream.fromIterable(ids)
    return Stream.make(`{"customer":${customer?.doc ?? "null"}`).pipe(
      Stream.concat(list("orders", Stream.mapEffect(orders, (id) => orderText(sql, id)))),
      Stream.concat(list("processEvents", eventTexts(runsOf(sql, orders)))),
      Stream.concat(list("deliveries", deliveryTexts(deliveriesOf(sql, subject, orders)))),
      Stream.concat(list("subscriptions", Stream.map(subscriptionsOf(sql, subject, orders), ({ doc }) => doc))),
      Stream.concat(
        list("audit", Stream.mapEffect(auditOf(sql, orders), (row) => Effect.flatMap(shownRecord(row), writeJson)))
      ),
      Stream.concat(Stream.succeed("}"))
    )
  })

  return CustomerExport.of({ stream })
})

export class CustomerExport extends Context.Service<CustomerExport, {
  /** The pieces of the document. */
  readonly stream: (
    name: string
  ) => Effect.Effect<
    Stream.Stream<string, unknown>,
    CustomerUnknown | CustomerAmbiguous | JournalUnavailable
  >
}>()("@sluice/persistence/customers/CustomerExport") {
  static readonly layer: Layer.Layer<CustomerExport, never, SqlClient.SqlClient | ProcessEvents | Deliveries> = Layer
    .effect(CustomerExport, make)
}
