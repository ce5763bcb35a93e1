/**
 * Serves the requests of a process with several cells: finds the cells that a request concerns, forwards it to them,
 * and combines their answers. The request was authenticated before; each cell checks the roles. Contract: section 11.
 */
import type { PartnerView } from "@sluice/api/internal/operations/PartnersApi"
import * as Problems from "@sluice/api/wire/Problems"
import { RecordedElsewhere } from "@sluice/domain/access/Act"
import { SharedUuid } from "@sluice/domain/internal/identity/CurrentCell"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { Overview } from "@sluice/domain/run/Overview"
import type { Replay } from "@sluice/persistence/internal/deliveries/Replays"
import { Data, Effect, Stream } from "effect"
import { HttpBody, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Caller } from "../access/Caller.ts"
import type { Cells } from "../config/CellsFile.ts"
import { seriesOf } from "../telemetry/CellSeries.ts"
import * as Answer from "../wire/Answer.ts"
import { ask, askAnyway, type Asked, awayResponse, type CellEntry, isMissing, withQuery } from "./CellDirectory.ts"
import { mergeFeeds, readPlaces } from "./CellFeed.ts"
import { combineJobs, combineOverviews, combinePartners, combineReplays, type Job } from "./Combined.ts"
import { mergeExports } from "./MergedExport.ts"
import * as MergedLists from "./MergedLists.ts"
import { type Placed, placed } from "./Placement.ts"
import { cellOfToken, forbiddenToTenant, reachOf, searchOrder } from "./Reach.ts"

type Response = HttpServerResponse.HttpServerResponse

/** The cells that a request reaches, lowest first. */
type Reached = ReadonlyArray<CellEntry>

const forbidden = (detail: string): Response => Answer.problemResponse(new Problems.Forbidden({ detail }))

const notFound = (detail: string): Response => Answer.problemResponse(new Problems.NotFound({ detail }))

const parsed = <A>(response: Response): A => JSON.parse(Answer.textOf(response)) as A

/** Looks for an id in one cell after the other; the first that knows it answers. */
export const found = Effect.fnUntraced(function*(cells: Reached, id: string) {
  const byId = new Map(cells.map((cell) => [cell.id, cell]))
  let unknown: Response | undefined
  let away: Response | undefined
  for (const number of searchOrder(id, [...byId.keys()])) {
    const cell = byId.get(number)
    if (cell === undefined) continue
    const response = yield* ask(cell)
    if (isMissing(response)) away ??= response
    else if (response.status === 404) unknown ??= response
    else return response
  }
  return away ?? unknown ?? notFound(`There is no ${JSON.stringify(id)}`)
})

const askAll = (cells: Reached): Effect.Effect<
  ReadonlyArray<Response>,
  never,
  Effect.Services<Asked>
> => Effect.forEach(cells, ask, { concurrency: "unbounded" })

/** The answers of the cells that know the subject; else what says why there is none. */
const knowing = (responses: ReadonlyArray<Response>): ReadonlyArray<Response> | Response => {
  const well = responses.filter(({ status }) => status < 300)
  if (well.length > 0) return well
  return responses.find(({ status }) => status !== 404 && status !== 503) ?? responses.find(isMissing) ??
    responses[0] ?? notFound("There is nothing of that name")
}

const isOne = (answer: ReadonlyArray<Response> | Response): answer is Response => !Array.isArray(answer)

/** The parts of one thing in several cells, shown as one. */
const combined = (responses: ReadonlyArray<Response>, text: (parts: ReadonlyArray<Response>) => string): Response => {
  const answer = knowing(responses)
  if (isOne(answer)) return answer
  const [first] = answer
  return answer.length === 1 && first !== undefined ? first : Answer.json(text(answer), first?.status)
}

interface Matches {
  readonly matches: number
}

/** Combines the answers of what acts in every cell: a job, a replay, or the number of what it would act on. */
const combineParts = (parts: ReadonlyArray<Response>): string => {
  const values = parts.map((part) => parsed<Job | Replay | Matches>(part))
  const [first] = values
  if (first === undefined) return "{}"
  if ("matches" in first) {
    return JSON.stringify({
      matches: (values as ReadonlyArray<Matches>).reduce((sum, { matches }) => sum + matches, 0)
    })
  }
  return JSON.stringify(
    "endpointId" in first
      ? combineReplays(values as ReadonlyArray<Replay>)
      : combineJobs(values as ReadonlyArray<Job>)
  )
}

