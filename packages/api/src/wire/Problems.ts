/**
 * The refusals of the API: RFC 9457 problems, one class for each slug, so that a client can tell them apart by type.
 * Contract: section 7. `type` is `urn:sluice:problem:<slug>`; `errors` says where the input is at fault and what to do.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/** One fault: `path` like `steps[0].options.endpoint`, a query member or a header; empty for the body as a whole. */
export const Fault = Schema.Struct({ path: Schema.String, message: Schema.String })

const faults = { errors: Schema.Array(Fault) }

const named = <const Slug extends string, const Status extends number>(slug: Slug, status: Status, title: string) => ({
  type: `urn:sluice:problem:${slug}` as const,
  status,
  title
})

/** The request cannot be read, or does not fit its schema. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  named("invalid-request", 400, "The request is not valid"),
  faults
) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  named("unauthorized", 401, "A key is needed")
) {}

/** The `Host` header is not a name of this machine, and the server has no keys that would protect it. */
export class ForeignHost extends HttpApiError.Problem<ForeignHost>()(
  "ForeignHost",
  named("foreign-host", 403, "This host is not served")
) {}

/** The roles of the key do not allow the route; `detail` names the least role that would. */
export class Forbidden extends HttpApiError.Problem<Forbidden>()(
  "Forbidden",
  named("forbidden", 403, "The key may not do this")
) {}

/** A web page of another origin sent the request. */
export class ForeignOrigin extends HttpApiError.Problem<ForeignOrigin>()(
  "ForeignOrigin",
  named("foreign-origin", 403, "This page may not change anything here")
) {}

export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  named("not-found", 404, "There is nothing here")
) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  named("method-not-allowed", 405, "The method is not for this path")
) {}

/** A key that was used for something else: an idempotency key, an external id or an id. */
export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  named("conflict", 409, "The request contradicts what is stored")
) {}

export class ReadOnly extends HttpApiError.Problem<ReadOnly>()(
  "ReadOnly",
  named("read-only", 409, "The order is read-only")
) {}

/** A pipeline that open runs are still using. */
export class InUse extends HttpApiError.Problem<InUse>()(
  "InUse",
  named("in-use", 409, "The pipeline has open runs")
) {}

/** A resource that existed and no longer does. */
export class Gone extends HttpApiError.Problem<Gone>()(
  "Gone",
  named("gone", 410, "It is not waited for any more")
) {}

export class VersionMismatch extends HttpApiError.Problem<VersionMismatch>()(
  "VersionMismatch",
  named("version-mismatch", 412, "The stored version is another one")
) {}

export class BodyTooLarge extends HttpApiError.Problem<BodyTooLarge>()(
  "BodyTooLarge",
  named("body-too-large", 413, "The body is too large")
) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()(
  "UnsupportedMediaType",
  named("unsupported-media-type", 415, "The body is not JSON")
) {}

/** No pipeline matches the order: `errors` gives a reason for each pipeline. Nothing is stored. */
export class NoPipeline extends HttpApiError.Problem<NoPipeline>()(
  "NoPipeline",
  named("no-pipeline", 422, "No pipeline takes this order"),
  faults
) {}

/** A pipeline's `match.when` failed, so that no pipeline can be selected. Nothing is stored. */
export class PipelineMatchFailed extends HttpApiError.Problem<PipelineMatchFailed>()(
  "PipelineMatchFailed",
  named("pipeline-match-failed", 422, "A pipeline could not be matched"),
  faults
) {}

/**
 * The request is valid, but the settings do not allow it: it names an unknown pipeline, or there is no key to seal a
 * secret with.
 */
export class SettingsRefuse extends HttpApiError.Problem<SettingsRefuse>()(
  "SettingsRefuse",
  named("settings-refuse", 422, "The settings do not allow it"),
  faults
) {}

/** The run cannot be retried as requested: `errors` names the step or the pipeline. Nothing is stored. */
export class RetryRefused extends HttpApiError.Problem<RetryRefused>()(
  "RetryRefused",
  named("retry-refused", 422, "The run cannot be retried like this"),
  faults
) {}

/** Too many wrong keys came from one address. The answer has `Retry-After`. */
export class TooManyWrongKeys extends HttpApiError.Problem<TooManyWrongKeys>()(
  "TooManyWrongKeys",
  named("too-many-wrong-keys", 429, "Too many wrong keys"),
  { retryAfterSeconds: Schema.Int }
) {}

export class InternalFault extends HttpApiError.Problem<InternalFault>()(
  "InternalFault",
  named("internal", 500, "The server failed")
) {}

/** The queue is full: nothing was stored. The answer has `Retry-After`. */
export class QueueFull extends HttpApiError.Problem<QueueFull>()(
  "QueueFull",
  named("queue-full", 503, "Too much is waiting"),
  { retryAfterSeconds: Schema.Int }
) {}

/**
 * The database is away, or did not answer in time. `detail` says whether a change may have been stored. The answer has
 * `Retry-After`.
 */
export class Unavailable extends HttpApiError.Problem<Unavailable>()(
  "Unavailable",
  named("unavailable", 503, "Not available at the moment"),
  { retryAfterSeconds: Schema.Int }
) {}

/** The problems that any `/v1` request may be answered with. */
export const everywhere = [InvalidRequest, InternalFault, Unavailable] as const

/** The further problems of a request with a body. */
export const withBody = [BodyTooLarge, UnsupportedMediaType] as const
