/**
 * Recomputes an order from its explanations. Every version is rebuilt member by member from `why`, every link of a chain is
 * compared with the timeline, every change with what its cause says, and every body that was sent with the version and
 * the cause that it tells of. Pure. Contract: sections 7 (`timeline`, `why`) and 9.
 */
import { atOnce } from "@sluice/domain/internal/json/Steps"
import { orderChangesSteps } from "@sluice/domain/internal/order/OrderChanges"
import { equals, isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { decodePatch, mergePatch } from "@sluice/domain/order/OrderPatch"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import type { Entry, Explanation, Link, OrderRecord, SentDelivery } from "../evidence/OrderRecord.ts"

/** Members that change with every version, whatever it follows from. */
const ofEveryVersion: ReadonlySet<string> = new Set(["version", "updatedAt"])

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equals(a, b)

const text = (value: Json | undefined): string => JSON.stringify(value) ?? "absent"

/** A member's value from version `from` to version `to`. */
interface Held {
  readonly from: number
  readonly to: number
  readonly value: Json | undefined
}

/** The order's timeline and explanations, sorted for the questions of this module. */
interface Subject extends OrderRecord {
  readonly entries: ReadonlyMap<string, Entry>
  readonly versionEntries: ReadonlyMap<number, Entry>
  readonly held: ReadonlyMap<string, ReadonlyArray<Held>>
  /** The versions rebuilt from the explanations. */
  readonly rebuilt: ReadonlyArray<JsonObject>
}

const heldOf = (explanations: ReadonlyArray<Explanation>): ReadonlyArray<Held> =>
  explanations.flatMap(({ asked, status, value, version }) =>
    status === 200 ? [{ from: version, to: asked, value }] : []
  )

const subjectOf = (record: OrderRecord): Subject => {
  const byMember = Map.groupBy(record.explanations, ({ member }) => member)
  const held = new Map([...byMember].map(([member, all]) => [member, heldOf(all)]))
  const rebuilt = record.versions.map((_, i) => {
    const members = [...held].flatMap(([member, all]) => {
      const value = all.find(({ from, to }) => from <= i + 1 && i + 1 <= to)?.value
      return value === undefined ? [] : [[member, value] as const]
    })
    return Object.fromEntries(members)
  })
  const versionEntries = record.timeline.flatMap((entry) =>
    entry.version === undefined || entry.kind !== "version" ? [] : [[entry.version, entry] as const]
  )
  return {
    ...record,
    held,
    rebuilt,
    entries: new Map(record.timeline.map((entry) => [entry.id, entry])),
    versionEntries: new Map(versionEntries)
  }
}

const causesFault = ({ entries, timeline }: Subject): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return timeline.flatMap(({ cause, id, kind }) => {
    const isFirst = kind === "submitted" || kind === "operator"
    const holds = isFirst ? cause === undefined : cause !== undefined && seen.has(cause)
    seen.add(id)
    if (holds) return []
    return [
      `${id} (${kind}) follows from ${cause}, which ${entries.has(cause ?? "") ? "stands below it" : "is not there"}`
    ]
  })
}

/** The member after a patch of the order before. */
const patchedBy = (before: JsonObject, patch: Json, member: string): Json | undefined => {
  const decoded = decodePatch(patch, "partner")
  return "patch" in decoded ? mergePatch(before as Order, decoded.patch).order[member] : undefined
}

/** The member `name` in any case, as partners may write it. */
const named = (object: JsonObject, name: string): Json | undefined =>
  Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1]

/** True if the partner's answer, as it was recorded, makes the value. */
const isAnswered = (subject: Subject, { member, version }: Explanation, link: Link): boolean => {
  const response = subject.answers.get(link.href)?.["response"]
  const body = isObject(response) ? response["body"] : undefined
  const patch = isObject(body) ? named(body, "orderpatch") : undefined
  const before = subject.rebuilt[version - 2]
  return patch !== undefined && before !== undefined && same(patchedBy(before, patch, member), link.after)
}

/** True if the pipeline's setting says the status: `completedStatus: "Done"`. */
const isSet = ({ chain, value }: Explanation): boolean =>
  chain.some(({ expression, kind }) => kind === "setting" && expression?.endsWith(`: ${text(value)}`) === true)

/** True if a retry put back what the member was before. */
const isPutBack = ({ held }: Subject, { member, value, version }: Explanation): boolean =>
  held.get(member)?.some((one) => one.to < version && same(one.value, value)) === true

