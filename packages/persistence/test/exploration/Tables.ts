/**
 * The rows of the journal's tables, in memory: rows are replaced and never changed, so that a copy of the tables is
 * cheap. Columns are named as in the migrations; times are epoch milliseconds.
 */

export interface WorkerRow {
  readonly id: string
  readonly epoch: number
  readonly alive_until: number
  readonly fenced: boolean
  readonly left_orderly: boolean
}

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly event_id: string
  readonly run_id: string
  readonly external_key: string | null
  readonly idempotency_key: string | null
  readonly fingerprint: Uint8Array | null
}

export interface RunRow {
  readonly id: string
  readonly order_id: string
  readonly event_id: string
  readonly pipeline: string
  readonly pipeline_version: number
  readonly shipment_id: string | null
  readonly state: string
  readonly reason: string | null
  readonly owner: string | null
  readonly due_at: number | null
  readonly held_for: string | null
  readonly start_version: number | null
  readonly created_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly failed_steps: number
  readonly takeovers: number
  readonly takeover_progress: number
  readonly wait_mark: string | null
  readonly open_mark: string | null
  readonly effects: string | null
  readonly cancel_requested: boolean
  readonly cancel_compensates: boolean
  readonly answered_step: number | null
}

export interface StepsRow {
  readonly run_id: string
  readonly index: number
  readonly state: string
  readonly next_version: number
  readonly record: string
}

export interface CalloutsRow {
  readonly run_id: string
  readonly id: string
  readonly step: number
  readonly outcome: string
  readonly record: string
  readonly form: string
  readonly body: Uint8Array | null
  readonly response: Uint8Array | null
}

export interface TokenRow {
  readonly run_id: string
  readonly step: number
  readonly deadline: number | null
}

export interface CallbackRow {
  readonly run_id: string
  readonly step: number
  readonly closed: boolean
  readonly at: number | null
  readonly headers: string | null
  readonly body: Uint8Array | null
  readonly fingerprint: Uint8Array | null
  readonly resolution: string | null
}

export interface Tables {
  readonly workers: Map<string, WorkerRow>
  readonly orders: Map<string, OrderRow>
  /** By order and version. */
  readonly versions: Map<string, string>
  readonly runs: Map<string, RunRow>
  /** By run and index. */
  readonly steps: Map<string, StepsRow>
  /** By run and id. */
  readonly callouts: Map<string, CalloutsRow>
  /** By the bytes of the digest. */
  readonly tokens: Map<string, TokenRow>
  /** By run and step. */
  readonly callbacks: Map<string, CallbackRow>
}

export const nobody = "00000000-0000-0000-0000-000000000000"

export const empty = (): Tables => ({
  workers: new Map([[nobody, {
    id: nobody,
    epoch: 0,
    alive_until: Infinity,
    fenced: true,
    left_orderly: false
  }]]),
  orders: new Map(),
  versions: new Map(),
  runs: new Map(),
  steps: new Map(),
  callouts: new Map(),
  tokens: new Map(),
  callbacks: new Map()
})

export const copy = (tables: Tables): Tables => ({
  workers: new Map(tables.workers),
  orders: new Map(tables.orders),
  versions: new Map(tables.versions),
  runs: new Map(tables.runs),
  steps: new Map(tables.steps),
  callouts: new Map(tables.callouts),
  tokens: new Map(tables.tokens),
  callbacks: new Map(tables.callbacks)
})

export const openStates: ReadonlySet<string> = new Set(["running", "waiting", "compensating"])

export const isOpenRun = ({ state }: RunRow): boolean => openStates.has(state)

/** The runs over an order. */
export const runsOver = (tables: Tables, orderId: string): ReadonlyArray<RunRow> =>
  [...tables.runs.values()].filter((run) => run.order_id === orderId)

export const byId = <A extends { readonly id: string }>(a: A, b: A): number => a.id < b.id ? -1 : a.id > b.id ? 1 : 0
