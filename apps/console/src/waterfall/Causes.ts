/**
 * The causal record of an order as a waterfall: each entry below the one that it follows from, synchronous and
 * asynchronous work on one scale. Pure: the time is given.
 */
import type { TimelineEntry } from "../api/Documents.ts"
import { type Tone, toneOf } from "../api/StateTone.ts"
import { timeOf } from "../environment/Now.ts"
import type { Bar } from "./Layout.ts"

export interface CausalLine {
  readonly entry: TimelineEntry
  /** The number of entries above it, up to its root. */
  readonly depth: number
  readonly bar: Bar
  readonly tone: Tone
  /** Sent after the run has gone on, or ended: deliveries and their attempts. */
  readonly isAsync: boolean
}

export interface CausalWaterfall {
  readonly lines: ReadonlyArray<CausalLine>
  readonly spanMs: number
}

/** The entries in the order of a tree: each one's consequences below it, oldest first. */
const inTreeOrder = (
  entries: ReadonlyArray<TimelineEntry>,
  root: string | undefined
): ReadonlyArray<{ readonly entry: TimelineEntry; readonly depth: number }> => {
  const known = new Set(entries.map(({ id }) => id))
  const below = new Map<string, Array<TimelineEntry>>()
  const tops: Array<TimelineEntry> = []
  for (const entry of entries) {
    const { cause } = entry
    if (cause === undefined || !known.has(cause) || cause === entry.id) tops.push(entry)
    else below.set(cause, [...below.get(cause) ?? [], entry])
  }
  const placed: Array<{ readonly entry: TimelineEntry; readonly depth: number }> = []
  const open = root === undefined ? tops : entries.filter(({ id }) => id === root)
  const stack = open.toReversed().map((entry) => ({ entry, depth: 0 }))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { entry, depth } = next
    placed.push(next)
    stack.push(...(below.get(entry.id) ?? []).toReversed().map((one) => ({ entry: one, depth: depth + 1 })))
  }
  return placed
}

/** The colour of a timeline entry, by the state that its summary names. */
export const toneOfEntry = ({ kind, summary }: Pick<TimelineEntry, "kind" | "summary">): Tone => {
  if (kind === "attempt") return /: 2\d\d$/.test(summary) ? "ok" : "bad"
  if (kind === "submitted" || kind === "version" || kind === "operator") return "idle"
  const named = kind === "callout" || kind === "probe" || kind === "callback" ? summary : summary.split(": ")[0] ?? ""
  return toneOf(named.split(" ").at(-1) ?? "")
}

const isOpen = ({ durationMs, kind, summary }: TimelineEntry): boolean =>
  durationMs === undefined && (kind === "run" || kind === "step") && / (?:running|waiting|compensating)\b/.test(summary)

/** `root`: only this entry and what follows from it. `now`: epoch milliseconds, the end of what is still open. */
export const causalWaterfall = (
  entries: ReadonlyArray<TimelineEntry>,
  now: number,
  root?: string
): CausalWaterfall => {
  const placed = inTreeOrder(entries, root).map(({ depth, entry }) => {
    const from = timeOf(entry.at)
    const open = isOpen(entry)
    return { depth, entry, from, open, to: open ? Math.max(now, from) : from + (entry.durationMs ?? 0) }
  })
  const begin = Math.min(...placed.map(({ from }) => from))
  const end = Math.max(...placed.map(({ to }) => to))
  const spanMs = placed.length === 0 ? 1 : Math.max(1, end - begin)
  return {
    lines: placed.map(({ depth, entry, from, open, to }) => ({
      entry,
      depth,
      bar: { left: (100 * (from - begin)) / spanMs, width: (100 * (to - from)) / spanMs, open },
      tone: toneOfEntry(entry),
      isAsync: entry.kind === "delivery" || entry.kind === "attempt"
    })),
    spanMs
  }
}