/** True if the entry under the version explains the change. */
const computes = (subject: Subject, told: Explanation): boolean => {
  const { chain, member, value } = told
  const link = chain.slice(1).find(({ kind }) => kind !== "setting")
  if (link === undefined) return false
  if (ofEveryVersion.has(member) || link.kind === "submitted") return true
  const isOutcome = member === "status" ? isSet(told) : member === "errors"
  switch (link.kind) {
    case "callout":
    case "callback":
    case "probe":
      return isOutcome || (same(link.after, value) && isAnswered(subject, told, link))
    case "run":
      return isOutcome
    case "operator":
      return subject.entries.get(link.id)?.action === "order.update"
        ? same(link.after, value)
        : (member === "status" || member === "errors") && isPutBack(subject, told)
    default:
      return false
  }
}

/** The links of a chain follow from each other as the timeline says, down to an entry without a cause. */
const chainFault = ({ entries }: Subject, { chain }: Explanation): string | undefined => {
  const links = chain.filter(({ kind }) => kind !== "setting")
  for (const [place, { id }] of links.entries()) {
    const entry = entries.get(id)
    if (entry === undefined) return `its link ${id} is not in the timeline`
    if (entry.cause !== links[place + 1]?.id) {
      return `its link ${id} follows from ${entry.cause}, not from the next link`
    }
  }
  const last = links.at(-1)?.kind
  return last === "submitted" || last === "operator" ? undefined : `it ends with ${last}`
}

const explanationFault = (subject: Subject, told: Explanation): string | undefined => {
  const { chain, member, status, value, version } = told
  if (status === 404) return undefined
  if (status !== 200) return `was answered ${status}`
  const [first] = chain
  if (first?.id !== subject.versionEntries.get(version)?.id) {
    return `begins with ${first?.id}, not with version ${version}`
  }
  if (!same(first?.after, value)) return `begins with ${text(first?.after)}, and the value is ${text(value)}`
  const before = subject.held.get(member)?.find(({ to }) => to === version - 1)?.value
  if (!same(first?.before, before)) return `had ${text(before)} before, and its first link says ${text(first?.before)}`
  const broken = chainFault(subject, told)
  if (broken !== undefined) return broken
  if (member === "version" && value !== version) return `is ${text(value)} in version ${version}`
  return computes(subject, told) ? undefined : `does not follow from ${chain[1]?.kind} ${chain[1]?.id}: ${text(value)}`
}

const nested: ReadonlySet<string> = new Set(["order.updated", "order.status_changed"])
const ends: ReadonlySet<string> = new Set(["order.completed", "order.failed", "order.cancelled"])

const byPath = (all: ReadonlyArray<JsonObject>): Json =>
  all.toSorted((a, b) => String(a["path"]).localeCompare(String(b["path"])))

const updateFault = (subject: Subject, { body, cause }: SentDelivery): string | undefined => {
  const { after, before, cause: told, changes, order } = body as JsonObject
  const [last, next] = [subject.rebuilt[Number(before) - 1], subject.rebuilt[Number(after) - 1]]
  if (last === undefined || next === undefined || Number(after) !== Number(before) + 1) return `tells of ${text(after)}`
  if (!same(order, next)) return `has another order than version ${text(after)}`
  const computed = atOnce(orderChangesSteps(last, next)) as unknown as ReadonlyArray<JsonObject>
  if (!same(byPath(changes as ReadonlyArray<JsonObject>), byPath(computed))) {
    return `tells of other changes: ${text(changes)}`
  }
  const entry = subject.versionEntries.get(Number(after))
  if (cause !== entry?.id) return `is caused by ${cause}, not by version ${text(after)}`
  return told === entry?.cause
    ? undefined
    : `says that version ${text(after)} follows from ${text(told)}, not from ${entry?.cause}`
}

const orderFault = (subject: Subject, { body, cause, type }: SentDelivery): string | undefined => {
  const version = isObject(body) ? Number(body["version"]) : 0
  if (!same(body, subject.rebuilt[version - 1])) return `has another order than version ${version}`
  if (!ends.has(type)) {
    if (version !== 1) return `was submitted as version ${version}`
    return cause === subject.versionEntries.get(1)?.id ? undefined : `is caused by ${cause}, not by version 1`
  }
  const run = subject.runs.get(cause ?? "")
  const state = String(run?.["state"])
  const expected = state === "compensation-failed" ? "order.failed" : `order.${state}`
  return type === expected ? undefined : `is caused by ${cause}, which is ${state}`
}

