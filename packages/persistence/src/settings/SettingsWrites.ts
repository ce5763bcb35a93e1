/**
 * The statements that change settings, each in a transaction of its own. Changes of all kinds are serialised by the one
 * row of the revision, so that a change replaces exactly what it was compared with.
 */
import { anonymous, CurrentAct } from "@sluice/domain/access/Act"
import { equals, type JsonObject, stringify } from "@sluice/domain/json/Json"
import { type Fault, faultBelow, isStorable } from "@sluice/domain/order/Order"
import { tlsIdentityIn } from "@sluice/domain/pipeline/TlsIdentity"
import { keepStored, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { identityFaults } from "@sluice/http-client/internal/connection/ClientTls"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import type { SecretBox } from "../secrets/SecretBox.ts"
import { announce } from "./Announcement.ts"
import { endpointDeleted, endpointWritten } from "./EndpointState.ts"
import { open, seal } from "./SealedDocument.ts"
import { PipelineInUse, SecretNotKept, SettingUnknown, SettingVersionMismatch } from "./SettingsErrors.ts"
import { documentOf, type SettingRow, shown } from "./SettingsReads.ts"
import { tables } from "./SettingsTables.ts"
import type { Precondition, Put } from "./StoredSetting.ts"

const asWritten = (document: JsonObject): JsonObject => document

/** A key that was kept is judged here, where it is known: its certificate may be another one now. */
const tlsFaults = (document: JsonObject): ReadonlyArray<Fault> => {
  const found = tlsIdentityIn(document)
  return found?.identity.clientKey === undefined
    ? []
    : identityFaults(found.identity).map((fault) => found.path === "" ? fault : faultBelow(found.path, fault))
}

const check = (kind: SettingsKind, id: string, row: SettingRow | undefined, { ifMatch, isNew }: Precondition) =>
  (ifMatch === undefined || ifMatch === row?.version) && (isNew !== true || row === undefined)
    ? Effect.void
    : Effect.fail(new SettingVersionMismatch({ kind, id, ...(row !== undefined && { current: row.version }) }))

/** The stored setting, once all other changes of settings have ended. */
const lockedSetting = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, kind: SettingsKind, id: string) {
  yield* sql`SELECT revision FROM settings_revision FOR UPDATE`
  const rows = isStorable(id) ? yield* sql<SettingRow>`SELECT * FROM ${sql(tables[kind])} WHERE id = ${id}` : []
  return rows[0]
})

/** A pipeline that comes back after it was deleted goes on counting: a run's version names one definition for ever. */
const insert = (sql: SqlClient.SqlClient, kind: SettingsKind, id: string, text: string) =>
  kind === "pipeline"
    ? sql<SettingRow>`INSERT INTO pipelines (id, version, document)
      SELECT ${id}, coalesce(max(version), 0) + 1, ${text} FROM pipeline_versions WHERE id = ${id} RETURNING *`
    : sql<SettingRow>`INSERT INTO ${sql(tables[kind])} (id, version, document) VALUES (${id}, 1, ${text}) RETURNING *`

const update = (sql: SqlClient.SqlClient, kind: SettingsKind, id: string, text: string) =>
  sql<SettingRow>`UPDATE ${sql(tables[kind])}
    SET version = version + 1, document = ${text}, updated_at = clock_timestamp() WHERE id = ${id} RETURNING *`

export const makeWrites = (sql: SqlClient.SqlClient, box: SecretBox["Service"]) => {
  /** Writes a setting. `carry`: the members of the stored document that stay if the new one omits them. */
  const put = Effect.fnUntraced(function*(
    kind: SettingsKind,
    id: string,
    document: JsonObject,
    precondition: Precondition,
    carry: (document: JsonObject, before: JsonObject | undefined) => JsonObject = asWritten
  ) {
    const row = yield* lockedSetting(sql, kind, id)
    yield* check(kind, id, row, precondition)
    // A secret that does not open cannot be kept, but it can be replaced, as is necessary after a lost key.
    const before = row === undefined ? undefined : (yield* open(box, kind, id, documentOf(row))).document
    const kept = keepStored(kind, carry(document, before), before)
    if ("faults" in kept) return yield* new SecretNotKept({ faults: kept.faults })
    const next = kept.document
    const mismatched = tlsFaults(next)
    if (mismatched.length > 0) return yield* new SecretNotKept({ faults: mismatched })
    if (row !== undefined && before !== undefined && equals(before, next)) {
      return { ...shown(kind, row), created: false, changed: false } satisfies Put
    }
    const text = stringify(yield* seal(box, kind, id, next))
    const [written] = yield* row === undefined ? insert(sql, kind, id, text) : update(sql, kind, id, text)
    if (written === undefined) return yield* Effect.die(`${kind} ${id} was not written`)
    if (kind === "pipeline") {
      const { version } = written
      const kept = stringify(yield* seal(box, kind, id, next, version))
      yield* sql`INSERT INTO pipeline_versions (id, version, document) VALUES (${id}, ${version}, ${kept})`
    }
    const whole = kind === "webhookEndpoint" ? yield* endpointWritten(sql, id, next) : undefined
    yield* announce(sql)
    const put: Put = { ...shown(kind, whole ?? written), created: row === undefined, changed: true }
    yield* recordAct(sql, {
      ...(row !== undefined && { before: shown(kind, row).document }),
      after: put.document,
      creates: put.created
    })
    return put
  })

  const remove = Effect.fnUntraced(function*(kind: SettingsKind, id: string, precondition: Precondition) {
    const row = yield* lockedSetting(sql, kind, id)
    if (row === undefined) return yield* new SettingUnknown({ kind, id })
    yield* check(kind, id, row, precondition)
    if (kind === "pipeline") {
      // A run that is being opened at this moment goes on with its version, which stays.
      const [open] = yield* sql`SELECT 1 FROM runs WHERE pipeline = ${id}
        AND state IN ('queued', 'running', 'waiting', 'compensating') LIMIT 1`
      if (open !== undefined) return yield* new PipelineInUse({ name: id })
    }
    yield* sql`DELETE FROM ${sql(tables[kind])} WHERE id = ${id}`
    if (kind === "webhookEndpoint") yield* endpointDeleted(sql, id)
    yield* announce(sql)
    yield* recordAct(sql, { before: shown(kind, row).document })
  })

  /**
   * Pauses a pipeline or resumes it, and returns the setting after that. Resuming a pipeline that is not paused changes
   * nothing.
   */
  const pause = Effect.fnUntraced(function*(id: string, reason: string, paused: boolean) {
    const row = yield* lockedSetting(sql, "pipeline", id)
    if (row === undefined) return yield* new SettingUnknown({ kind: "pipeline", id })
    const before = shown("pipeline", row)
    if (!paused && row.paused_at == null) return before
    const by = (yield* CurrentAct)?.actor ?? anonymous
    const [written] = yield* paused
      ? sql<SettingRow>`UPDATE pipelines SET paused_at = date_trunc('milliseconds', clock_timestamp()),
        paused_reason = ${reason}, paused_by = ${by} WHERE id = ${id} RETURNING *`
      : sql<SettingRow>`UPDATE pipelines SET paused_at = NULL, paused_reason = NULL, paused_by = NULL
        WHERE id = ${id} RETURNING *`
    if (written === undefined) return yield* Effect.die(`pipeline ${id} was not written`)
    const after = shown("pipeline", written)
    yield* announce(sql)
    yield* recordAct(sql, { before: before.notes ?? {}, after: after.notes ?? {}, reason })
    return after
  })

  return { put, remove, pause }
}
