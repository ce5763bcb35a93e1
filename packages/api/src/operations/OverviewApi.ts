/** The current activity, for the console. Not part of the contract. */
import { Overview, OverviewWindow } from "@sluice/domain/run/Overview"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"

export class OverviewApi extends HttpApiGroup.make("overview")
  .add(
    HttpApiEndpoint.get("get", "/v1/overview", {
      query: {
        window: Schema.optionalKey(
          OverviewWindow.annotate({ description: "Over which ended runs and failures are counted; 10m if absent" })
        )
      },
      success: Overview
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Runs, partners and deliveries at a glance; queried at most once a second for all readers"
      })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Overview" }))
{}
