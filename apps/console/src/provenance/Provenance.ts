/**
 * The order before and after a run, member by member, and the source of each change: the step and the attempt whose
 * answer patched the member, or else the entry of the order's history. Pure.
 */
import type { HistoryEntry, Order, ProcessEvent } from "../api/Documents.ts"
import { rawNumber } from "../api/ExactJson.ts"

export type Origin =
  | {
    readonly by: "step"
    readonly stepId: string
    readonly calloutId: string
    readonly attempt: number
    readonly at: string
  }
  | { readonly by: "history"; readonly source: string; readonly message: string; readonly at: string }
  /** The change was made by another run, or by a PATCH. */
  | { readonly by: "unknown" }

export interface MemberChange {
  /** A JSON pointer. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  readonly origin: Origin
}

/** Members that the server writes with every change. */
const bookkeeping = new Set(["/version", "/updatedAt"])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && rawNumber(value) === undefined

/** Texts that were made: each value of a history is compared with many members. */
const texts = new WeakMap<object, string>()

const textOf = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const known = texts.get(value) ?? JSON.stringify(value)
  texts.set(value, known)
  return known
}

const equal = (a: unknown, b: unknown): boolean => a === b || textOf(a) === textOf(b)

const step = (path: string, name: string): string => `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`

interface Difference {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

const collect = (before: unknown, after: unknown, path: string, found: Array<Difference>): void => {
  if (before === after) return
  if (!isObject(before) || !isObject(after)) {
    if (!equal(before, after)) found.push({ path, before, after })
    return
  }
  for (const name of Object.keys(before)) collect(before[name], after[name], step(path, name), found)
  for (const name of Object.keys(after)) {
    if (!Object.hasOwn(before, name)) collect(undefined, after[name], step(path, name), found)
  }
}

/** The members that differ: objects are compared member by member, lists as one value. */
export const differences = (before: unknown, after: unknown): ReadonlyArray<Difference> => {
  const found: Array<Difference> = []
  collect(before, after, "", found)
  return found
}

/** True if one of the paths equals the other or is inside it. */
const touches = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

interface Patch {
  readonly path: string
  readonly origin: Origin
}

/** The patches of this run's answers, oldest first. Patches of reused steps belong to the earlier run. */
const patchesOf = ({ steps }: Pick<ProcessEvent, "steps">): ReadonlyArray<Patch> =>
  steps.filter(({ reusedFrom }) => reusedFrom === undefined).flatMap(({ id, callouts }) =>
    callouts.flatMap((callout) =>
      (callout.patch ?? []).map(({ path }) => ({
        path,
        origin: {
          by: "step" as const,
          stepId: id,
          calloutId: callout.id,
          attempt: callout.attempt,
          at: callout.startedAt
        }
      }))
    )
  )

const fromHistory = (
  history: ReadonlyArray<HistoryEntry>,
  path: string,
  after: unknown
): Origin | undefined => {
  const name = path.split("/")[1] ?? ""
  const entry = history.findLast((entry) =>
    entry.after !== undefined &&
    (equal(entry.after, after) || (isObject(entry.after) && equal(entry.after[name], after)))
  )
  return entry === undefined
    ? undefined
    : { by: "history", source: entry.source, message: entry.message || entry.operation, at: entry.at }
}

/** Members that are shown of one run; a partner may have changed a hundred thousand. */
export const mostChanges = 500

/** The members that differ, up to `mostChanges`, each with the source of its last change. */
export const provenance = (
  before: Order,
  after: Order,
  event: Pick<ProcessEvent, "steps">,
  history: ReadonlyArray<HistoryEntry>
): ReadonlyArray<MemberChange> => {
  const patches = patchesOf(event)
  const changes = differences(before, after).filter(({ path }) => !bookkeeping.has(path)).slice(0, mostChanges)
  return changes.map((change) => ({
    ...change,
    origin: patches.findLast(({ path }) => touches(path, change.path))?.origin
      ?? fromHistory(history, change.path, change.after)
      ?? { by: "unknown" }
  }))
}

/** The versions of the order that a run began and ended with, as far as its record says. */
export const versionsOf = (
  { steps }: Pick<ProcessEvent, "steps">
): { readonly first: number; readonly last: number } | undefined => {
  const own = steps.filter(({ reusedFrom }) => reusedFrom === undefined).flatMap(({ callouts }) => callouts)
  const seen = own.flatMap(({ orderVersion, patch }) =>
    orderVersion === undefined
      ? []
      : patch === undefined || patch.length === 0
      ? [orderVersion]
      : [orderVersion, orderVersion + 1]
  )
  return seen.length === 0 ? undefined : { first: Math.min(...seen), last: Math.max(...seen) }
}