/** A cell that has nothing of that name had nothing to do. */
const hasNotActed = ({ status }: Response): boolean => status >= 300 && status !== 404

/** The first cell checks the request; the others follow under the same id. Names the cells that did not act. */
const everywhere = Effect.fnUntraced(function*(cells: Reached) {
  const shared = yield* newUuid
  const present = cells.filter((cell) => !cell.isAway())
  const away = cells.filter((cell) => !present.includes(cell))
  const [first, ...others] = present
  if (first === undefined) return awayResponse(cells[0]?.id ?? 0)
  const checked = yield* Effect.provideService(ask(first), SharedUuid, shared)
  if (checked.status >= 300) return checked
  const rest = yield* askAll(others).pipe(
    Effect.provideService(SharedUuid, shared),
    Effect.provideService(RecordedElsewhere, true)
  )
  const missing = [...away, ...others.filter((_, index) => hasNotActed(rest[index]!))].map(({ id }) => id)
  if (missing.length === 0) return combined([checked, ...rest], combineParts)
  const acted = [checked, ...rest.filter(({ status }) => status < 300)]
  const whole = JSON.parse(combineParts(acted)) as Readonly<Record<string, unknown>>
  const missingCells = missing.toSorted((a, b) => a - b)
  return Answer.json(JSON.stringify({ ...whole, missingCells }), checked.status)
})

/** An id that Sluice made names one customer in one cell; an e-mail address, or a shop's own id, is in no cell alone. */
const namesOneCell = (customer: string): boolean => /^customer-[0-9a-f]{32}$/.test(customer)

/** Erases a customer in every cell that holds something about it. */
const person = Effect.fnUntraced(function*(cells: Reached, id: string) {
  if (namesOneCell(id)) return yield* found(cells, id)
  const away = cells.find((cell) => cell.isAway())
  if (away !== undefined) return awayResponse(away.id)
  const shared = yield* newUuid
  const responses: Array<Response> = []
  for (const cell of cells) {
    const hasActed = responses.some(({ status }) => status < 300)
    responses.push(
      yield* ask(cell).pipe(
        Effect.provideService(SharedUuid, shared),
        Effect.provideService(RecordedElsewhere, hasActed)
      )
    )
  }
  const refused = responses.find(({ status }) => status >= 300 && status !== 404)
  return refused ?? combined(responses, combineParts)
})

/** The failure of a cell's export within the answer, which ends it. */
class ExportBroken extends Data.TaggedError("ExportBroken")<{ readonly cause: unknown }> {}

const piecesOf = ({ body }: Response): AsyncIterable<Uint8Array> =>
  Stream.toAsyncIterable(body._tag === "Stream" ? body.stream : Stream.empty)

/** Exports what every cell holds about a customer, as one document; none of them may be away. */
const personExport = Effect.fnUntraced(function*(cells: Reached, id: string) {
  if (namesOneCell(id)) return yield* found(cells, id)
  const away = cells.find((cell) => cell.isAway())
  if (away !== undefined) return awayResponse(away.id)
  const responses = yield* askAll(cells)
  const refused = responses.find(({ status }) => status >= 300 && status !== 404)
  const known = responses.filter(({ status }) => status < 300)
  if (refused !== undefined || known.length <= 1) {
    return refused ?? known[0] ?? responses[0] ?? notFound(`There is no ${JSON.stringify(id)}`)
  }
  const text = Stream.fromAsyncIterable(mergeExports(known.map(piecesOf)), (cause) => new ExportBroken({ cause }))
  return HttpServerResponse.stream(Stream.encodeText(text), { contentType: "application/json" })
})

const partnerText = (texts: ReadonlyArray<PartnerView>): string => JSON.stringify(combinePartners(texts))

const partnersMerge: MergedLists.ListMerge = {
  direction: "ascending",
  combine: (texts) => partnerText(texts.map((text) => JSON.parse(text) as PartnerView))
}

const listMerge: MergedLists.ListMerge = {
  dropsUnknown: true,
  // Only the parts of a job, or the run that two of its parts name, have the same keys in two cells.
  combine: (texts) =>
    texts[0]?.includes("\"kind\"") === true
      ? JSON.stringify(combineJobs(texts.map((text) => JSON.parse(text) as Job)))
      : texts[0] ?? ""
}

