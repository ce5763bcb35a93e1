/** Connectors: partners' addresses and credentials. Contract: sections 4 and 7. */
import { HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import * as Endpoints from "./SettingsEndpoints.ts"

const path = "/v1/connectors"

export class ConnectorsApi extends HttpApiGroup.make("connectors")
  .add(
    Endpoints.list(path),
    Endpoints.get(path),
    Endpoints.put(path),
    Endpoints.remove(path),
    Endpoints.testConnection(path).annotateMerge(OpenApi.annotations({
      summary: "Ask the partner with the stored credentials: one harmless request"
    }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Connectors" }))
{}
