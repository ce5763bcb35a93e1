/** Orders, runs and records to fill a journal with. Ids ascend, as UUIDv7 do. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { nextVersion, type Order } from "@sluice/domain/order/Order"
import type { ClaimedRun, Document, Entry, NewRun, OrderWrite, StepRow, Submission } from "../journal/Journal.ts"

let ids = 0
export const nextId = (): string => `0199aaaa-0000-7000-8000-${(++ids).toString(16).padStart(12, "0")}`

/** The time of all fixtures, 2026-11-22T16:00:00Z. */
export const noon = 1_795_363_200_000
const at = "2026-11-22T16:00:00.000Z"

export const documentOf = (order: Order): Document => ({ order, text: JSON.stringify(order) })

export const newRun = (): NewRun => ({
  runId: nextId(),
  eventId: nextId(),
  pipeline: { name: "new-order", version: 1 },
  createdAt: noon
})

/** A fingerprint of 32 bytes `n`. */
export const fingerprint = (n: number): Uint8Array => new Uint8Array(32).fill(n)

export const submission = (members: Partial<Order> = {}, rest: Partial<Submission> = {}): Submission => ({
  document: documentOf({
    id: `order-${nextId().replaceAll("-", "")}`,
    orderType: "NEW_ORDER",
    status: "New",
    createdAt: at,
    updatedAt: at,
    version: 1,
    ...members
  } as Order),
  run: newRun(),
  ...rest
})

/** The order one version on, with `members` changed. */
export const writeOn = ({ order }: Document, members: Partial<Order>): OrderWrite => ({
  seen: order.version,
  before: order,
  document: documentOf({ ...nextVersion(order, order.version, at), ...members } as Order)
})

export const stepAt = (index: number, rest: Partial<StepRow> = {}): StepRow => ({
  index,
  phase: "steps",
  stepId: `step${index}`,
  name: "calloutPlugin",
  critical: false,
  state: "succeeded",
  startedAt: noon,
  finishedAt: noon + 5,
  ...rest
})

export const record = (rest: Partial<CalloutRecord> = {}): CalloutRecord => ({
  id: nextId(),
  request: 0,
  attempt: 1,
  endpoint: "https://partner.example.com/orders",
  method: "POST",
  idempotencyKey: nextId(),
  orderVersion: 1,
  startedAt: noon,
  durationMs: 12,
  headers: { "content-type": "application/json" },
  body: { form: "order" },
  response: { status: 200, headers: {}, body: Uint8Array.from([0x7b, 0x7d]) },
  outcome: "succeeded",
  ...rest
})

/** A minimal entry of a run, to be spread and added to. */
export const entryOf = (
  { orderId, runId, claimToken }: Pick<ClaimedRun, "orderId" | "runId" | "claimToken">,
  rest: Partial<Entry>
): Entry => ({
  runId,
  claimToken,
  orderId,
  callouts: [],
  history: [],
  ...rest
})

export const finished = { finish: { state: "completed", failedSteps: 0, at: noon + 10 } } as const
