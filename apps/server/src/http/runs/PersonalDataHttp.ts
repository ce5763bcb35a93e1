/** `/v1/customers/{id}/export` and `/erase`: decodes, calls, maps errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import { sharedUuid } from "@sluice/domain/internal/identity/UuidV7"
import { Jobs } from "@sluice/engine/internal/jobs/Jobs"
import { redactorOf } from "@sluice/engine/internal/steps/StepRedaction"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Settings } from "@sluice/engine/settings/Settings"
import {
  type CustomerBusy,
  CustomerErasure,
  type CustomerUnknown
} from "@sluice/persistence/internal/customers/CustomerErasure"
import { CustomerExport } from "@sluice/persistence/internal/customers/CustomerExport"
import type { CustomerAmbiguous } from "@sluice/persistence/internal/customers/CustomerSubject"
import { Clock, Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { callerName } from "../../access/Caller.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as ReasonBody from "../../wire/ReasonBody.ts"
import { jobView } from "./JobsView.ts"

const conflict = (detail: string) => Effect.fail(new Problems.Conflict({ detail }))

const ofCustomer = {
  JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)),
  CustomerUnknown: ({ name }: CustomerUnknown) =>
    Effect.fail(new Problems.NotFound({ detail: `Nothing is held about a customer ${JSON.stringify(name)}` })),
  CustomerAmbiguous: ({ ids }: CustomerAmbiguous) =>
    conflict(`Several customers have this e-mail address. Name one of them by id: ${ids.join(", ")}`)
}

const ofErase = {
  ...ofCustomer,
  CustomerBusy: ({ orderId }: CustomerBusy) =>
    conflict(
      `A run over order ${JSON.stringify(orderId)} of the customer is open: wait for its end, or cancel it, then erase`
    )
}

export const layer = HttpApiBuilder.group(
  Api,
  "personalData",
  Effect.fnUntraced(function*(handlers) {
    const exports = yield* CustomerExport
    const erasure = yield* CustomerErasure
    const jobs = yield* Jobs
    const settings = yield* Settings

    return handlers
      .handle(
        "export",
        Effect.fnUntraced(function*({ params }) {
          const text = yield* exports.stream(params.id).pipe(Effect.catchTags(ofCustomer))
          return HttpServerResponse.stream(Stream.encodeText(text), { contentType: "application/json" })
        })
      )
      .handleRaw(
        "erase",
        Effect.fnUntraced(function*({ params, request }) {
          const reason = yield* ReasonBody.required(
            yield* Body.readObject(request, "reason"),
            "why the customer is erased"
          )
          yield* erasure.request(params.id).pipe(Effect.catchTags(ofErase))
          const requestedBy = yield* callerName
          const job = yield* jobs.create({
            id: yield* sharedUuid,
            kind: "erase",
            createdAt: yield* Clock.currentTimeMillis,
            filter: {},
            options: { customer: params.id },
            reason: redactorOf(settings.current().secrets).text(reason),
            ...(requestedBy !== undefined && { requestedBy })
          }).pipe(Effect.catchTags({ JournalUnavailable: ofCustomer.JournalUnavailable }))
          return Answer.json(JSON.stringify(jobView(job, [])), 202)
        })
      )
  })
)
