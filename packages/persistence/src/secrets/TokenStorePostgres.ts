/**
 * Tokens on PostgreSQL: fetched by one process, used by all. They are sealed as secrets are, together with the client
 * secret that they were fetched with, so that a changed secret finds nothing. Times are the database's.
 *
 * Where the database is away, or has no key to seal under, each process fetches for itself.
 */
import { askAgainMs, claimMs, TokenClaim, type TokenKey, TokenStore } from "@sluice/http-client/TokenStore"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { SecretBox, type SecretPlace } from "./SecretBox.ts"

/** A token is worth no longer wait: fetching one takes less. */
const patience = "2 seconds"

const Content = Schema.fromJsonString(Schema.Struct({ clientSecret: Schema.String, value: Schema.String }))
const decode = Schema.decodeUnknownEffect(Content)
const encode = Schema.encodeSync(Content)

interface Row {
  readonly sealed: string | null
  readonly usable_for: number | null
}

/** Identifies the credentials without containing the secret: the key of their row. */
const keyOf = ({ clientId, scope, tls, tokenUrl }: TokenKey): string => {
  const certificate = tls?.clientCertificate
  const parts = [tokenUrl, clientId, scope ?? null, ...(certificate === undefined ? [] : [certificate])]
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex")
}

/** The name of a row's token as its encryption binds it: a sealed token opens only under the same name. */
export const tokenPlace = (rowKey: string): SecretPlace => ({ kind: "token", id: rowKey, pointer: "" })

/** Earlier releases bound a token to words that a row does not hold. */
const placeOf = (key: TokenKey, sealed: string): SecretPlace =>
  sealed.startsWith("sealed:1:")
    ? { kind: "token", id: `${key.clientId} at ${key.tokenUrl}`, pointer: "" }
    : tokenPlace(keyOf(key))

/** Answers in time, or with the fallback. */
const orAlone = <A, E>(effect: Effect.Effect<A, E>, instead: A): Effect.Effect<A> =>
  Effect.timeout(effect, patience).pipe(
    Effect.catch((error) => Effect.as(Effect.logDebug("a token is not shared with other processes", error), instead))
  )

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const box = yield* SecretBox

  const stored = (key: TokenKey) =>
    Effect.map(
      sql<Row>`select sealed, (extract(epoch from usable_until - clock_timestamp()) * 1000)::float8 as usable_for
        from tokens where key = ${keyOf(key)}`,
      ([row]) => row
    )

  /** The token of a row, if the row was sealed with this key and these credentials. */
  const opened = (key: TokenKey, { sealed }: Row) =>
    sealed === null ? Effect.undefined : box.open(sealed, placeOf(key, sealed)).pipe(
      Effect.flatMap(decode),
      Effect.map(({ clientSecret, value }) => clientSecret === Redacted.value(key.clientSecret) ? value : undefined),
      Effect.catch(() => Effect.undefined)
    )

  const claim = Effect.fnUntraced(function*(key: TokenKey) {
    const row = yield* stored(key)
    if (row !== undefined && (row.usable_for === null || row.usable_for > 0)) {
      const value = yield* opened(key, row)
      if (value !== undefined) {
        return TokenClaim.Kept({ token: { value, usableForMs: row.usable_for ?? undefined } })
      }
    }
    // Only in place of what was just seen: another may have come meanwhile.
    const claimed = yield* sql`insert into tokens as t (key, claimed_until)
      values (${keyOf(key)}, clock_timestamp() + ${claimMs} * interval '1 millisecond')
      on conflict (key) do update set claimed_until = excluded.claimed_until
      where coalesce(t.claimed_until, '-infinity') <= clock_timestamp()
        and t.sealed is not distinct from ${row?.sealed ?? null}::text
      returning 1`
    return claimed.length > 0 ? TokenClaim.Fetch() : TokenClaim.Wait({ forMs: askAgainMs })
  })

  const keep = Effect.fnUntraced(function*(key: TokenKey, value: string, usableForMs: number | undefined) {
    const sealed = yield* box.seal(
      encode({ clientSecret: Redacted.value(key.clientSecret), value }),
      tokenPlace(keyOf(key))
    )
    yield* sql`insert into tokens (key, sealed, usable_until)
      values (${keyOf(key)}, ${sealed}, clock_timestamp() + ${usableForMs ?? null}::float8 * interval '1 millisecond')
      on conflict (key) do update set
        sealed = excluded.sealed, usable_until = excluded.usable_until, claimed_until = null`
  })

  const release = (key: TokenKey) => sql`update tokens set claimed_until = null where key = ${keyOf(key)}`

  const drop = Effect.fnUntraced(function*(key: TokenKey, refused: string) {
    const row = yield* stored(key)
    const value = row === undefined ? undefined : yield* opened(key, row)
    if (value !== refused) return
    yield* sql`update tokens set sealed = null where key = ${keyOf(key)} and sealed = ${row?.sealed ?? null}`
  })

  return TokenStore.of({
    claim: (key) => orAlone<TokenClaim, unknown>(claim(key), TokenClaim.Fetch()),
    // If the token cannot be stored, the claim is released, so that no process waits for it.
    keep: (key, { usableForMs, value }) =>
      orAlone(Effect.onError(keep(key, value, usableForMs), () => Effect.ignore(release(key))), undefined),
    release: (key) => orAlone(Effect.asVoid(release(key)), undefined),
    drop: (key, value) => orAlone(drop(key, value), undefined)
  })
})

export const layer = Layer.effect(TokenStore, make)
