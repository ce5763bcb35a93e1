/**
 * The state in which two worlds must agree to count as the same: everything but random ids, and times but for how far
 * away they are.
 */
import type { Tables } from "./Tables.ts"

/** 53 bits of a text. */
export const hash = (text: string): number => {
  let h1 = 0xdeadbeef
  let h2 = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    h1 = Math.imul(h1 ^ code, 2654435761)
    h2 = Math.imul(h2 ^ code, 1597334677)
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909)
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909)
  return 4294967296 * (2097151 & h2) + (h1 >>> 0)
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const random = /[0-9a-f]{16,32}/g
const time = /\b1\d{12}\b|\b\d{4}-\d\d-\d\dT[\d:.]+Z|"durationMs\\?":[\d.]+/g

/** Digests of random tokens have 32 bytes. */
const bytesText = (bytes: Uint8Array): string => bytes.byteLength === 32 ? "digest" : [...bytes].join()

export interface Canon {
  /** From now on the id is told from others. */
  readonly name: (id: string, label: string) => void
  readonly label: (id: string) => string
  readonly text: (value: unknown) => string
  readonly tables: (tables: Tables, now: number) => unknown
  /** All rows but those of workers, without times. */
  readonly rows: (tables: Tables) => unknown
}

export const make = (): Canon => {
  const labels = new Map<string, string>()
  const rows = new WeakMap<object, string>()

  const plain = (text: string) =>
    text.replaceAll(uuid, (id) => labels.get(id) ?? "*").replaceAll(random, "*").replaceAll(time, "T")

  const text = (value: unknown): string =>
    plain(JSON.stringify(value, (_, one: unknown) => one instanceof Uint8Array ? bytesText(one) : one) ?? "")

  /** Rows never change. */
  const row = (value: object): string => {
    const known = rows.get(value) ?? text(value)
    rows.set(value, known)
    return known
  }

  const away = (at: number | null, now: number) => at === null ? null : Math.max(-1, at - now)

  const mark = (json: string | null, now: number) =>
    json === null ? null : text(JSON.parse(json)) + away((JSON.parse(json) as { dueAt?: number }).dueAt ?? null, now)

  return {
    name: (id, label) => {
      const others = [...labels.values()].filter((other) => other.startsWith(label)).length
      labels.set(id, others === 0 ? label : `${label} (${others + 1})`)
    },
    label: (id) => labels.get(id) ?? "",
    text,
    rows: ({ callbacks, callouts, orders, runs, steps, tokens }) => [
      [...runs.values()].map(row),
      [...orders.values()].map(({ version }) => version),
      ...[steps, callouts, callbacks].map((table) => [...table.values()].map(row).toSorted()),
      [...tokens.values()].map(({ step }) => step)
    ],
    tables: (tables, now) => [
      [...tables.workers.values()].map(({ alive_until, epoch, fenced, id, left_orderly }) => [
        labels.get(id),
        epoch,
        fenced,
        left_orderly,
        fenced ? 0 : away(alive_until, now)
      ]),
      [...tables.runs.values()].map((run) => [
        row(run),
        away(run.due_at, now),
        mark(run.wait_mark, now),
        mark(run.open_mark, now)
      ]),
      [...tables.orders.values()].map(({ version }) => version),
      [...tables.steps.values()].map(row).toSorted(),
      [...tables.callouts.values()].map(row).toSorted(),
      [...tables.tokens.values()].map(({ deadline, step }) => [step, away(deadline, now)]),
      [...tables.callbacks.values()].map(row).toSorted()
    ]
  }
}
