/** Auth providers: the credentials for one host each. Contract: sections 4 and 7. */
import { HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import * as Endpoints from "./SettingsEndpoints.ts"

const path = "/v1/auth-providers"

export class AuthProvidersApi extends HttpApiGroup.make("authProviders")
  .add(
    Endpoints.list(path),
    Endpoints.get(path),
    Endpoints.put(path),
    Endpoints.remove(path),
    Endpoints.testConnection(path).annotateMerge(OpenApi.annotations({
      summary: "Fetch a token, or ask the domain with the credentials: one harmless request"
    }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Auth providers" }))
{}
