/** The result of testing a connector or an auth provider. Secrets read `[redacted]`; a token is never shown. */
import { Schema } from "effect"

const exchange = {
  method: Schema.String,
  url: Schema.String,
  /** Milliseconds. */
  durationMs: Schema.Finite,
  /** Absent where no answer came. */
  status: Schema.optionalKey(Schema.Int),
  error: Schema.optionalKey(Schema.Struct({
    message: Schema.String,
    /** Why there was no answer: `dns`, `refused`, `reset`, `tls`, `blocked`, `proxy`. */
    code: Schema.optionalKey(Schema.String)
  }))
}

/** The result of the request for a token. */
export const TokenTest = Schema.Struct({
  ...exchange,
  expiresInSeconds: Schema.optionalKey(Schema.Finite.annotate({ description: "The life that the answer gives it" }))
})
export type TokenTest = typeof TokenTest.Type

/** The result of the harmless request that was made with the credentials. */
export const RequestTest = Schema.Struct({
  ...exchange,
  credentials: Schema.String.annotate({ description: "Whose credentials it carried; none" }),
  contentType: Schema.optionalKey(Schema.String),
  location: Schema.optionalKey(
    Schema.String.annotate({ description: "Where a redirect, which is not followed, leads" })
  ),
  body: Schema.optionalKey(
    Schema.String.annotate({ description: "The first 1,000 characters of an answer that is no success" })
  )
})
export type RequestTest = typeof RequestTest.Type

export const ConnectionTest = Schema.Struct({
  ok: Schema.Boolean.annotate({ description: "The partner was reached and did not refuse the credentials" }),
  summary: Schema.String.annotate({ description: "What was said, or why it failed, and what to do" }),
  token: Schema.optionalKey(TokenTest),
  request: Schema.optionalKey(RequestTest)
}).annotate({ identifier: "ConnectionTest" })
export type ConnectionTest = typeof ConnectionTest.Type
