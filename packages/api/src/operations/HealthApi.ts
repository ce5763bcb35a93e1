/** Is the process up, and can it work? Needs no key. Contract: section 7. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Unavailable } from "../wire/Problems.ts"

export const Health = Schema.Struct({ status: Schema.Literal("ok") })

/** The process can work, though perhaps not with all of its settings. */
export const Ready = Schema.Struct({
  status: Schema.Literals(["ok", "degraded"]).annotate({
    description: "degraded: with SLUICE_CELLS, a cell is away and another one takes orders"
  }),
  cells: Schema.optionalKey(
    Schema.Array(Schema.Struct({
      id: Schema.Int,
      state: Schema.Literals(["ok", "away"]),
      owner: Schema.optionalKey(Schema.String.annotate({ description: "The process that executes the cell's runs" }))
    })).annotate({ description: "With SLUICE_CELLS alone" })
  ),
  warnings: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({ description: "Settings that are disabled, as `connector billing: …`" })
  )
})

export class HealthApi extends HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("live", "/health/live", { success: Health }),
    HttpApiEndpoint.get("ready", "/health/ready", { success: Ready, error: Unavailable })
  )
  .annotateMerge(OpenApi.annotations({ title: "Health" }))
{}
