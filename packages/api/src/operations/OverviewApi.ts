/** The current activity, for the console. Not part of the contract. */
import { Overview } from "@sluice/domain/run/Overview"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"

export class OverviewApi extends HttpApiGroup.make("overview")
  .add(
    HttpApiEndpoint.get("get", "/v1/overview", { success: Overview }).annotateMerge(
      OpenApi.annotations({
        summary: "Runs, partners and deliveries at a glance; queried at most once a second for all readers"
      })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Overview" }))
{}
