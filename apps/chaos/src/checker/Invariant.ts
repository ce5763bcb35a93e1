/** One invariant, and the evidence sorted so that it can be checked. */
import type { Asked, CalloutRow, Evidence, OrderRow, RunRow, StepRow } from "../evidence/Evidence.ts"

/** The evidence, grouped for the invariants. */
export interface Case extends Evidence {
  readonly orders: ReadonlyMap<string, OrderRow>
  readonly runs: ReadonlyMap<string, RunRow>
  readonly stepsOf: ReadonlyMap<string, ReadonlyArray<StepRow>>
  readonly calloutsOfKey: ReadonlyMap<string, ReadonlyArray<CalloutRow>>
  /** The requests of runs' steps, by key, in order of arrival. */
  readonly calls: ReadonlyArray<Call>
  readonly callsOfKey: ReadonlyMap<string, ReadonlyArray<Call>>
  /** The requests of each order's runs, in order of arrival. */
  readonly callsOfOrder: ReadonlyMap<string, ReadonlyArray<Call>>
}

/** A request of a step of a run. */
export interface Call extends Asked {
  readonly runId: string
  readonly step: number
}

export interface Invariant {
  readonly name: string
  /** The promise in words, with its source. */
  readonly promise: string
  /** One sentence for each violation. */
  readonly violations: (evidence: Case) => ReadonlyArray<string>
}

/** Paths of this kind are asked by deliveries, not by steps. */
const byDeliveries: ReadonlySet<string> = new Set(["hook", "export"])

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

/** The step that a key was derived for: `<run>-<step>-<request>`. A retry may inherit it, and is found by its records. */
export const derivedFrom = (key: string): { readonly runId: string; readonly step: number } | undefined => {
  const [, hex = "", step = ""] = /^([0-9a-f]{32})-(\d+)-\d+/.exec(key) ?? []
  return hex === "" ? undefined : { runId: uuid(hex), step: Number(step) }
}

/** The evidence as invariants read it, sorted by the time of arrival, which is the log's own order. */
export const caseOf = (evidence: Evidence): Case => {
  const { rows } = evidence
  const orders = new Map(rows.orders.map((order) => [order.id, order]))
  const runs = new Map(rows.runs.map((run) => [run.id, run]))
  const calloutsOfKey = Map.groupBy(rows.callouts, ({ key }) => key)
  const calls = evidence.asked.filter(({ kind }) => !byDeliveries.has(kind)).map((asked): Call => {
    const records = calloutsOfKey.get(asked.key) ?? []
    const runIds = new Set(records.map(({ runId }) => runId))
    const derived = derivedFrom(asked.key)
    // Several runs have called under an inherited key: the caller cannot be told, so none is accused.
    const of = runIds.size > 1 ? undefined : derived
    return { ...asked, runId: of?.runId ?? "", step: of?.step ?? -1 }
  })
  return {
    ...evidence,
    orders,
    runs,
    stepsOf: Map.groupBy(rows.steps, ({ runId }) => runId),
    calloutsOfKey,
    calls,
    callsOfKey: Map.groupBy(calls, ({ key }) => key),
    callsOfOrder: Map.groupBy(
      calls.filter(({ runId }) => runs.has(runId)),
      ({ runId }) => runs.get(runId)?.orderId ?? ""
    )
  }
}

/** The time in which a resumed process may still send what it was about to send when it was paused. */
const wakingMs = 3000

/**
 * True if the sender was stopped between its check of the lease and the socket, which the contract allows for (section
 * 10.3): what it then sends carries a key that was used before.
 */
export const wasPaused = ({ pauses }: Evidence, { arrivedAt, sender }: Asked): boolean =>
  pauses.some((pause) => pause.sender === sender && arrivedAt >= pause.from && arrivedAt <= pause.until + wakingMs)
