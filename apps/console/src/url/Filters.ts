/**
 * The filters of a list in the address: plain names and texts, so that a filter can be bookmarked and shared. Unknown
 * and empty ones are dropped.
 */
import { isoOf } from "../environment/Now.ts"

export interface OrderSearch {
  /** An id, an external id, or an e-mail address. */
  readonly q?: string
  readonly orderType?: string
  readonly status?: string
  /** A moment, or a time before now: `-1h`. */
  readonly after?: string
  readonly before?: string
}

export interface RunSearch {
  readonly q?: string
  readonly state?: string
  readonly pipeline?: string
  readonly partner?: string
  /** The id of the step that failed. */
  readonly step?: string
  /** Of that step's last call. */
  readonly outcome?: string
  /** `true`: only runs in which a step failed; `unsettled`: only those that remain to be put right. */
  readonly errors?: string
  readonly after?: string
  readonly before?: string
}

export interface DeliverySearch {
  readonly endpoint?: string
  readonly type?: string
  readonly state?: string
  readonly order?: string
}

export interface SubscriptionSearch {
  readonly customer?: string
  readonly order?: string
  readonly status?: string
}

export interface IssueSearch {
  /** The state of the issues; absent: open ones; `any`: all. */
  readonly state?: string
  readonly pipeline?: string
}

export interface OverviewSearch {
  /** The time window; absent: the last ten minutes. */
  readonly window?: string
}

export interface JobSearch {
  readonly kind?: string
  readonly state?: string
}

export interface AuditSearch {
  readonly actor?: string
  readonly action?: string
  /** A path. */
  readonly resource?: string
  readonly after?: string
  readonly before?: string
}

const auditNames = ["actor", "action", "resource", "after", "before"] as const
const issueNames = ["state", "pipeline"] as const
const jobNames = ["kind", "state"] as const
const deliveryNames = ["endpoint", "type", "state", "order"] as const
const subscriptionNames = ["customer", "order", "status"] as const
const orderNames = ["q", "orderType", "status", "after", "before"] as const
const runNames = ["q", "state", "pipeline", "partner", "step", "outcome", "errors", "after", "before"] as const

/** The named members that are not empty. */
export const picked = <const Name extends string>(
  names: ReadonlyArray<Name>,
  given: Readonly<Record<string, unknown>>
): { readonly [N in Name]?: string } => {
  const found: { [N in Name]?: string } = {}
  for (const name of names) {
    const value = given[name]
    const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : ""
    if (text !== "") found[name] = text
  }
  return found
}

export const overviewSearch = (given: Readonly<Record<string, unknown>>): OverviewSearch => picked(["window"], given)
export const orderSearch = (given: Readonly<Record<string, unknown>>): OrderSearch => picked(orderNames, given)
export const runSearch = (given: Readonly<Record<string, unknown>>): RunSearch => picked(runNames, given)
export const auditSearch = (given: Readonly<Record<string, unknown>>): AuditSearch => picked(auditNames, given)
export const deliverySearch = (given: Readonly<Record<string, unknown>>): DeliverySearch => picked(deliveryNames, given)

export const issueSearch = (given: Readonly<Record<string, unknown>>): IssueSearch => picked(issueNames, given)
export const jobSearch = (given: Readonly<Record<string, unknown>>): JobSearch => picked(jobNames, given)

export const subscriptionSearch = (given: Readonly<Record<string, unknown>>): SubscriptionSearch =>
  picked(subscriptionNames, given)

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The time that a filter names: `-15m`, `-2h` or `-7d` before `now`, or an ISO 8601 date; `undefined` for another text. */
export const momentOf = (text: string | undefined, now: number): string | undefined => {
  const [, amount = "", unit = ""] = /^-(\d{1,5})([mhd])$/.exec(text ?? "") ?? []
  const length = units[unit]
  if (length !== undefined) return isoOf(now - Number(amount) * length)
  return text === undefined || !/^\d{4}-\d\d-\d\d/.test(text) ? undefined : text
}

/** The possible meanings of a search text. */
export type Sought =
  | { readonly kind: "email"; readonly email: string }
  | { readonly kind: "processEvent"; readonly id: string }
  | { readonly kind: "delivery"; readonly id: string }
  | { readonly kind: "order"; readonly id: string }

export const soughtOf = (text: string): Sought => {
  const id = text.trim()
  if (/^process_event-[0-9a-f]{32}$/.test(id)) return { kind: "processEvent", id }
  if (/^delivery-[0-9a-f]{32}$/.test(id)) return { kind: "delivery", id }
  return id.includes("@") ? { kind: "email", email: id } : { kind: "order", id }
}

/** The shortest part of an id that the API searches for, in characters. */
const shortestPart = 4

/** True if the text is searched for as a part of an id: it is long enough, and is no complete generated id. */
export const isPartOfId = (id: string): boolean => id.length >= shortestPart && !/^order-[0-9a-f]{32}$/.test(id)

/** The query of an address, read and written as plain texts. */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search))

export const stringifySearch = (search: Readonly<Record<string, unknown>>): string => {
  const written = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== "") written.set(name, String(value))
  }
  return written.size === 0 ? "" : `?${written}`
}
