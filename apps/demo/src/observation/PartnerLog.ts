/** The partners' own log of requests, read over HTTP. */
import { Effect, Schedule, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"

/** One request in the partner's log; members that the demo does not use are left out. */
export const SeenRequest = Schema.Struct({
  partner: Schema.String,
  path: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  /** The exact bytes, base64. */
  bodyBytes: Schema.String,
  /** Epoch milliseconds. */
  receivedAt: Schema.Number,
  /** The status of the answer, or what happened instead; absent while the request is open. */
  answered: Schema.optionalKey(Schema.String),
  answeredAt: Schema.optionalKey(Schema.Number),
  /** For a webhook: `verified`, or the reason why it is not. */
  finding: Schema.optionalKey(Schema.String)
})
export type SeenRequest = typeof SeenRequest.Type

const read = Effect.fnUntraced(function*(log: string, filter: { readonly order?: string; readonly partner?: string }) {
  const response = yield* HttpClient.get(`${log}/log`, { urlParams: filter })
  const { items } = yield* HttpClientResponse.schemaBodyJson(Schema.Struct({ items: Schema.Array(SeenRequest) }))(
    response
  )
  return items
})

/** The message id of a webhook; `undefined` for a callout, which has none. */
export const webhookId = ({ headers }: SeenRequest): string | undefined => headers["webhook-id"]

/** The webhooks that a partner received, in order of arrival. */
export const webhooksTo = (log: string, partner: string) =>
  Effect.map(read(log, { partner }), (items) => items.filter((request) => webhookId(request) !== undefined))

/**
 * The callouts about this order that any partner received, in order of arrival. A partner may learn a moment later than
 * Sluice that a connection is closed, so open requests are queried again for two seconds.
 */
export const requestsAbout = (log: string, order: string) =>
  Effect.repeat(
    Effect.map(read(log, { order }), (items) => items.filter((request) => webhookId(request) === undefined)),
    {
      until: (seen) => seen.every(({ answered }) => answered !== undefined),
      schedule: Schedule.spaced("100 millis"),
      times: 20
    }
  )
