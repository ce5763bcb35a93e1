/** Retries and resolutions of one run: decodes, calls, maps errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import * as Problems from "@sluice/api/wire/Problems"
import { type NotResolvable, ResolveStep, type StepNotFound } from "@sluice/engine/commands/ResolveStep"
import { type RetryRefused, RetryRun } from "@sluice/engine/commands/RetryRun"
import type { RunNotFound } from "@sluice/engine/journal/Journal"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { callerName } from "../../access/Caller.ts"
import { AcceptedResponse, processEventText } from "../../wire/AcceptedResponse.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as Preconditions from "../../wire/Preconditions.ts"
import * as RetryBodies from "./RetryBodies.ts"

const unknown = ({ id }: { readonly id: string }) =>
  Effect.fail(new Problems.NotFound({ detail: `There is no process event ${JSON.stringify(id)}` }))

const away = { JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)) }

const ofRetry = {
  JournalUnavailable: ErrorMapping.ofIntake.JournalUnavailable,
  JournalFull: ErrorMapping.ofIntake.JournalFull,
  IntakeConflict: ErrorMapping.ofIntake.IntakeConflict,
  RunNotFound: ({ runId }: RunNotFound) => unknown({ id: runId }),
  RetryRefused: ({ path, message }: RetryRefused) =>
    Effect.fail(new Problems.RetryRefused({ detail: `${path} ${message}`, errors: [{ path, message }] }))
}

const ofResolve = {
  ...away,
  RunNotFound: ({ runId }: RunNotFound) => unknown({ id: runId }),
  StepNotFound: ({ stepId }: StepNotFound) =>
    Effect.fail(new Problems.NotFound({ detail: `The process event has no step ${JSON.stringify(stepId)} that ran` })),
  NotResolvable: ({ message }: NotResolvable) => Effect.fail(new Problems.Conflict({ detail: message }))
}

export const layer = HttpApiBuilder.group(
  Api,
  "retries",
  Effect.fnUntraced(function*(handlers) {
    const retry = yield* RetryRun
    const resolution = yield* ResolveStep
    const events = yield* ProcessEvents
    const receipts = yield* AcceptedResponse

    return handlers
      .handleRaw(
        "retry",
        Effect.fnUntraced(function*({ request, params, headers }) {
          const wait = yield* Preconditions.wait(headers.prefer)
          const idempotencyKey = yield* Preconditions.idempotencyKey(headers["idempotency-key"])
          const what = "from, pipeline, reason and newKey, all optional"
          const asked = yield* RetryBodies.retry(yield* Body.readObjectOrNothing(request, what))
          const requestedBy = yield* callerName
          const retrying = retry.retry(params.id, {
            ...asked,
            ...(idempotencyKey !== undefined && { idempotencyKey }),
            ...(requestedBy !== undefined && { requestedBy })
          })
          const receipt = yield* receipts.submitted(retrying, wait).pipe(receipts.inTime, Effect.catchTags(ofRetry))
          return yield* receipts.answer(receipt, wait)
        })
      )
      .handleRaw(
        "resolve",
        Effect.fnUntraced(function*({ request, params }) {
          const asked = yield* RetryBodies.resolve(
            yield* Body.readObject(request, "reason, and output if there is any")
          )
          const requestedBy = yield* callerName
          yield* resolution.resolve(params.id, params.stepId, {
            ...asked,
            ...(requestedBy !== undefined && { requestedBy })
          }).pipe(receipts.inTime, Effect.catchTags(ofResolve))
          const event = yield* events.get(params.id).pipe(
            Effect.catchTags({ ...away, ProcessEventUnknown: Effect.die })
          )
          return Answer.json(yield* processEventText(event))
        })
      )
  })
)
