/**
 * Stores managed API keys, and keeps those in force in memory. A change is announced on the channel of the settings: it
 * is in force at once in this process, and within a second in every other. Contract: section 2, "Roles".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import {
  type ApiKeyFault,
  type ApiKeyRequest,
  isLastAdministrator,
  readApiKey,
  type StoredApiKey
} from "@sluice/domain/access/ApiKey"
import type { Role } from "@sluice/domain/access/Role"
import { apiKeyId, uuidOf } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { Json } from "@sluice/domain/json/Json"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Clock, Context, Effect, Layer, Queue, Schedule, Schema, Semaphore, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { announce } from "../settings/Announcement.ts"
import { SettingsLive } from "../settings/SettingsLive.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

/** The key cannot be stored as requested. */
export class ApiKeyInvalid extends Schema.TaggedError<ApiKeyInvalid>()("ApiKeyInvalid", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

export class ApiKeyNameTaken extends Schema.TaggedError<ApiKeyNameTaken>()("ApiKeyNameTaken", {
  name: Schema.String
}) {}

export class ApiKeyUnknown extends Schema.TaggedError<ApiKeyUnknown>()("ApiKeyUnknown", { id: Schema.String }) {}

/** The change would leave no key that can manage keys. */
export class LastAdministrator extends Schema.TaggedError<LastAdministrator>()("LastAdministrator", {
  name: Schema.String
}) {}

/** A key that authenticates callers, or one that has expired. */
export interface KnownApiKey {
  readonly id: string
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly tenant?: string
  /** Epoch milliseconds. */
  readonly expiresAt?: number
}

/** The keys of the process's environment, which are not stored. */
export interface Surroundings {
  /** Names of the keys in its environment. */
  readonly names: ReadonlySet<string>
  /** True if one of them has the role `admin`. */
  readonly hasAdministrator: boolean
  /** The tenants that have a cell; absent where `SLUICE_CELLS` is unset. */
  readonly tenants?: ReadonlySet<string>
}

interface Row {
  readonly id: string
  readonly seq: bigint
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly tenant: string | null
  readonly digest: string
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
}

const minuteMs = 60_000

const bySequence = cursor(Schema.Tuple([Schema.Int]))

const shown = (row: Row): StoredApiKey => ({
  id: apiKeyId(row.id),
  name: row.name,
  roles: row.roles,
  ...(row.tenant !== null && { tenant: row.tenant }),
  createdAt: row.created_at.toISOString(),
  ...(row.expires_at !== null && { expiresAt: row.expires_at.toISOString() }),
  ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at.toISOString() })
})

const known = (row: Row): KnownApiKey => ({
  id: row.id,
  name: row.name,
  roles: row.roles,
  ...(row.tenant !== null && { tenant: row.tenant }),
  ...(row.expires_at !== null && { expiresAt: row.expires_at.getTime() })
})

const uuid = (id: string): string | undefined => id.startsWith("api_key-") ? uuidOf(id) : undefined

/** Changes of keys stand in line behind each other, and behind those of settings. */
const inLine = (sql: SqlClient.SqlClient) => sql`select revision from settings_revision for update`

const create = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  request: ApiKeyRequest,
  digest: string,
  surroundings: Surroundings
) {
  const now = yield* Clock.currentTimeMillis
  const id = yield* newUuid
  const row = yield* orUnavailable(transaction(
    sql,
    Effect.gen(function*() {
      yield* inLine(sql)
      const there = yield* sql<Pick<Row, "name">>`select name from api_keys`
      const { names, tenants } = surroundings
      const read = readApiKey(request, { now, isFirst: there.length === 0, ...(tenants !== undefined && { tenants }) })
      if ("faults" in read) return yield* new ApiKeyInvalid({ faults: read.faults as Array<ApiKeyFault> })
      const { expiresAt, name, roles, tenant } = read.key
      if (names.has(name) || there.some((other) => other.name === name)) {
        return yield* new ApiKeyNameTaken({ name })
      }
      const expires = expiresAt === undefined ? null : PgTypes.timestamptz(expiresAt)
      const [stored] = yield* sql<Row>`insert into api_keys (id, name, roles, tenant, digest, created_at, expires_at)
        values (${id}, ${name}, string_to_array(${roles.join(",")}, ','), ${tenant ?? null}, ${digest}, ${
        PgTypes.timestamptz(now)
      }, ${expires})
        returning *`
      yield* announce(sql)
      if (stored !== undefined) yield* recordAct(sql, { after: shown(stored) as Json })
      return stored
    })
  ))
  return row === undefined ? yield* Effect.die(`API key ${id} was not stored`) : shown(row)
})

