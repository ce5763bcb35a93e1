/**
 * The four endpoints that every kind of setting has, and the test of those that have credentials for a partner. Contract: section 7: `PUT` takes what `GET` answered, says 201 or
 * 200, and honours `If-Match`; `DELETE` says 204.
 */
import { ConnectionTest } from "@sluice/domain/internal/pipeline/ConnectionTest"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiSchema } from "effect/http-api"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

/** A setting as it is written; secrets read `[redacted]`, and writing that keeps the stored one. */
export const SettingsDocument = Schema.Record(Schema.String, Schema.Json).annotate({ identifier: "SettingsDocument" })

/** A setting as it is stored. */
export const StoredSettings = Schema.StructWithRest(
  Schema.Struct({
    version: Schema.Int,
    createdAt: Schema.String,
    updatedAt: Schema.String,
    warnings: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  [Schema.Record(Schema.String, Schema.Json)]
).annotate({ identifier: "StoredSettings" })

const ifMatch = {
  "if-match": Schema.optionalKey(Schema.String.annotate({ description: "\"<version>\"" }))
}

/** The query of a request that writes a setting. */
export const writeQuery = {
  lenient: Schema.optionalKey(
    Schema.Literals(["true", "false"]).annotate({
      description: "true: members that are not known are stored and answered in warnings, instead of refused"
    })
  )
}

export const list = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.get("list", path, { query: pageQuery, success: pageOf(StoredSettings) })

export const get = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.get("get", `${path}/:id`, {
    params: { id: Schema.String },
    success: StoredSettings,
    error: Problems.NotFound
  })

export const put = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.put("put", `${path}/:id`, {
    params: { id: Schema.String },
    query: writeQuery,
    headers: ifMatch,
    payload: SettingsDocument,
    success: [StoredSettings, StoredSettings.pipe(HttpApiSchema.status(201))],
    error: [...Problems.withBody, Problems.VersionMismatch, Problems.SettingsRefuse]
  })

export const remove = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.delete("remove", `${path}/:id`, {
    params: { id: Schema.String },
    headers: ifMatch,
    success: HttpApiSchema.NoContent,
    error: [Problems.NotFound, Problems.InUse, Problems.VersionMismatch]
  })

/** The body of a test. */
export const ConnectionTestRequest = Schema.Struct({
  method: Schema.optionalKey(Schema.Literals(["GET", "HEAD"])),
  url: Schema.optionalKey(
    Schema.String.annotate({
      description: "The address that is asked, one that the credentials are for; absent: the setting's own"
    })
  )
}).annotate({ identifier: "ConnectionTestRequest" })

export const testConnection = <const Path extends `/${string}`>(path: Path) =>
  HttpApiEndpoint.post("testConnection", `${path}/:id/test`, {
    params: { id: Schema.String },
    payload: ConnectionTestRequest,
    success: ConnectionTest,
    error: [...Problems.withBody, Problems.NotFound, Problems.Conflict]
  })
