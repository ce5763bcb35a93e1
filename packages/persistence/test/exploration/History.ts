/**
 * A history of what a database was asked and answered, and the question whether the model could have answered the same:
 * whether there is an order of the statements, each somewhere between its question and its answer, in which every answer
 * is the model's (linearizability). Times are the database's, epoch milliseconds; places count questions and answers.
 */
import { execute, statementOf } from "./DatabaseModel.ts"
import type { Row } from "./StatementModels.ts"
import { copy, empty, type Tables } from "./Tables.ts"

export interface Question {
  readonly process: string
  readonly text: string
  readonly parameters: ReadonlyArray<unknown>
  readonly place: number
  readonly at: number
  /** Absent where the answer was lost: the statement may have been executed. */
  answer?: { readonly place: number; readonly at: number; readonly rows: ReadonlyArray<StoredRow> }
}

/** By position, or by name. */
export type StoredRow = ReadonlyArray<unknown> | Row

/** As JSON: bytes and dates are told from texts. */
export const encode = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? { $bytes: [...value] }
    : value !== null && typeof value === "object" && "getTime" in value
    ? { $at: (value as { readonly getTime: () => number }).getTime() }
    : typeof value === "bigint"
    ? Number(value)
    : Array.isArray(value)
    ? value.map(encode)
    : value === undefined
    ? null
    : value

export const decode = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(decode)
    : value !== null && typeof value === "object" && "$bytes" in value
    ? Uint8Array.from(value.$bytes as ReadonlyArray<number>)
    : value !== null && typeof value === "object" && "$at" in value
    ? value.$at
    : value

export const encodeRow = (row: ReadonlyArray<unknown> | Row): StoredRow =>
  Array.isArray(row)
    ? row.map(encode)
    : Object.fromEntries(Object.entries(row).map(([name, value]) => [name, encode(value)]))

/** The columns of a model's row that the recorded answer has. */
const like = (heard: StoredRow, row: Row): unknown =>
  Array.isArray(heard)
    ? Object.values(row).map(encode)
    : Object.keys(heard).map((name) => encode(row[name]))

const plain = (row: StoredRow): unknown => Array.isArray(row) ? row : Object.values(row)

/** Rows have no order that anybody relies on. */
const agrees = ({ answer }: Question, rows: ReadonlyArray<Row>): boolean => {
  if (answer === undefined) return true
  const [first] = answer.rows
  if (answer.rows.length !== rows.length) return false
  if (first === undefined) return true
  const heard = answer.rows.map((row) => JSON.stringify(plain(row))).toSorted()
  const modelled = rows.map((row) => JSON.stringify(like(first, row))).toSorted()
  return heard.every((one, i) => one === modelled[i])
}

export interface Verdict {
  readonly explained: number
  /** The statements of which one must be wrong, where no order explains all answers. */
  readonly stuck: ReadonlyArray<string>
}

interface Place {
  readonly tables: Tables
  readonly left: ReadonlyArray<Question>
}

/** The statements that may have been executed next, the likeliest first. */
const candidates = (left: ReadonlyArray<Question>): ReadonlyArray<Question> => {
  const latest = Math.min(...left.map(({ answer }) => answer?.place ?? Infinity))
  return left.filter(({ place }) => place < latest)
    .toSorted((a, b) => (a.answer?.place ?? Infinity) - (b.answer?.place ?? Infinity))
}

/** At either end of the time in which it may have been executed. */
const tried = (question: Question, { left, tables }: Place): ReadonlyArray<Place> => {
  const parameters = question.parameters.map(decode)
  for (const at of new Set([question.answer?.at ?? question.at, question.at])) {
    const next = copy(tables)
    if (agrees(question, execute(next, at, question.text, parameters))) {
      return [{ tables: next, left: left.filter((other) => other !== question) }]
    }
  }
  return []
}

/** The key of a place: statements in another order that led to the same tables are at the same place. */
const keyOf = ({ left, tables }: Place): string =>
  JSON.stringify([
    left.map(({ place }) => place),
    [...tables.workers.values()],
    [...tables.runs.values()],
    tables.steps.size,
    tables.versions.size,
    tables.callouts.size
  ])

export const check = (history: ReadonlyArray<Question>): Verdict => {
  const open: Array<Place> = [{ tables: empty(), left: history }]
  const seen = new Set<string>()
  let nearest = history
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place.left.length < nearest.length) nearest = place.left
    if (place.left.every(({ answer }) => answer === undefined)) return { explained: history.length, stuck: [] }
    const key = keyOf(place)
    if (seen.has(key)) continue
    seen.add(key)
    const here = place
    const next = candidates(here.left).flatMap((question) => tried(question, here))
    open.push(...next.toReversed())
  }
  return {
    explained: history.length - nearest.length,
    stuck: candidates(nearest).map(({ answer, process, text }) =>
      `${process}: ${statementOf(text).name} -> ${JSON.stringify(answer?.rows)}`
    )
  }
}

export const parse = (lines: string): ReadonlyArray<Question> =>
  lines.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Question)
