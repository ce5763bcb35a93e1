/**
 * Reads process events: what the runs did and are doing. Every statement is a look-up in an index, four at most for a
 * whole process event, however many steps and callouts it has. Contract: sections 7 and 8.
 */
import { type CalloutView, inlineBodyLimit } from "@sluice/domain/callout/CalloutRecord"
import { uuidOf } from "@sluice/domain/identity/Ids"
import { measured, turnFor } from "@sluice/domain/internal/json/LargeText"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { RunFilter } from "@sluice/domain/run/Job"
import type { ProcessEvent, ProcessEventSummary } from "@sluice/domain/run/ProcessEvent"
import { isCritical } from "@sluice/engine/internal/steps/PlacedSteps"
import type { JournalUnavailable, StepRow } from "@sluice/engine/journal/Journal"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { decodeStep, encodeBody, prepareCallouts, prepareSteps, type StoredStep } from "../records/CalloutCodec.ts"
import type { EndedRun } from "../records/RunTranscripts.ts"
import { cursor, type CursorInvalid, type Page, page, type PageRequest, placesOf } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { walked } from "../sql/UnindexedFilters.ts"
import {
  type CalloutRow,
  calloutView,
  inOrder,
  type ReadCallout,
  readCallouts,
  type VersionRow,
  wholeCalloutView
} from "./CalloutRow.ts"
import { calloutRows, type ShownCallout } from "./CalloutRows.ts"
import { summaries } from "./RunDetails.ts"
import { bounds, conditions, inStates, isAskable, isQueue } from "./RunFilters.ts"
import { rowOfEnded, type RunRow, summary, timeOf } from "./RunRow.ts"
import { pluginErrors, stepViews } from "./StepViews.ts"

/** The filters of the list of process events. */
export type ProcessEventFilters = RunFilter

export class ProcessEventUnknown extends Schema.TaggedError<ProcessEventUnknown>()("ProcessEventUnknown", {
  id: Schema.String
}) {}

export class CalloutUnknown extends Schema.TaggedError<CalloutUnknown>()("CalloutUnknown", {
  id: Schema.String
}) {}

const byId = cursor(Schema.Tuple([Schema.String.check(Schema.isUUID())]))
const keysOf = ({ id }: RunRow) => [id] as const

/** The sources of a process event. */
interface Reader {
  readonly sql: SqlClient.SqlClient
  readonly settings: Settings["Service"]
  readonly plugins: Plugins["Service"]
}

const runColumns = `id, event_id, order_id, pipeline, pipeline_version, shipment_id, state, reason, retry_of, from_step,
    retry_reason, requested_by, created_at, started_at, finished_at, failed_steps, held_for, wait_mark, issue_id`

const detailed = ({ sql }: Reader, { items, ...rest }: Page<RunRow>) =>
  Effect.map(orUnavailable(summaries(sql, items)), (items) => ({ items, ...rest }))

const pageOf = (rows: ReadonlyArray<RunRow>, limit: number): Page<RunRow> =>
  page(rows, limit, byId, keysOf, (row) => row)

/** A page of the runs that meet the conditions, from a walk over a bounded number of runs. */
const walk = Effect.fn("ProcessEvents.walk")(function*(
  reader: Reader,
  clauses: ReadonlyArray<Statement.Fragment>,
  met: ReadonlyArray<Statement.Fragment>,
  order: Statement.Fragment,
  { limit }: PageRequest
) {
  const { sql } = reader
  const way = sql`SELECT ${sql.literal(runColumns)} FROM runs WHERE ${sql.and(clauses)}
    ORDER BY ${order} LIMIT ${walked}`
  const rows = yield* orUnavailable(sql<RunRow>`
      SELECT * FROM (${way}) w WHERE ${sql.and(met)} ORDER BY id DESC LIMIT ${limit + 1}`)
  if (rows.length > limit) return yield* detailed(reader, pageOf(rows, limit))
  const [end] = yield* orUnavailable(
    sql<{ readonly id: string }>`SELECT id FROM (${way}) w ORDER BY id DESC OFFSET ${walked - 1}`
  )
  return yield* detailed(reader, {
    items: rows,
    nextCursor: end === undefined ? null : byId.write([end.id]),
    places: placesOf(rows, byId, keysOf)
  })
})

const list = Effect.fn("ProcessEvents.list")(
  function*(reader: Reader, filters: ProcessEventFilters, request: PageRequest) {
    const { sql } = reader
    const after = yield* byId.read(request)
    if (!isAskable(filters)) return { items: [], nextCursor: null }
    const clauses = [
      ...(after === undefined ? [] : [sql`id < ${after[0]}`]),
      ...(filters.state === undefined ? [] : [inStates(sql, [filters.state])]),
      ...(filters.settled === false ? [inStates(sql, ["failed", "compensation-failed"])] : []),
      ...bounds(sql, filters)
    ]
    const met = conditions(sql, filters)
    const order = sql.literal(isQueue(filters) ? "pipeline DESC, id DESC" : "id DESC")
    if (met.length > 0) return yield* walk(reader, clauses, met, order, request)
    const rows = yield* orUnavailable(sql<RunRow>`
      SELECT ${sql.literal(runColumns)} FROM runs WHERE ${sql.and(clauses)}
      ORDER BY ${order} LIMIT ${request.limit + 1}`)
    return yield* detailed(reader, pageOf(rows, request.limit))
  }
)

