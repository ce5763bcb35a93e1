/**
 * The requests to all partners and their reactions: kept in memory in order of arrival, so that a test or the demo can
 * compare what the server reports with what arrived. Headers are kept as they came, credentials included: these
 * partners are for tests only.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"

/** One request as a partner saw it. */
export const LogEntry = Schema.Struct({
  /** The entry's number, from 1, over all partners. */
  id: Schema.Int,
  partner: Schema.String,
  /** The number of this request among those of the order to this partner's path, from 1. */
  number: Schema.Int,
  order: Schema.optionalKey(Schema.String),
  method: Schema.String,
  path: Schema.String,
  query: Schema.String,
  /** Names in lower case. */
  headers: Schema.Record(Schema.String, Schema.String),
  /** The body as text; bytes that are not UTF-8 are replaced. */
  body: Schema.String,
  /** The exact bytes, base64. */
  bodyBytes: Schema.String,
  /** Epoch milliseconds. */
  receivedAt: Schema.Number,
  /**
   * The status of the answer, or `reset`, `cut`, or `abandoned` if the caller closed the connection first; absent while
   * the request is open.
   */
  answered: Schema.optionalKey(Schema.String),
  answeredAt: Schema.optionalKey(Schema.Number),
  /** The partner's finding: for a webhook, `verified` or the reason why it is not. */
  finding: Schema.optionalKey(Schema.String)
})
export type LogEntry = typeof LogEntry.Type

/** The filters of the entries, combined with AND. */
export interface LogFilter {
  readonly partner?: string
  readonly order?: string
  readonly path?: string
}

export class RequestLog extends Context.Service<RequestLog, {
  /** Adds a request, and counts it. */
  readonly received: (
    request: Omit<LogEntry, "id" | "number" | "receivedAt" | "answered" | "answeredAt" | "finding">
  ) => Effect.Effect<LogEntry>
  /** Completes an entry; a second call is ignored. */
  readonly answered: (id: number, answer: string, finding?: string) => Effect.Effect<void>
  readonly entries: (filter: LogFilter) => Effect.Effect<ReadonlyArray<LogEntry>>
  /** Removes all entries, and resets the counts. */
  readonly clear: Effect.Effect<void>
}>()("@sluice/partners/RequestLog") {
  static readonly layer = Layer.sync(RequestLog, () => {
    const entries: Array<LogEntry> = []
    const counts = new Map<string, number>()
    let lastId = 0

    const received = Effect.fnUntraced(function*(
      request: Omit<LogEntry, "id" | "number" | "receivedAt" | "answered" | "answeredAt" | "finding">
    ) {
      const receivedAt = yield* Clock.currentTimeMillis
      const subject = JSON.stringify([request.partner, request.path, request.order ?? null])
      const number = (counts.get(subject) ?? 0) + 1
      counts.set(subject, number)
      lastId += 1
      const entry: LogEntry = { ...request, id: lastId, number, receivedAt }
      entries.push(entry)
      return entry
    })

    const answered = Effect.fnUntraced(function*(id: number, answer: string, finding?: string) {
      const answeredAt = yield* Clock.currentTimeMillis
      const index = entries.findIndex((entry) => entry.id === id)
      const entry = entries[index]
      if (entry !== undefined && entry.answered === undefined) {
        entries[index] = { ...entry, answered: answer, answeredAt, ...(finding !== undefined && { finding }) }
      }
    })

    return RequestLog.of({
      received,
      answered,
      entries: (filter) =>
        Effect.sync(() =>
          entries.filter((entry) =>
            (filter.partner === undefined || entry.partner === filter.partner) &&
            (filter.order === undefined || entry.order === filter.order) &&
            (filter.path === undefined || entry.path === filter.path)
          )
        ),
      clear: Effect.sync(() => {
        entries.length = 0
        counts.clear()
      })
    })
  })
}