const errorFault = (subject: Subject, { body, cause }: SentDelivery): string | undefined => {
  const { event, pluginErrorOutput, processEventId } = body as JsonObject
  if (!same(event, subject.rebuilt[0])) return "has another event than version 1"
  if (processEventId !== cause) return `tells of ${text(processEventId)} and is caused by ${cause}`
  const recorded = subject.runs.get(cause ?? "")?.["pluginErrorOutput"]
  return same(pluginErrorOutput, recorded)
    ? undefined
    : `tells of other failures than its run: ${text(pluginErrorOutput)}`
}

/** The fault of a message about what an ended run left behind: it follows from the run, and the order names its subject. */
const outcomeFault = (subject: Subject, { body, cause, type }: SentDelivery): string | undefined => {
  const run = subject.runs.get(cause ?? "")
  if (run === undefined) return `is caused by ${cause}, which is no run`
  if (type !== "subscription.created") return undefined
  const items = subject.rebuilt.at(-1)?.["orderItems"]
  const offer = (body as JsonObject)["offer"]
  const isItems = Array.isArray(items) && items.some((item) => isObject(item) && same(item["offer"], offer))
  return isItems ? undefined : `has an offer that no item of the order has: ${text(offer)}`
}

/** The call or the message of a step, and what was sent after it: an order in it is one of the versions. */
const stepMessageFault = (subject: Subject, { body, cause }: SentDelivery): string | undefined => {
  const kind = subject.entries.get(cause ?? "")?.kind
  if (kind !== "step" && kind !== "run" && kind !== "compensation") {
    return `is caused by ${cause}, which is no step or run`
  }
  const version = isObject(body) ? body["version"] : undefined
  if (typeof version !== "number") return undefined
  return same(body, subject.rebuilt[version - 1]) ? undefined : `has another order than version ${version}`
}

const faultOf = (subject: Subject, delivery: SentDelivery): string | undefined => {
  const { cause, endpointId, type } = delivery
  if (cause === undefined || !subject.entries.has(cause)) return `is caused by ${cause}, which is not in the timeline`
  if (endpointId === null) return stepMessageFault(subject, delivery)
  if (nested.has(type)) return updateFault(subject, delivery)
  if (ends.has(type) || type === webhookTypeOf(String(subject.rebuilt[0]?.["orderType"]))) {
    return orderFault(subject, delivery)
  }
  return type === "error" ? errorFault(subject, delivery) : outcomeFault(subject, delivery)
}

/** The version that the body of an order's message was made from. */
const versionOf = ({ body, endpointId, type }: SentDelivery): number | undefined => {
  if (endpointId === null || !isObject(body)) return undefined
  const version = nested.has(type) ? body["after"] : type.startsWith("order.") ? body["version"] : undefined
  return typeof version === "number" ? version : undefined
}

/** The deliveries that `toldTo` names are those that were sent from a version with the value. */
const audienceFault = (
  subject: Subject,
  { asked, member, toldTo, value, version }: Explanation
): string | undefined => {
  if (value === undefined || asked !== subject.versions.length) return undefined
  const of = new Set(subject.deliveries.flatMap((one) => {
    const from = versionOf(one)
    return one.attempts > 0 && from !== undefined && from >= version ? [one.id] : []
  }))
  const told = new Set(toldTo.map(({ deliveryId }) => deliveryId))
  const ofSteps = new Set(subject.deliveries.flatMap(({ endpointId, id }) => endpointId === null ? [id] : []))
  const missing = [...of].filter((id) => !told.has(id))
  const extra = [...told].filter((id) => !of.has(id) && !ofSteps.has(id))
  if (missing.length === 0 && extra.length === 0) return undefined
  return `${member} was told by ${missing.join(", ")} too, and not by ${extra.join(", ")}`
}

/** The contradictions in an order's explanations, one sentence each. */
export const unexplained = (record: OrderRecord): ReadonlyArray<string> => {
  const subject = subjectOf(record)
  const versions = record.versions.flatMap((version, i) =>
    same(version, subject.rebuilt[i]) ? [] : [`version ${i + 1} is explained as ${text(subject.rebuilt[i])}`]
  )
  const explanations = record.explanations.flatMap((told) => {
    const fault = explanationFault(subject, told)
    return fault === undefined ? [] : [`${told.member} of version ${told.asked} ${fault}`]
  })
  const audiences = record.explanations.flatMap((told) => audienceFault(subject, told) ?? [])
  const deliveries = record.deliveries.flatMap((one) => {
    const fault = faultOf(subject, one)
    return fault === undefined ? [] : [`${one.type} ${one.id} ${fault}`]
  })
  return [...causesFault(subject), ...versions, ...explanations, ...audiences, ...deliveries]
    .map((fault) => `order ${record.id}: ${fault}`)
}
