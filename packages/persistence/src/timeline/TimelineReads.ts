/** Reads the facts of an order's timeline: look-ups by index, and documents in turns. */
import type { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { textMembers } from "@sluice/domain/internal/json/JsonText"
import { inTurns, largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import { parseOwnSteps } from "@sluice/domain/internal/json/SteppedJson"
import { isObject, type Json, type JsonObject, parseOwn } from "@sluice/domain/json/Json"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { DateTime, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { causeOf } from "../deliveries/ClaimStatement.ts"
import { decodeStep, prepareSteps, type StoredStep } from "../records/CalloutCodec.ts"
import type { AttemptFact, CalloutFact, DeliveryFact, RunFact, StepFact, VersionFact } from "./TimelineFacts.ts"

/** Bytes of documents that are held at once. */
const batchBytes = 4 * 1024 * 1024

/** Parses JSON that Sluice stored; a large text in steps, between which the process does other work. */
export const readJson = (text: string): Effect.Effect<Json> =>
  text.length < largeLength ? Effect.sync(() => parseOwn(text)) : inTurns(parseOwnSteps(text))

export const timeOf = (date: Date): number => date.getTime()

export const optional = <Key extends string, A>(key: Key, value: A | null): { readonly [K in Key]?: A } =>
  value === null ? {} : { [key]: value } as { readonly [K in Key]: A }

interface SizedVersion {
  readonly version: number
  readonly size: number
  readonly cause: string | null
}

const batches = (versions: ReadonlyArray<SizedVersion>): ReadonlyArray<ReadonlyArray<number>> => {
  const all: Array<Array<number>> = []
  let left = 0
  for (const { size, version } of versions) {
    const batch = all.at(-1)
    if (batch === undefined || size > left) {
      all.push([version])
      left = batchBytes - size
    } else {
      batch.push(version)
      left -= size
    }
  }
  return all
}

/** Folds over an order's versions up to `last`, oldest first; few of them are in memory at a time. */
export const foldVersions = Effect.fnUntraced(function*<A>(
  sql: SqlClient.SqlClient,
  orderId: string,
  last: number,
  each: (version: number, text: string, cause: string | null) => Effect.Effect<A>
) {
  const sizes = yield* sql<SizedVersion>`select version, octet_length(doc) as size, cause from order_versions
    where order_id = ${orderId} and version <= ${last} order by version`
  const causes = new Map(sizes.map(({ cause, version }) => [version, cause]))
  const found: Array<A> = []
  for (const batch of batches(sizes)) {
    const rows = yield* sql<{ readonly version: number; readonly doc: string }>`
      select version, doc from order_versions where order_id = ${orderId}
        and version >= ${batch[0]} and version <= ${batch.at(-1)} order by version`
    for (const { doc, version } of rows) {
      yield* turnFor(doc.length)
      found.push(yield* each(version, doc, causes.get(version) ?? null))
    }
  }
  return found
})

/** Members that change with every version. */
const unsaid: ReadonlySet<string> = new Set(["version", "updatedAt"])

export const readVersions = (
  sql: SqlClient.SqlClient,
  orderId: string,
  createdAt: number,
  newest: number
): Effect.Effect<ReadonlyArray<VersionFact>, SqlError> => {
  let before = new Map<string, string>()
  return foldVersions(sql, orderId, newest, (version, text, cause) =>
    Effect.sync((): VersionFact => {
      const members = new Map(textMembers(text).map(({ name, value }) => [name, value]))
      const names = new Set([...before.keys(), ...members.keys()])
      const changed = version === 1
        ? []
        : [...names].filter((name) => !unsaid.has(name) && before.get(name) !== members.get(name))
      before = members
      const updatedAt = members.get("updatedAt")
      const at = updatedAt === undefined
        ? createdAt
        : DateTime.toEpochMillis(DateTime.makeUnsafe(JSON.parse(updatedAt)))
      return { version, at: version === 1 ? createdAt : at, changed, ...optional("cause", cause) }
    }))
}

interface RunRow {
  readonly id: string
  readonly pipeline: string
  readonly pipeline_version: number
  readonly state: string
  readonly reason: string | null
  readonly retry_of: string | null
  readonly retry_reason: string | null
  readonly requested_by: string | null
  readonly cause: string | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

export const readRuns = (sql: SqlClient.SqlClient, orderId: string): Effect.Effect<ReadonlyArray<RunFact>, SqlError> =>
  Effect.map(
    sql<RunRow>`select id, pipeline, pipeline_version, state, reason, retry_of, retry_reason, requested_by, cause,
      created_at, started_at, finished_at from runs where order_id = ${orderId} order by id`,
    (rows) =>
      rows.map((row): RunFact => ({
        id: row.id,
        pipeline: { name: row.pipeline, version: row.pipeline_version },
        state: row.state,
        createdAt: timeOf(row.created_at),
        ...optional("reason", row.reason),
        ...(row.started_at !== null && { startedAt: timeOf(row.started_at) }),
        ...(row.finished_at !== null && { finishedAt: timeOf(row.finished_at) }),
        ...optional("retryOf", row.retry_of),
        ...optional("retryReason", row.retry_reason),
        ...optional("requestedBy", row.requested_by),
        ...optional("cause", row.cause)
      }))
  )

/** The steps that ended in their own run; reused ones are another run's. */
export const readSteps = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, orderId: string) {
  const rows = yield* sql<StoredStep & { readonly run_id: string }>`
    select run_id, index, state, next_version, record from steps
    where run_id = any(array(select id from runs where order_id = ${orderId})) order by run_id, index`
  const steps: Array<StepFact> = []
  for (const row of rows) {
    yield* turnFor(row.record.length)
    yield* prepareSteps([row])
    const step = decodeStep(row)
    if (step.reusedFrom !== undefined) continue
    const { finishedAt, index, nextVersion, phase, reason, startedAt, state, stepId } = step
    const from = reason === undefined ? {} : { reason }
    steps.push({ runId: row.run_id, index, stepId, phase, state, nextVersion, startedAt, finishedAt, ...from })
  }
  return steps
})

interface CalloutRecordText {
  readonly request: number
  readonly attempt: number
  readonly startedAt: number
  readonly durationMs?: number
  readonly method?: string
  readonly endpoint: string
  readonly probe?: true
  readonly callback?: true
  readonly response?: { readonly status: number }
  readonly patch?: ReadonlyArray<PatchedMember>
}

export const readCallouts = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, orderId: string) {
  const rows = yield* sql<
    {
      readonly run_id: string
      readonly id: string
      readonly step: number
      readonly outcome: string
      readonly record: string
    }
  >`
    select run_id, id, step, outcome, record from callouts
    where run_id = any(array(select id from runs where order_id = ${orderId})) order by run_id, id`
  const callouts: Array<CalloutFact> = []
  for (const { id, outcome, record, run_id, step } of rows) {
    const read = (yield* readJson(record)) as unknown as CalloutRecordText
    callouts.push({
      runId: run_id,
      id,
      step,
      outcome,
      request: read.request,
      attempt: read.attempt,
      startedAt: read.startedAt,
      ...(read.durationMs !== undefined && { durationMs: read.durationMs }),
      method: read.method ?? "POST",
      endpoint: read.endpoint,
      kind: read.callback === true ? "callback" : read.probe === true ? "probe" : "callout",
      ...(read.response !== undefined && { status: read.response.status }),
      changed: (read.patch ?? []).map(({ path }) => path)
    })
  }
  return callouts
})

