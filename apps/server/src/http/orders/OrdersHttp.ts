/** `/v1/orders`: decodes, calls, maps errors. Contract: sections 3 and 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import type { JsonObject } from "@sluice/domain/json/Json"
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

const limited = (
  { cursor, limit = defaultLimit }: { readonly limit?: number | undefined; readonly cursor?: string | undefined }
) => ({ limit, cursor })

/** The filters of the list, as they were sent. */
type OrderQuery = Partial<
  Readonly<
    Record<
      "orderType" | "status" | "externalId" | "email" | "q" | "createdAfter" | "createdBefore",
      string | undefined
    >
  >
>

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

const servicesOf = Effect.gen(function*() {
  return {
    intake: yield* Intake,
    editing: yield* EditOrder,
    orders: yield* Orders,
    receipts: yield* AcceptedResponse,
    submission: yield* OrderSubmission.OrderSubmission,
    timeline: yield* OrderTimeline
  }
})

type Services = Effect.Success<typeof servicesOf>
type Request = Parameters<typeof Body.readObject>[0]
type Paged = Parameters<typeof limited>[0]

const notFound = {
  JournalUnavailable: (error: Parameters<typeof ErrorMapping.unavailable>[0]) =>
    Effect.fail(ErrorMapping.unavailable(error)),
  OrderNotFound: (error: Parameters<typeof ErrorMapping.orderNotFound>[0]) =>
    Effect.fail(ErrorMapping.orderNotFound(error))
}

const versionUnknown = ({ orderId, version }: { readonly orderId: string; readonly version: number }) =>
  Effect.fail(new Problems.NotFound({ detail: `Order ${orderId} has no version ${version}` }))

const pipelineUnknown = ({ name }: { readonly name: string }) => {
  const message = `names ${JSON.stringify(name)}, and there is no such pipeline: GET /v1/pipelines lists them`
  return Effect.fail(
    new Problems.SettingsRefuse({ detail: `pipeline ${message}`, errors: [{ path: "pipeline", message }] })
  )
}

const process = Effect.fnUntraced(function*(
  { intake, receipts }: Services,
  { headers, params, request }: {
    readonly request: Request
    readonly params: { readonly id: string }
    readonly headers: { readonly prefer?: string | undefined; readonly "idempotency-key"?: string | undefined }
  }
) {
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
      OrderNotFound: notFound.OrderNotFound,
      PipelineUnknown: pipelineUnknown
    })
  )
  return yield* receipts.answer(receipt, wait)
})

const edit = Effect.fnUntraced(function*(
  { editing }: Services,
  { headers, params, request }: {
    readonly request: Request
    readonly params: { readonly id: string }
    readonly headers: { readonly "if-match"?: string | undefined }
  }
) {
  const ifVersion = yield* Preconditions.ifMatch(headers["if-match"])
  const patch = yield* Body.readObject(request, "the members to change")
  const document = yield* editing.patch(params.id, patch, ifVersion).pipe(Effect.catchTags({
    ...notFound,
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

const list = Effect.fnUntraced(function*({ orders }: Services, query: OrderQuery & Paged) {
  const { orderType, status, externalId, email, q } = query
  const createdAfter = yield* ErrorMapping.moment("createdAfter", query.createdAfter)
  const createdBefore = yield* ErrorMapping.moment("createdBefore", query.createdBefore)
  const page = yield* orders.list(
    { orderType, status, externalId, email, q, createdAfter, createdBefore },
    limited(query)
  ).pipe(Effect.catchTags(ErrorMapping.ofList))
  return Answer.page(page, listed)
})

const get = Effect.fnUntraced(function*({ orders }: Services, id: string) {
  const order = yield* orders.get(id).pipe(Effect.catchTags(notFound))
  return Answer.versioned(order.text, order.version)
})

const atVersion = Effect.fnUntraced(function*({ orders }: Services, id: string, version: number) {
  const order = yield* orders.version(id, version).pipe(
    Effect.catchTags({ ...notFound, OrderVersionUnknown: versionUnknown })
  )
  return Answer.versioned(order.text, order.version)
})

const history = Effect.fnUntraced(function*({ orders }: Services, id: string, query: Paged) {
  const page = yield* orders.history(id, limited(query)).pipe(
    Effect.catchTags({ ...ErrorMapping.ofList, OrderNotFound: notFound.OrderNotFound })
  )
  return Answer.page(page, (entry) => textWithKnown(entry))
})

const timelineOf = Effect.fnUntraced(function*({ timeline }: Services, id: string, query: Paged) {
  const page = yield* timeline.list(id, limited(query)).pipe(
    Effect.catchTags({ ...ErrorMapping.ofList, OrderNotFound: notFound.OrderNotFound })
  )
  return Answer.page(page, (entry) => JSON.stringify(entry))
})

const why = Effect.fnUntraced(function*(
  { timeline }: Services,
  id: string,
  { path, version }: { readonly path: string; readonly version?: string | undefined }
) {
  const asked = yield* versionOf(version)
  const found = yield* timeline.why(id, path, asked).pipe(Effect.catchTags({
    ...notFound,
    OrderVersionUnknown: versionUnknown,
    MemberUnknown: ({ orderId, path }) =>
      Effect.fail(new Problems.NotFound({ detail: `Order ${orderId} never had a member ${path}` })),
    PointerInvalid: () =>
      Effect.fail(
        ErrorMapping.invalid([{ path: "path", message: "must be a JSON Pointer, such as /status or /tags/0" }])
      )
  }))
  return Answer.json(yield* writeJson(found))
})

export const layer = HttpApiBuilder.group(
  Api,
  "orders",
  Effect.fnUntraced(function*(handlers) {
    const services = yield* servicesOf
    return handlers
      .handleRaw("submit", ({ query, request }) =>
        services.submission.submit(
          request.headers,
          query.shipmentId,
          Body.readObject(request, OrderSubmission.asked)
        ))
      .handle("list", ({ query }) => list(services, query))
      .handle("get", ({ params }) => get(services, params.id))
      .handleRaw("edit", (asked) => edit(services, asked))
      .handle("history", ({ params, query }) => history(services, params.id, query))
      .handle("timeline", ({ params, query }) => timelineOf(services, params.id, query))
      .handle("why", ({ params, query }) => why(services, params.id, query))
      .handle("version", ({ params }) => atVersion(services, params.id, params.version))
      .handleRaw("process", (asked) => process(services, asked))
  })
)
