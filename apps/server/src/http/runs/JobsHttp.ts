/** Acting on many runs, and jobs: decodes, calls, maps errors. Contract: section 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { sharedUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { RunJobKind } from "@sluice/domain/run/Job"
import { type Job, type JobOptions, Jobs } from "@sluice/engine/internal/jobs/Jobs"
import { redactorOf } from "@sluice/engine/internal/steps/StepRedaction"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Settings } from "@sluice/engine/settings/Settings"
import { JobLists } from "@sluice/persistence/internal/retries/JobLists"
import { Clock, Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { callerName } from "../../access/Caller.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as JobBodies from "./JobBodies.ts"
import { itemView, jobView, summaryView } from "./JobsView.ts"

const away = { JournalUnavailable: (error: JournalUnavailable) => Effect.fail(ErrorMapping.unavailable(error)) }

/** The largest number of a job's skipped or failed runs that are shown with it. */
const shownProblems = 20

/** The job of that id. */
const named = <E>(id: string, look: (uuid: string) => Effect.Effect<Job | undefined, E>) => {
  const uuid = id.startsWith("job-") ? uuidOf(id) : undefined
  return Effect.flatMap(
    uuid === undefined ? Effect.undefined : look(uuid),
    (job): Effect.Effect<Job, Problems.NotFound> =>
      job === undefined
        ? Effect.fail(new Problems.NotFound({ detail: `There is no job ${JSON.stringify(id)}` }))
        : Effect.succeed(job)
  )
}

interface ManyAsked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly query: { readonly dryRun?: "true" | "false" }
}

const readers = {
  cancel: { read: JobBodies.cancelMany, what: "filter and reason, and compensate if steps are to be undone" },
  retry: { read: JobBodies.retryMany, what: "filter and reason" },
  resolve: { read: JobBodies.resolveMany, what: "filter and reason, and output if there is any" }
}

export const layer = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fnUntraced(function*(handlers) {
    const jobs = yield* Jobs
    const lists = yield* JobLists
    const settings = yield* Settings

    /** The job with the runs that were skipped or failed. */
    const shown = Effect.fnUntraced(function*(job: Job) {
      return JSON.stringify(jobView(job, yield* jobs.problems(job.id, shownProblems)))
    }, Effect.catchTags(away))

    /** The reason and options with secrets hidden: an operator may paste one, and all users see them. */
    const withoutSecrets = (reason: string, options: JobOptions) => {
      const redactor = redactorOf(settings.current().secrets)
      const { output, ...others } = options
      return {
        reason: redactor.text(reason),
        options: output === undefined ? others : { ...others, output: redactor.json(output) }
      }
    }

    const many = (kind: RunJobKind) =>
      Effect.fnUntraced(function*({ query, request }: ManyAsked) {
        const { read, what } = readers[kind]
        const { filter, options, reason } = yield* read(yield* Body.readObject(request, what))
        const createdAt = yield* Clock.currentTimeMillis
        if (query.dryRun === "true") {
          const matches = yield* jobs.matches({ kind, filter, options, createdAt }).pipe(Effect.catchTags(away))
          return Answer.json(JSON.stringify({ matches }))
        }
        const requestedBy = yield* callerName
        const job = yield* jobs.create({
          id: yield* sharedUuid,
          kind,
          createdAt,
          filter,
          ...withoutSecrets(reason, options),
          ...(requestedBy !== undefined && { requestedBy })
        }).pipe(Effect.catchTags(away))
        return Answer.json(yield* shown(job), 202)
      })

    return handlers
      .handleRaw("cancelMany", many("cancel"))
      .handleRaw("retryMany", many("retry"))
      .handleRaw("resolveMany", many("resolve"))
      .handle(
        "list",
        Effect.fnUntraced(function*({ query }) {
          const { limit = defaultLimit, cursor, ...filters } = query
          const page = yield* lists.list(filters, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (job) => JSON.stringify(summaryView(job)))
        })
      )
      .handle(
        "get",
        Effect.fnUntraced(function*({ params }) {
          const job = yield* named(params.id, jobs.get).pipe(Effect.catchTags(away))
          return Answer.json(yield* shown(job))
        })
      )
      .handle(
        "items",
        Effect.fnUntraced(function*({ params, query }) {
          const { limit = defaultLimit, cursor } = query
          const job = yield* named(params.id, jobs.get).pipe(Effect.catchTags(away))
          const page = yield* lists.items(job.id, { limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (item) => JSON.stringify(itemView(item)))
        })
      )
      .handle(
        "cancel",
        Effect.fnUntraced(function*({ params }) {
          const job = yield* named(params.id, jobs.cancel).pipe(Effect.catchTags(away))
          if (job.state !== "completed") return Answer.json(yield* shown(job))
          return yield* new Problems.Conflict({ detail: `Job ${params.id} has completed: nothing is left to cancel` })
        })
      )
  })
)