/** Reads steps that have records and no end: each is running, or its run ended during one of its waits. */
export const openSteps = (
  steps: ReadonlyArray<StepFact>,
  callouts: ReadonlyArray<CalloutFact>,
  runs: ReadonlyArray<RunFact>,
  pipelines: ReadonlyMap<string, Pipeline | undefined>
): ReadonlyArray<StepFact> => {
  const known = new Set(steps.map(({ index, runId }) => `${runId} ${index}`))
  return callouts.flatMap(({ runId, startedAt, step: index }) => {
    const key = `${runId} ${index}`
    if (known.has(key)) return []
    known.add(key)
    const pipeline = pipelines.get(runId)
    const planned = pipeline === undefined ? undefined : [...pipeline.steps, ...pipeline.postProcessing][index]
    const ended = runs.find(({ id }) => id === runId)?.finishedAt
    return [{
      runId,
      index,
      stepId: planned?.id ?? String(index),
      phase: "steps",
      state: ended === undefined ? "running" : "cancelled",
      nextVersion: 0,
      startedAt,
      finishedAt: ended ?? 0
    }]
  })
}

interface DeliveryRow {
  readonly id: string
  readonly type: string
  readonly endpoint_id: string | null
  readonly state: string
  readonly created_at: Date
  readonly finished_at: Date | null
  readonly cause: string | null
}

