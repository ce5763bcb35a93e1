/** Answers that partners give later, to the callback URL of an attempt. Contract: section 6, "Waiting for a callback". */
import { RunState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import * as Problems from "../wire/Problems.ts"

export const CallbackReceipt = Schema.Struct({
  orderId: Schema.String,
  processEventId: Schema.String,
  state: RunState
}).annotate({ identifier: "CallbackReceipt" })

/** The route of callback URLs. It needs no key: the token is the key. */
export class CallbacksApi extends HttpApiGroup.make("callbacks")
  .add(
    HttpApiEndpoint.post("answer", "/v1/callbacks/:token", {
      params: { token: Schema.String },
      payload: Schema.Json.annotate({
        description:
          "The answer, judged exactly as the response of the step's request; an empty body is an empty answer"
      }),
      success: CallbackReceipt,
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict, Problems.Gone]
    }).annotateMerge(OpenApi.annotations({
      summary: "Answer a request later, at the Sluice-Callback-Url that it carried; needs no key",
      description: "The first answer counts: the same one again is 200, another one 409. 410 once the step has ended"
    }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Callbacks" }))
{}
