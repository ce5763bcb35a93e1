/** The rights of the sender of a request, for a page that shows only what they allow. Not part of the contract. */
import { Role } from "@sluice/domain/access/Role"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"

export const AccessView = Schema.Struct({
  name: Schema.optionalKey(Schema.String.annotate({ description: "The key's name; absent where no keys are set" })),
  roles: Schema.Array(Role),
  may: Schema.Array(Role).annotate({ description: "Roles whose routes are allowed: those of the key, and lesser ones" })
}).annotate({ identifier: "Access" })

export class AccessApi extends HttpApiGroup.make("access")
  .add(
    HttpApiEndpoint.get("get", "/v1/access", { success: AccessView }).annotateMerge(
      OpenApi.annotations({ summary: "Who the key is, and what it may do" })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Access" }))
{}