const findRun = Effect.fn("ProcessEvents.findRun")(function*({ sql }: Reader, id: string) {
  const uuid = id.startsWith("process_event-") ? uuidOf(id) : undefined
  const [row] = uuid === undefined
    ? []
    : yield* sql<RunRow>`SELECT ${sql.literal(runColumns)} FROM runs WHERE id = ${uuid}`
  return row ?? (yield* new ProcessEventUnknown({ id }))
})

/** The versions that were sent. A large one is only measured, unless a body has to be built from it. */
const versions = Effect.fn("ProcessEvents.versions")(
  function*({ sql }: Reader, orderId: string, callouts: ReadonlyArray<ReadCallout>, limit: number) {
    const sent = callouts.filter(({ record }) => record.body.form !== "text")
    if (sent.length === 0) return new Map<number, VersionRow>()
    const all = [...new Set(sent.map(({ record }) => record.orderVersion))]
    const built = sent.filter(({ record }) => record.body.form === "workflow").map(({ record }) => record.orderVersion)
    const rows = yield* sql<VersionRow>`
      SELECT version, octet_length(doc) AS size,
        CASE WHEN octet_length(doc) <= ${limit} OR version = ANY (${built}) THEN doc END AS doc
      FROM order_versions WHERE order_id = ${orderId} AND version = ANY (${all})`
    return new Map(rows.map((row) => [row.version, row]))
  }
)

/** The callouts of each step as they are shown, and the size of what they show. */
const shownCallouts = Effect.fnUntraced(
  function*(callouts: ReadonlyArray<ReadCallout<ShownCallout>>, documents: ReadonlyMap<number, VersionRow>) {
    const shown = new Map<number, Array<CalloutView>>()
    let size = 0
    for (const callout of callouts) {
      const own = (documents.get(callout.record.orderVersion)?.doc?.length ?? 0) + callout.size
      // A large view has a turn of its own: what was sent is written again, if only to be measured.
      yield* turnFor(own)
      size += own
      const view = calloutView(callout.row.run_id, callout, documents, inlineBodyLimit)
      const others = shown.get(callout.row.step)
      if (others === undefined) shown.set(callout.row.step, [view])
      else others.push(view)
    }
    return { shown, size }
  }
)

/** Builds the process event from its rows. */
const viewOf = Effect.fnUntraced(function*(
  { plugins, settings }: Reader,
  row: RunRow,
  journalled: ReadonlyArray<StepRow>,
  callouts: ReadonlyArray<ReadCallout<ShownCallout>>,
  documents: ReadonlyMap<number, VersionRow>
) {
  const pipeline = yield* settings.pipeline(row.pipeline, row.pipeline_version)
  const { shown, size } = yield* shownCallouts(callouts, documents)
  const steps = stepViews(
    {
      state: row.state,
      startedAt: row.started_at === null ? undefined : timeOf(row.started_at),
      pipeline,
      critical: (step, pipeline) => isCritical(plugins.byName.get(step.name), step, pipeline)
    },
    journalled,
    shown
  )
  const event: ProcessEvent = { ...summary(row), steps, pluginErrorOutput: pluginErrors(steps) }
  yield* turnFor(size)
  return measured(event, size)
})

const get = Effect.fn("ProcessEvents.get")(function*(reader: Reader, id: string) {
  const { sql } = reader
  const row = yield* findRun(reader, id)
  // The run is read first: its steps are read later, and so are never behind what it says has ended.
  const rows = yield* sql<StoredStep>`
      SELECT index, state, next_version, record FROM steps WHERE run_id = ${row.id} ORDER BY run_id, index`
  yield* prepareSteps(rows)
  const journalled = rows.map(decodeStep)
  const sent = yield* Effect.provideService(calloutRows(row.id, journalled), SqlClient.SqlClient, sql)
  yield* prepareCallouts(sent)
  const callouts = readCallouts(sent)
  return yield* viewOf(
    reader,
    row,
    journalled,
    callouts,
    yield* versions(reader, row.order_id, callouts, inlineBodyLimit)
  )
}, orUnavailable)

/**
 * The callouts of a run that this process has stored, with rows as a reader of the database would get them. Nothing is
 * written and read again for it: `size` is that of what is shown, and more than that where an order was changed.
 */
