/** Pipelines and their versions. Contract: sections 4 and 7. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { SimulationAnswer, SimulationRequest } from "../runs/Simulations.ts"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"
import * as Endpoints from "./SettingsEndpoints.ts"

const path = "/v1/pipelines"

/** The body of `POST /v1/pipelines/{name}/pause` and `/resume`. */
export const PauseRequest = Schema.Struct({ reason: Schema.NonEmptyString }).annotate({ identifier: "PauseRequest" })

export class PipelinesApi extends HttpApiGroup.make("pipelines")
  .add(
    Endpoints.list(path),
    Endpoints.get(path),
    Endpoints.put(path),
    Endpoints.remove(path),
    HttpApiEndpoint.get("versions", `${path}/:id/versions`, {
      params: { id: Schema.String },
      query: pageQuery,
      success: pageOf(Endpoints.StoredSettings),
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "Every version of a pipeline, newest first" })),
    HttpApiEndpoint.post("pause", `${path}/:id/pause`, {
      params: { id: Schema.String },
      payload: PauseRequest,
      success: Endpoints.StoredSettings,
      error: [...Problems.withBody, Problems.NotFound]
    }).annotateMerge(OpenApi.annotations({
      summary: "Pause a pipeline: orders are taken in and stay queued; what runs goes on"
    })),
    HttpApiEndpoint.post("resume", `${path}/:id/resume`, {
      params: { id: Schema.String },
      payload: PauseRequest,
      success: Endpoints.StoredSettings,
      error: [...Problems.withBody, Problems.NotFound]
    }).annotateMerge(OpenApi.annotations({ summary: "Resume a paused pipeline: its queued runs start" })),
    HttpApiEndpoint.get("version", `${path}/:id/versions/:version`, {
      params: { id: Schema.String, version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)) },
      success: Endpoints.StoredSettings,
      error: Problems.NotFound
    }).annotateMerge(
      OpenApi.annotations({ summary: "A version of a pipeline; it stays when the pipeline is deleted" })
    ),
    HttpApiEndpoint.post("simulate", `${path}/:id/simulate`, {
      params: { id: Schema.String },
      payload: SimulationRequest,
      success: SimulationAnswer,
      error: [...Problems.withBody, Problems.NotFound]
    }).annotateMerge(OpenApi.annotations({
      summary: "Simulate a pipeline over recorded runs with recorded answers; nothing is sent"
    }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Pipelines" }))
{}
