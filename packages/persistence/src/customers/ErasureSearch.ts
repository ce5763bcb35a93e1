/** The first step of an erasure: the customer's orders, and every value by which the customer is known. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { PersonalValueCollector } from "@sluice/domain/internal/erasure/PersonalValues"
import { turnFor } from "@sluice/domain/internal/json/LargeText"
import { Effect, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { columns, unnest } from "../sql/ArrayParameters.ts"
import { transaction } from "../sql/Transaction.ts"
import { paced } from "../upkeep/Paced.ts"
import { ordersOf } from "./CustomerOrders.ts"
import { type CustomerSubject, findSubject } from "./CustomerSubject.ts"
import { chunksOf } from "./OrderRows.ts"

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

/** Orders whose versions are looked up together. */
const groupSize = 100

const versionKey = { order_id: "text", version: "int" } as const

interface VersionSize {
  readonly order_id: string
  readonly version: number
  readonly size: number
}

/** Every version of some orders, read in chunks. */
const documents = (sql: SqlClient.SqlClient, orderIds: ReadonlyArray<string>) =>
  Stream.fromIterable(orderIds).pipe(
    Stream.grouped(groupSize),
    Stream.mapEffect((ids) =>
      sql<VersionSize>`select order_id, version, octet_length(doc) as size from order_versions
        where order_id = any(${texts(ids)})`
    ),
    Stream.flatMap((rows) => Stream.fromIterable(chunksOf(rows))),
    Stream.mapEffect((chunk) =>
      paced(sql.unsafe<{ readonly doc: string }>(
        `select v.doc from ${unnest(versionKey, "u", 1)}
          join order_versions v on v.order_id = u.order_id and v.version = u.version`,
        columns(versionKey, chunk)
      ))
    ),
    Stream.flatMap(Stream.fromIterable),
    Stream.map(({ doc }) => doc)
  )

/** Finds what an erasure rewrites, and stores it with the number of runs. Nothing of the customer is changed. */
export const findPerson = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, jobId: string, name: string) {
  // An address that several customers share identifies none of them.
  const subject = yield* findSubject(sql, name).pipe(
    Effect.catchTag("CustomerAmbiguous", () => Effect.succeed<CustomerSubject>({ name }))
  )
  const values = new PersonalValueCollector()
  for (const known of [subject.customerId, subject.email]) if (known !== undefined) values.addIdentifier(known)
  const orders: Array<string> = []
  yield* Stream.runForEach(ordersOf(sql, subject), (ids) => Effect.sync(() => void orders.push(...ids)))
  yield* Stream.runForEach(
    documents(sql, orders),
    (doc) => Effect.map(turnFor(doc.length), () => values.addDocument(doc))
  )
  if (subject.stored !== undefined) {
    const rows = yield* sql<{ readonly doc: string }>`select customer_document(c) as doc from customers c
      where key = ${subject.stored.key}
      union all select doc from subscriptions where customer_id = ${subject.stored.id}`
    for (const { doc } of rows) values.addDocument(doc)
  }
  yield* transaction(
    sql,
    Effect.gen(function*() {
      yield* sql`delete from erasure_orders where job_id = ${jobId}::uuid`
      yield* sql`insert into erasure_orders select ${jobId}::uuid, id from unnest(${texts(orders)}) as o(id)`
      const [row] = yield* sql<{ readonly total: number }>`select count(*)::int4 as total from runs
        where order_id = any(${texts(orders)})`
      yield* sql`update jobs set total = ${row?.total ?? 0} where id = ${jobId}::uuid`
      yield* sql`insert into erasures (job_id, subject, sought)
        values (${jobId}::uuid, ${JSON.stringify(subject)}, ${JSON.stringify(values.values)})`
    })
  )
})
