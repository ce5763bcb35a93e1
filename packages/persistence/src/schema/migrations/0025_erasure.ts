/**
 * Erasures of customers: the state of those under way, and keys that stay in force as their digest. Contract: section 7,
 * `POST /v1/customers/{id}/erase`.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // `sha256:` and the digest of a key; a digest stays as it is. An erased key is stored in this form. PL/pgSQL, because
  // convert_to counts as stable, although it is not when both encodings are known.
  `create function erased_key(key text) returns text language plpgsql immutable strict parallel safe as $$
    begin
      if left(key, 7) = 'sha256:' and key ~ '^sha256:[0-9a-f]{64}$' then return key; end if;
      return 'sha256:' || encode(sha256(convert_to(key, 'UTF8')), 'hex');
    end
  $$`,
  // A key whose order was erased is still taken: submitted again, it conflicts with its digest.
  `create unique index orders_erased_external_key on orders (erased_key(external_key)) where external_key is not null`,
  `create unique index orders_erased_idempotency_key on orders (erased_key(idempotency_key))
    where idempotency_key is not null`,
  `create unique index event_keys_erased on event_keys (erased_key(key))`,

  // An erasure that is under way; it is deleted when it is over. subject: a CustomerSubject as JSON. sought: the
  // PersonalValues as JSON, kept because the documents that they were read from are rewritten first; null until all of
  // the customer's orders are found.
  `create table erasures (
    job_id uuid primary key,
    subject text not null,
    sought text
  )`,
  // The orders that an erasure has found and not erased yet.
  `create table erasure_orders (
    job_id uuid not null,
    order_id text not null,
    primary key (job_id, order_id)
  )`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
