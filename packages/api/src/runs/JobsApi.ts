/** Acting on many runs at once, as jobs that can be watched and cancelled. Contract: section 7. */
import { Outcome } from "@sluice/domain/callout/Outcome"
import { JobKind, JobState } from "@sluice/domain/run/Job"
import { RunState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { missingCells, Moment, pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const path = { id: Schema.String }

/** Selects runs: they match all members given, of which there must be one at least. */
export const JobFilter = Schema.Struct({
  state: Schema.optionalKey(RunState),
  orderId: Schema.optionalKey(Schema.String),
  pipeline: Schema.optionalKey(Schema.String),
  errorsOnly: Schema.optionalKey(Schema.Boolean),
  createdAfter: Schema.optionalKey(Moment),
  createdBefore: Schema.optionalKey(Moment),
  q: Schema.optionalKey(Schema.String.annotate({ description: "A part of an id, 4 characters or more" })),
  email: Schema.optionalKey(Schema.String.annotate({ description: "Runs over orders that hold this e-mail address" })),
  partner: Schema.optionalKey(
    Schema.String.annotate({ description: "Runs whose failed step called this host last, or that wait for it" })
  ),
  step: Schema.optionalKey(Schema.String.annotate({ description: "Runs in which this step failed last" })),
  failedStep: Schema.optionalKey(Schema.String.annotate({ description: "Another name of step" })),
  outcome: Schema.optionalKey(
    Outcome.annotate({ description: "Runs whose failed step's last callout had this outcome" })
  ),
  settled: Schema.optionalKey(Schema.Boolean),
  issue: Schema.optionalKey(Schema.String.annotate({ description: "Answered only: the issue that is retried" }))
}).annotate({ identifier: "JobFilter" })

const selection = { filter: JobFilter, reason: Schema.NonEmptyString }

export const CancelManyRequest = Schema.Struct({
  ...selection,
  compensate: Schema.optionalKey(Schema.Boolean)
})

export const RetryManyRequest = Schema.Struct({
  ...selection,
  pipeline: Schema.optionalKey(Schema.Literals(["original", "current"])),
  newKey: Schema.optionalKey(Schema.Boolean)
})

export const ResolveManyRequest = Schema.Struct({
  ...selection,
  stepId: Schema.optionalKey(Schema.String.annotate({ description: "The step to settle; absent: every failed one" })),
  output: Schema.optionalKey(Schema.Json.annotate({ description: "What later steps see as the step's output" }))
})

export const JobItem = Schema.Struct({
  processEventId: Schema.String,
  retry: Schema.optionalKey(Schema.String.annotate({ description: "The run that retries it" })),
  outcome: Schema.Literals(["done", "failed", "skipped"]),
  message: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "JobItem" })

const jobFields = {
  id: Schema.String,
  kind: JobKind,
  state: JobState,
  filter: Schema.optionalKey(JobFilter),
  reason: Schema.String,
  requestedBy: Schema.optionalKey(Schema.String),
  total: Schema.optionalKey(Schema.Int.annotate({ description: "Runs that matched when the job began" })),
  done: Schema.Int.annotate({ description: "Acted on; a retry counts here while it goes on" }),
  failed: Schema.Int.annotate({ description: "Retried, and the retry ended otherwise than completed" }),
  skipped: Schema.Int.annotate({ description: "Not acted on: the run had changed meanwhile, or it is impossible" }),
  createdAt: Schema.String,
  startedAt: Schema.optionalKey(Schema.String),
  finishedAt: Schema.optionalKey(Schema.String)
}

/** A job in a list. */
export const JobSummary = Schema.Struct(jobFields).annotate({ identifier: "JobSummary" })

/** A job that acts on many runs. */
export const Job = Schema.Struct({
  ...jobFields,
  problems: Schema.Array(JobItem).annotate({ description: "The first 20 that failed or were skipped, and why" }),
  missingCells
}).annotate({ identifier: "Job" })

export const Matches = Schema.Struct({
  matches: Schema.Int.annotate({ description: "Runs that the job would act on" }),
  missingCells
}).annotate({ identifier: "Matches" })

const many = {
  query: {
    dryRun: Schema.optionalKey(
      Schema.Literals(["true", "false"]).annotate({ description: "true: only count the runs, and change nothing" })
    )
  },
  success: [Job.pipe(HttpApiSchema.status(202)), Matches],
  error: Problems.withBody
}

export class JobsApi extends HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.post("cancelMany", "/v1/process-events/cancel", { ...many, payload: CancelManyRequest })
      .annotateMerge(OpenApi.annotations({ summary: "Cancel every open run that matches, as a job" })),
    HttpApiEndpoint.post("retryMany", "/v1/process-events/retry", { ...many, payload: RetryManyRequest })
      .annotateMerge(
        OpenApi.annotations({ summary: "Retry every run that matches and was not retried, oldest first, as a job" })
      ),
    HttpApiEndpoint.post("resolveMany", "/v1/process-events/resolve", { ...many, payload: ResolveManyRequest })
      .annotateMerge(OpenApi.annotations({ summary: "Settle the failed steps of every run that matches, as a job" })),
    HttpApiEndpoint.get("list", "/v1/jobs", {
      query: { ...pageQuery, kind: Schema.optionalKey(JobKind), state: Schema.optionalKey(JobState) },
      success: pageOf(JobSummary)
    }),
    HttpApiEndpoint.get("get", "/v1/jobs/:id", { params: path, success: Job, error: Problems.NotFound }),
    HttpApiEndpoint.get("items", "/v1/jobs/:id/items", {
      params: path,
      query: pageQuery,
      success: pageOf(JobItem),
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "The runs that the job has acted on, newest first" })),
    HttpApiEndpoint.post("cancel", "/v1/jobs/:id/cancel", {
      params: path,
      success: Job,
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Act on no further run; what was begun goes on" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Jobs" }))
{}
