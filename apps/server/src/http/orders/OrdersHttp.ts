/** `/v1/orders`: decodes, calls, maps errors. Contract: sections 3 and 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { type Json, type JsonObject, stringify } from "@sluice/domain/json/Json"
import { EditOrder } from "@sluice/engine/commands/EditOrder"
import { Intake } from "@sluice/engine/commands/Intake"
import { OrderTimeline } from "@sluice/persistence/internal/timeline/OrderTimeline"
import { type ListedOrder, Orders } from "@sluice/persistence/queries/Orders"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { callerName } from "../../access/Caller.ts"
import * as OrderSubmission from "../../intake/OrderSubmission.ts"
import { AcceptedResponse } from "../../wire/AcceptedResponse.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as Preconditions from "../../wire/Preconditions.ts"

/** The stored text with the newest run behind its members: parsing it would lose digits. */
const listed = ({ lastRun, text }: ListedOrder): string =>
  lastRun === undefined ? text : `${text.slice(0, -1)},"lastRun":${JSON.stringify(lastRun)}}`

const limited = ({ limit = defaultLimit, cursor }: { readonly limit?: number; readonly cursor?: string }) => ({
  limit,
  cursor
})

/** Decodes `?version=`. */
const versionOf = (text: string | undefined) =>
  text === undefined || /^[1-9]\d{0,9}$/.test(text)
    ? Effect.succeed(text === undefined ? undefined : Number(text))
    : Effect.fail(ErrorMapping.invalid([{ path: "version", message: "must be a whole number from 1 on" }]))

/** Decodes the body of `/process`. An empty body selects the matching pipeline. */
const decodeProcess = Effect.fnUntraced(function*(body: JsonObject) {
  const faults = Object.entries(body).flatMap(([path, value]) => {
    if (path !== "pipeline" && path !== "shipmentId") {
      return [{ path, message: "is unknown: send pipeline and shipmentId" }]
    }
    return value === null || (typeof value === "string" && value !== "")
      ? []
      : [{ path, message: "must be a string that is not empty" }]
  })
  if (faults.length > 0) return yield* ErrorMapping.invalid(faults)
  const { pipeline, shipmentId } = body as { readonly pipeline?: string | null; readonly shipmentId?: string | null }
  return {
    pipeline: pipeline ?? undefined,
    shipmentId: yield* Preconditions.shipmentId(shipmentId ?? undefined)
  }
})

export const layer = HttpApiBuilder.group(
  Api,
  "orders",
  Effect.fnUntraced(function*(handlers) {
    const intake = yield* Intake
    const submission = yield* OrderSubmission.OrderSubmission
    const editing = yield* EditOrder
    const orders = yield* Orders
    const receipts = yield* AcceptedResponse
    const timeline = yield* OrderTimeline

    return handlers
      .handleRaw(
        "submit",
        ({ request, query }) =>
          submission.submit(request.headers, query.shipmentId, Body.readObject(request, OrderSubmission.asked))
      )
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { orderType, status, externalId, email, q } = query
          const createdAfter = yield* ErrorMapping.moment("createdAfter", query.createdAfter)
          const createdBefore = yield* ErrorMapping.moment("createdBefore", query.createdBefore)
          const page = yield* orders.list(
            { orderType, status, externalId, email, q, createdAfter, createdBefore },
            limited(query)
          )
            .pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, listed)
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const order = yield* orders.get(params.id).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error))
          }))
          return Answer.versioned(order.text, order.version)
        })
      )
      .handleRaw(
        "edit",
        Effect.fnUntraced(function*({ request, params, headers }) {
          const ifVersion = yield* Preconditions.ifMatch(headers["if-match"])
          const patch = yield* Body.readObject(request, "the members to change")
          const document = yield* editing.patch(params.id, patch, ifVersion).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error)),
            InvalidPatch: ({ faults }) => Effect.fail(ErrorMapping.invalid(faults)),
            OrderReadOnly: ({ orderId }) =>
              Effect.fail(
                new Problems.ReadOnly({
                  detail: `Order ${orderId} is read-only: send isReadOnly: false with the change`
                })
              ),
            VersionMismatch: ({ expected, actual }) =>
              Effect.fail(
                new Problems.VersionMismatch({
                  detail: `If-Match names version ${expected}, and the order is at ${actual}: read it and merge again`
                })
              )
          }))
          return Answer.versioned(document.text, document.order.version)
        })
      )
      .handle(
        "history",
        Effect.fnUntraced(function*({ params, query }) {
          const page = yield* orders.history(params.id, limited(query)).pipe(Effect.catchTags({
            ...ErrorMapping.ofList,
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error))
          }))
          return Answer.page(page, (entry) => textWithKnown(entry))
        })
      )
      .handle(
        "timeline",
        Effect.fnUntraced(function*({ params, query }) {
          const page = yield* timeline.list(params.id, limited(query)).pipe(Effect.catchTags({
            ...ErrorMapping.ofList,
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error))
          }))
          return Answer.page(page, (entry) => JSON.stringify(entry))
        })
      )
      .handle(
        "why",
        Effect.fnUntraced(function*({ params, query: { path, version } }) {
          const asked = yield* versionOf(version)
          const why = yield* timeline.why(params.id, path, asked).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error)),
            OrderVersionUnknown: ({ orderId, version }) =>
              Effect.fail(new Problems.NotFound({ detail: `Order ${orderId} has no version ${version}` })),
            MemberUnknown: ({ orderId, path }) =>
              Effect.fail(new Problems.NotFound({ detail: `Order ${orderId} never had a member ${path}` })),
            PointerInvalid: () =>
              Effect.fail(
                ErrorMapping.invalid([{ path: "path", message: "must be a JSON Pointer, such as /status or /tags/0" }])
              )
          }))
          return Answer.json(stringify(why as unknown as Json))
        })
      )
      .handle(
        "version",
        Effect.fnUntraced(function*({ params }) {
          const order = yield* orders.version(params.id, params.version).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error)),
            OrderVersionUnknown: ({ orderId, version }) =>
              Effect.fail(new Problems.NotFound({ detail: `Order ${orderId} has no version ${version}` }))
          }))
          return Answer.versioned(order.text, order.version)
        })
      )
      .handleRaw(
        "process",
        Effect.fnUntraced(function*({ request, params, headers }) {
          const wait = yield* Preconditions.wait(headers.prefer)
          const idempotencyKey = yield* Preconditions.idempotencyKey(headers["idempotency-key"])
          const body = yield* Body.readObjectOrNothing(request, "pipeline and shipmentId, both optional")
          const { pipeline, shipmentId } = yield* decodeProcess(body)
          const requestedBy = yield* callerName
          const processing = intake.process(params.id, {
            ...(pipeline !== undefined && { pipeline }),
            ...(shipmentId !== undefined && { shipmentId }),
            ...(idempotencyKey !== undefined && { idempotencyKey }),
            ...(requestedBy !== undefined && { requestedBy })
          })
          const receipt = yield* receipts.submitted(processing, wait).pipe(
            receipts.inTime,
            Effect.catchTags({
              ...ErrorMapping.ofIntake,
              OrderNotFound: (error) => Effect.fail(ErrorMapping.orderNotFound(error)),
              PipelineUnknown: ({ name }) => {
                const message = `names ${
                  JSON.stringify(name)
                }, and there is no such pipeline: GET /v1/pipelines lists them`
                return Effect.fail(
                  new Problems.SettingsRefuse({
                    detail: `pipeline ${message}`,
                    errors: [{ path: "pipeline", message }]
                  })
                )
              }
            })
          )
          return yield* receipts.answer(receipt, wait)
        })
      )
  })
)