const overview = Effect.fnUntraced(function*(cells: Reached) {
  const responses = yield* askAll(cells)
  const answer = knowing(responses)
  if (isOne(answer)) return answer
  const missing = cells.filter((_, index) => isMissing(responses[index]!)).map(({ id }) => id)
  const view = combineOverviews(answer.map((part) => parsed<Overview>(part)))
  return Answer.json(JSON.stringify(missing.length === 0 ? view : { ...view, missingCells: missing }))
})

const openStates = ["queued", "running", "waiting", "compensating"] as const

/** A run of the pipeline is open in the cell. */
const isInUse = Effect.fnUntraced(function*(cell: CellEntry, pipeline: string) {
  for (const state of openStates) {
    const url = `http://cell/v1/process-events?${new URLSearchParams({ pipeline, state, limit: "1" })}`
    const response = yield* Effect.provideService(
      ask(cell),
      HttpServerRequest.HttpServerRequest,
      HttpServerRequest.fromWeb(new Request(url))
    )
    const parts = Answer.partsOf(response)
    if (parts !== undefined && parts.texts.length > 0) return true
  }
  return false
})

/** A pipeline is deleted in cell 0; runs of it may be open in any. */
const pipelineDeletion = Effect.fnUntraced(function*(home: CellEntry, others: Reached, name: string) {
  for (const cell of others) {
    if (yield* isInUse(cell, name)) {
      return Answer.problemResponse(
        new Problems.Conflict({
          detail: `Pipeline ${
            JSON.stringify(name)
          } has open runs in cell ${cell.id}: wait for their end, or cancel them`
        })
      )
    }
  }
  return yield* ask(home)
})

interface SimulatedItem {
  readonly processEventId?: string
}

const defaultRuns = 20

/** Newest first over the cells that have runs to simulate. */
const simulate = Effect.fnUntraced(function*(cells: Reached) {
  const answer = knowing(yield* askAll(cells))
  if (isOne(answer)) return answer
  const items = answer.flatMap((part) => parsed<{ items: ReadonlyArray<SimulatedItem> }>(part).items)
  const newest = items.toSorted((a, b) => (a.processEventId ?? "") < (b.processEventId ?? "") ? 1 : -1)
  const most = Math.max(
    defaultRuns,
    ...answer.map((part) => parsed<{ items: ReadonlyArray<unknown> }>(part).items.length)
  )
  return Answer.json(JSON.stringify({ items: newest.slice(0, most) }))
})

/** Between two looks of a reader that waits. */
const feedPause = "250 millis"

const feed = Effect.fnUntraced(function*(cells: Reached) {
  const { url } = yield* HttpServerRequest.HttpServerRequest
  const query = new URLSearchParams(url.split("?", 2)[1] ?? "")
  const before = readPlaces(query.get("after") ?? undefined)
  if (before === undefined) {
    const message = "is not a value of next: pass it as it was answered"
    return Answer.problemResponse(
      new Problems.InvalidRequest({ detail: `after ${message}`, errors: [{ path: "after", message }] })
    )
  }
  const wait = query.get("wait") ?? ""
  // One that is no number of seconds is refused by the cell.
  const seconds = /^\d{1,9}$/.test(wait) && Number(wait) <= 60 ? Number(wait) : 0
  const ends = performance.now() + 1000 * seconds
  const present = cells.filter((cell) => !cell.isAway())
  const pageOf = (cell: CellEntry) =>
    withQuery((asked) => {
      asked.set("after", String(before.get(cell.id) ?? 0))
      // A wrong `wait` is refused by the cell; one that is right is waited for here.
      if (ends > performance.now() || asked.get("wait") === "0") asked.delete("wait")
    })(ask(cell))
  for (;;) {
    const responses = yield* Effect.forEach(present, pageOf, { concurrency: "unbounded" })
    const refused = responses.find(({ status }) => status >= 300 && status !== 503)
    if (refused !== undefined) return refused
    const pages = responses.flatMap((response, index) =>
      isMissing(response) ? [] : [{ cell: present[index]!.id, items: parsed<{ items: [] }>(response).items }]
    )
    const merged = mergeFeeds(pages, before)
    if (merged.items.length > 0 || performance.now() >= ends) return Answer.json(JSON.stringify(merged))
    yield* Effect.sleep(feedPause)
  }
})