const remove = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, id: string, { hasAdministrator }: Surroundings) {
  const key = uuid(id)
  if (key === undefined) return yield* new ApiKeyUnknown({ id })
  yield* orUnavailable(transaction(
    sql,
    Effect.gen(function*() {
      yield* inLine(sql)
      const rows = yield* sql<Row>`select * from api_keys`
      const row = rows.find((one) => one.id === key)
      if (row === undefined) return yield* new ApiKeyUnknown({ id })
      const standings = rows.map(({ expires_at, id, roles }) => ({ id, roles, expires: expires_at !== null }))
      if (isLastAdministrator(key, standings, hasAdministrator)) {
        return yield* new LastAdministrator({ name: row.name })
      }
      yield* sql`delete from api_keys where id = ${key}`
      yield* announce(sql)
      yield* recordAct(sql, { before: shown(row) as Json })
    })
  ))
})

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const settings = yield* SettingsLive
  const one = yield* Semaphore.make(1)
  const uses = yield* Queue.unbounded<readonly [id: string, minute: number]>()
  /** The minute, by key, of the last use that this process has recorded. */
  const told = new Map<string, number>()
  let byDigest: ReadonlyMap<string, KnownApiKey> = new Map()

  // One at a time, each reading after the one before: what is in memory never goes back.
  const refresh = one.withPermit(
    Effect.flatMap(sql<Row>`select * from api_keys`, (rows) =>
      Effect.sync(() => {
        byDigest = new Map(rows.map((row) => [row.digest, known(row)]))
      }))
  )
  yield* orUnavailable(refresh)
  const refreshNow = Effect.ignore(refresh, { log: "Debug" })
  // An outage is reported where writes stop, not by each reader of the database.
  const untilRead = Effect.retry(refresh, { schedule: Schedule.spaced("1 second") })
  yield* BackgroundLoop.fork("api-keys", Stream.runForEach(settings.changes, () => untilRead))

  const noteUses = Effect.flatMap(Queue.takeAll(uses), (noted) =>
    // Lost where the database is away: the next minute has the next use.
    Effect.ignore(
      Effect.forEach(noted, ([id, minute]) => {
        const at = PgTypes.timestamptz(minute * minuteMs)
        return sql`update api_keys set last_used_at = ${at}
          where id = ${id} and (last_used_at is null or last_used_at < ${at})`
      }, { discard: true })
    ))
  yield* BackgroundLoop.fork("api-key-uses", Effect.forever(noteUses))

  const list = Effect.fnUntraced(function*(request: PageRequest) {
    const after = yield* bySequence.read(request)
    const rows = yield* orUnavailable(
      sql<Row>`select * from api_keys where ${
        after === undefined ? sql`true` : sql`seq < ${PgTypes.int8(BigInt(after[0]))}`
      }
        order by seq desc limit ${request.limit + 1}`
    )
    return page(rows, request.limit, bySequence, ({ seq }) => [Number(seq)] as const, shown)
  })

  return ApiKeyStore.of({
    create: (request, digest, surroundings) => Effect.tap(create(sql, request, digest, surroundings), refreshNow),
    delete: (id, surroundings) => Effect.tap(remove(sql, id, surroundings), refreshNow),
    list,
    areStored: () => byDigest.size > 0,
    isNamed: (name) => [...byDigest.values()].some((key) => key.name === name),
    find: (digest) => byDigest.get(digest),
    used: (id, now) => {
      const minute = Math.floor(now / minuteMs)
      if (told.get(id) === minute) return
      told.set(id, minute)
      Queue.offerUnsafe(uses, [id, minute])
    }
  })
})

export class ApiKeyStore extends Context.Service<ApiKeyStore, {
  /** Stores a key by its digest: the key itself is the caller's to show, once. */
  readonly create: (
    request: ApiKeyRequest,
    digest: string,
    surroundings: Surroundings
  ) => Effect.Effect<StoredApiKey, ApiKeyInvalid | ApiKeyNameTaken | JournalUnavailable>
  readonly delete: (
    id: string,
    surroundings: Surroundings
  ) => Effect.Effect<void, ApiKeyUnknown | LastAdministrator | JournalUnavailable>
  /** Newest first. */
  readonly list: (page: PageRequest) => Effect.Effect<Page<StoredApiKey>, CursorInvalid | JournalUnavailable>
  /** Answers whether any key is stored, an expired one included. */
  readonly areStored: () => boolean
  /** Answers whether a stored key has the name, an expired one included. */
  readonly isNamed: (name: string) => boolean
  /** By SHA-256, in lower-case hex; an expired one too. */
  readonly find: (digest: string) => KnownApiKey | undefined
  /** Notes that the key is used at `now` (epoch milliseconds); written once a minute, in the background. */
  readonly used: (id: string, now: number) => void
}>()("@sluice/persistence/ApiKeyStore") {
  static readonly layer: Layer.Layer<ApiKeyStore, JournalUnavailable, SqlClient.SqlClient | SettingsLive> = Layer
    .effect(
      ApiKeyStore,
      Effect.suspend(() => make)
    )
}