const readOfEnded = ({ callouts, documents, run }: EndedRun): ReadonlyArray<ReadCallout<ShownCallout>> => {
  const longest = Math.max(0, ...[...documents.values()].map(({ length }) => length))
  return inOrder(callouts.map(({ index, record }) => {
    const body = encodeBody(record.body)
    const response = record.response?.body ?? null
    return {
      record,
      size: (record.patch === undefined ? 0 : 2 * longest) + (body?.byteLength ?? 0) + (response?.byteLength ?? 0),
      row: {
        run_id: run.runId,
        id: record.id,
        step: index,
        outcome: record.outcome,
        record: "",
        form: record.body.form,
        body: record.body.form !== "workflow" && (body?.byteLength ?? 0) > inlineBodyLimit ? null : body,
        body_size: body?.byteLength ?? null,
        response: (response?.byteLength ?? 0) > inlineBodyLimit ? null : response,
        response_size: response?.byteLength ?? null
      }
    }
  }))
}

const ended = (reader: Reader, run: EndedRun) => {
  const callouts = readOfEnded(run)
  const sent = new Set(callouts.flatMap(({ record }) => record.body.form === "text" ? [] : record.orderVersion))
  const documents = new Map([...sent].map((version): [number, VersionRow] => {
    const doc = run.documents.get(version) ?? ""
    return [version, { version, size: Utf8.encode(doc).byteLength, doc }]
  }))
  return viewOf(reader, rowOfEnded(run), run.steps, callouts, documents)
}

const mark = Effect.fn("ProcessEvents.mark")(function*({ sql }: Reader, id: string) {
  const uuid = uuidOf(id)
  const [row] = uuid === undefined ? [] : yield* sql<{ readonly mark: string }>`
      SELECT concat_ws(' ', state, started_at, finished_at, reason, wait_mark, held_for, open_mark,
        (SELECT count(*) FROM steps WHERE run_id = runs.id), (SELECT string_agg(record, ' ') FROM (
          SELECT record FROM steps WHERE run_id = runs.id AND record LIKE '%"resolution":%') s),
        (SELECT count(*) FROM callouts WHERE run_id = runs.id)) AS mark
      FROM runs WHERE id = ${uuid}`
  return row?.mark
}, orUnavailable)

const callout = Effect.fn("ProcessEvents.callout")(function*(reader: Reader, id: string, callout: string) {
  const { sql } = reader
  const row = yield* findRun(reader, id)
  const uuid = callout.startsWith("callout-") ? uuidOf(callout) : undefined
  const rows = uuid === undefined ? [] : yield* sql<CalloutRow>`
      SELECT id, step, outcome, record, form, body, octet_length(body) AS body_size,
        response, octet_length(response) AS response_size
      FROM callouts WHERE run_id = ${row.id} AND id = ${uuid}`
  yield* prepareCallouts(rows)
  const [read] = readCallouts(rows)
  if (read === undefined) return yield* new CalloutUnknown({ id: callout })
  return yield* wholeCalloutView(row.id, read, yield* versions(reader, row.order_id, [read], 2 ** 31 - 1))
}, orUnavailable)

const make = Effect.gen(function*() {
  const reader: Reader = { sql: yield* SqlClient.SqlClient, settings: yield* Settings, plugins: yield* Plugins }
  return ProcessEvents.of({
    list: (filters, request) => list(reader, filters, request),
    get: (id) => get(reader, id),
    ended: (run) => ended(reader, run),
    mark: (id) => mark(reader, id),
    callout: (id, calloutId) => callout(reader, id, calloutId)
  })
})

export class ProcessEvents extends Context.Service<ProcessEvents, {
  /** Newest first. */
  readonly list: (
    filters: ProcessEventFilters,
    page: PageRequest
  ) => Effect.Effect<Page<ProcessEventSummary>, CursorInvalid | JournalUnavailable>
  /**
   * The whole process event. Bodies over 64 KiB are `{ size, href }`. Numbers that a double cannot hold are raw JSON
   * (`Json.stringify` writes them as they came).
   */
  readonly get: (id: string) => Effect.Effect<ProcessEvent, ProcessEventUnknown | JournalUnavailable>
  /** The process event of a run that ended, built from this process's transcript, without reading the database. */
  readonly ended: (run: EndedRun) => Effect.Effect<ProcessEvent, JournalUnavailable>
  /**
   * A text that changes whenever the process event changes, in one statement, for streams; `undefined` for an unknown
   * id.
   */
  readonly mark: (id: string) => Effect.Effect<string | undefined, JournalUnavailable>
  /** One callout with its bodies, however large. */
  readonly callout: (
    id: string,
    calloutId: string
  ) => Effect.Effect<CalloutView, ProcessEventUnknown | CalloutUnknown | JournalUnavailable>
}>()("@sluice/persistence/ProcessEvents") {
  static readonly layer: Layer.Layer<ProcessEvents, never, SqlClient.SqlClient | Settings | Plugins> = Layer.effect(
    ProcessEvents,
    make
  )
}
