/** The audit: who changed what. Contract: section 2, "Audit". */
import { AuditRecord } from "@sluice/domain/access/Act"
import { RecordedAction } from "@sluice/domain/access/Action"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { Moment, pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const path = "/v1/audit"

export class AuditApi extends HttpApiGroup.make("audit")
  .add(
    HttpApiEndpoint.get("list", path, {
      query: {
        ...pageQuery,
        actor: Schema.optionalKey(Schema.String),
        action: Schema.optionalKey(RecordedAction),
        resource: Schema.optionalKey(Schema.String.annotate({ description: "The path, exactly" })),
        createdAfter: Schema.optionalKey(Moment),
        createdBefore: Schema.optionalKey(Moment)
      },
      success: pageOf(AuditRecord)
    }).annotateMerge(OpenApi.annotations({ summary: "Every change and every refused one, newest first" })),
    HttpApiEndpoint.get("get", `${path}/:id`, {
      params: { id: Schema.String },
      success: AuditRecord,
      error: Problems.NotFound
    })
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Audit" }))
{}