interface AttemptRow {
  readonly delivery_id: string
  readonly number: number
  readonly record: string
}

const attemptFact = ({ number, record }: AttemptRow): AttemptFact => {
  const { durationMs, error, response, startedAt } = JSON.parse(record) as {
    readonly startedAt: number
    readonly durationMs?: number
    readonly error?: { readonly message: string }
    readonly response?: { readonly status: number }
  }
  return {
    number,
    startedAt,
    ...(durationMs !== undefined && { durationMs }),
    result: response === undefined ? error?.message ?? "no answer" : String(response.status)
  }
}

export const readDeliveries = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, orderId: string) {
  const rows = yield* sql<DeliveryRow>`
    select d.id, d.type, d.endpoint_id, d.state, d.created_at, d.finished_at, ${sql.literal(causeOf("m"))} as cause
    from deliveries d join messages m on m.id = d.message_id where d.order_id = ${orderId} order by d.seq, d.id`
  const attempts = yield* sql<AttemptRow>`select delivery_id, number, record from delivery_attempts
    where delivery_id = any(array(select id from deliveries where order_id = ${orderId}))
    order by delivery_id, number`
  const byDelivery = new Map<string, Array<AttemptFact>>()
  for (const row of attempts) {
    const known = byDelivery.get(row.delivery_id)
    if (known === undefined) byDelivery.set(row.delivery_id, [attemptFact(row)])
    else known.push(attemptFact(row))
  }
  return rows.map((row): DeliveryFact => ({
    id: row.id,
    type: row.type,
    endpointId: row.endpoint_id,
    state: row.state,
    createdAt: timeOf(row.created_at),
    ...(row.finished_at !== null && { finishedAt: timeOf(row.finished_at) }),
    ...optional("cause", row.cause),
    attempts: byDelivery.get(row.id) ?? []
  }))
})

interface SavedRow {
  readonly document: string
  readonly created_at: Date
  readonly actor: string | null
}

/** Reads a pipeline version and the audit record of the change that saved it. */
export const readPipelineSaved = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, name: string, version: number) {
  const [row] = yield* sql<SavedRow>`select v.document, v.created_at, (
      select a.actor from audit a where left(a.resource, 500) = ${
    `/v1/pipelines/${encodeURIComponent(name)}`.slice(0, 500)
  }
        and a.action in ('pipeline.create', 'pipeline.update') and a.outcome is null
        and a.at >= v.created_at - interval '1 s' and a.at < v.created_at + interval '5 s'
      order by a.at, a.id limit 1) as actor
    from pipeline_versions v where v.id = ${name} and v.version = ${version}`
  if (row === undefined) return undefined
  const document = yield* readJson(row.document)
  return {
    name,
    version,
    at: row.created_at.toISOString(),
    ...(row.actor !== null && { savedBy: row.actor }),
    document: isObject(document) ? document as JsonObject : undefined
  }
})

/** The patch in the record of a callout, by the id of its entry; `undefined` where it had none. */
export const readPatch = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, orderId: string, calloutId: string) {
  const id = uuidOf(calloutId)
  if (id === undefined) return undefined
  const [row] = yield* sql<{ readonly record: string }>`
    select c.record from runs r join callouts c on c.run_id = r.id and c.id = ${id}::uuid where r.order_id = ${orderId}`
  return row === undefined ? undefined : ((yield* readJson(row.record)) as unknown as CalloutRecordText).patch
})