export interface GatewayOptions {
  readonly cells: Cells
  /** The cells by ascending number; the first is cell 0. */
  readonly entries: readonly [CellEntry, ...ReadonlyArray<CellEntry>]
  readonly health: Asked
  readonly metrics: Asked
}

/** A caller without a tenant reaches every cell. */
const inAll = (options: GatewayOptions, target: Placed, submitsTo: number | undefined): Asked => {
  const { entries, health } = options
  const [home, ...others] = entries
  switch (target.placement) {
    case "anywhere":
      return askAnyway(home)
    case "settings":
    case "keys":
      return ask(home)
    case "submit": {
      const cell = entries.find(({ id }) => id === submitsTo)
      return cell === undefined
        ? Effect.succeed(
          forbidden("The key has no tenant, and SLUICE_CELLS gives such keys no cell: use a tenant's key")
        )
        : ask(cell)
    }
    case "tested":
      return ask(entries.find(({ id }) => id === submitsTo) ?? home)
    case "found":
      return found(entries, target.id)
    case "listed":
      return MergedLists.list(entries, listMerge)
    case "partners":
      return MergedLists.list(entries, partnersMerge)
    case "partner":
      return Effect.map(
        askAll(entries),
        (responses) => combined(responses, (parts) => partnerText(parts.map((part) => parsed<PartnerView>(part))))
      )
    case "shared":
      return Effect.map(askAll(entries), (responses) => combined(responses, combineParts))
    case "everywhere":
      return everywhere(entries)
    case "person":
      return person(entries, target.id)
    case "personExport":
      return personExport(entries, target.id)
    case "token": {
      const named = cellOfToken(target.id, entries.map(({ id }) => id))
      const cell = entries.find(({ id }) => id === named)
      return cell === undefined ? Effect.succeed(notFound("No request carried this callback URL")) : ask(cell)
    }
    case "overview":
      return overview(entries)
    case "feed":
      return feed(entries)
    case "simulate":
      return simulate(entries)
    case "pipelineDeletion":
      return pipelineDeletion(home, others, target.id)
    case "health":
      return health
  }
}

/** A caller with a tenant reaches its cell and no other. */
const inOne = (options: GatewayOptions, target: Placed, number: number): Asked => {
  const cell = options.entries.find(({ id }) => id === number)
  const refusal = forbiddenToTenant(target)
  if (refusal !== undefined) {
    return Effect.succeed(forbidden(`The key belongs to a tenant, and this ${refusal}: send a key without a tenant`))
  }
  if (cell === undefined) return Effect.succeed(awayResponse(number))
  switch (target.placement) {
    case "health":
      return options.health
    case "anywhere":
      return askAnyway(cell)
    case "token":
      return inAll(options, target, undefined)
    default:
      return ask(cell)
  }
}

const withoutCell = (tenant: string): Response =>
  forbidden(`The key's tenant ${JSON.stringify(tenant)} has no cell in SLUICE_CELLS: name it there`)

/** A key with a tenant reads the series of its cell alone. */
const metrics = Effect.fnUntraced(function*(options: GatewayOptions, tenant: string | undefined) {
  const reach = reachOf(options.cells, tenant)
  if (reach._tag === "Nothing") return withoutCell(reach.tenant)
  const response = yield* options.metrics
  return reach._tag === "All"
    ? response
    : HttpServerResponse.setBody(
      response,
      HttpBody.text(seriesOf(Answer.textOf(response), reach.cell), response.headers["content-type"])
    )
})

/** Serves an authenticated request. */
export const handle = Effect.fnUntraced(function*(options: GatewayOptions) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const caller = yield* Caller
  const [home] = options.entries
  if (/^\/metrics(?:[?#]|$)/.test(request.url)) return yield* metrics(options, caller?.tenant)
  const target = placed(request.method, request.url)
  // Pages, and what no endpoint takes.
  if (target === undefined) return yield* askAnyway(home)
  const reach = reachOf(options.cells, caller?.tenant)
  switch (reach._tag) {
    case "All":
      return yield* inAll(options, target, reach.submitsTo)
    case "One":
      return yield* inOne(options, target, reach.cell)
    case "Nothing":
      return withoutCell(reach.tenant)
  }
})
