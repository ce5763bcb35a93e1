/** What the partners themselves saw, read from their log over HTTP. */
import { Effect, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"

/** One request as a partner saw it; what the demo does not use is left out. */
export const SeenRequest = Schema.Struct({
  partner: Schema.String,
  path: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  /** The exact bytes, base64. */
  bodyBytes: Schema.String,
  /** Epoch milliseconds. */
  receivedAt: Schema.Number,
  answered: Schema.optionalKey(Schema.String)
})
export type SeenRequest = typeof SeenRequest.Type

/** What came to any partner about this order, in order of arrival. */
export const requestsAbout = Effect.fnUntraced(function*(log: string, order: string) {
  const response = yield* HttpClient.get(`${log}/log`, { urlParams: { order } })
  const { items } = yield* HttpClientResponse.schemaBodyJson(Schema.Struct({ items: Schema.Array(SeenRequest) }))(
    response
  )
  return items
})
