/**
 * The order document: open JSON, of which some members are known. Unknown members are kept and returned as they came;
 * a known member of the wrong type is refused by name. Contract: section 3.
 */
import { isAddressable } from "../identity/Ids.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { copySteps } from "../json/ObjectMembers.ts"
import { atOnce, makePace, type Steps } from "../json/Steps.ts"

/** The type of a known member. */
type MemberType = "string" | "boolean" | "object" | "strings" | "objects" | "string or object"

/** The known members of an order and their types. `null` means "absent" and is allowed everywhere. */
export const knownMembers: Readonly<Record<string, MemberType>> = {
  id: "string",
  externalId: "string",
  orderNumber: "string",
  orderType: "string",
  status: "string",
  marketId: "string",
  marketGroupId: "string",
  storeId: "string",
  customerId: "string",
  customerEmail: "string",
  customerName: "string",
  customerPhone: "string",
  customerType: "string",
  billingAddress: "object",
  shippingAddress: "object",
  orderForm: "object",
  properties: "objects",
  tags: "strings",
  externalIds: "objects",
  orderNotes: "objects",
  publicOrderNotes: "objects",
  errors: "objects",
  assets: "objects",
  relatedOrders: "strings",
  followUpDate: "string",
  orderOrigin: "string",
  salesPersonId: "string",
  salesPersonName: "string",
  isReadOnly: "boolean",
  isNotificationsDisabled: "boolean",
  customerDetails: "object",
  billingDetails: "object",
  deliveryDetails: "object",
  orderDate: "string",
  orderItems: "objects",
  tracking: "object",
  payment: "object",
  payment_reference: "string",
  payment_status: "string",
  source: "string",
  total: "object",
  variant: "string",
  forSubscription: "string or object",
  originalOffer: "object",
  customFields: "object"
}

/** The members that the server adds; a client's values for them are ignored at submission and refused in a patch. */
export const serverMembers = ["createdAt", "updatedAt", "version"] as const

/** Members that are columns or keys, where a NUL or a lone surrogate cannot be stored. */
const indexedMembers = [
  "id",
  "externalId",
  "orderNumber",
  "orderType",
  "status",
  "marketId",
  "marketGroupId",
  "storeId",
  "customerId",
  "customerEmail"
] as const

/** The document of a stored order: the client's members and those that the server adds. */
export interface Order extends JsonObject {
  readonly id: string
  readonly orderType: string
  readonly status: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  /** The version, from 1, increased with each change. */
  readonly version: number
}

/** One fault of a document: where, and what to change. */
export interface Fault {
  readonly path: string
  readonly message: string
}

/** Faults that are told of one document. */
const mostFaults = 100

/**
 * Shortens a list of faults to the first ones; a last fault counts those that are left out. A document of 1 MiB may
 * have a hundred thousand.
 */
export const firstFaults = (faults: ReadonlyArray<Fault>): ReadonlyArray<Fault> =>
  faults.length <= mostFaults
    ? faults
    : [...faults.slice(0, mostFaults), { path: "", message: `has ${faults.length - mostFaults} more faults` }]

/** Places a fault of a part in the whole document, in which the part stands at `path`. */
export const faultBelow = (path: string, fault: Fault): Fault => {
  const whole = fault.path === "" ? path : fault.path.startsWith("[") ? path + fault.path : `${path}.${fault.path}`
  const repeats = fault.path !== "" && fault.message.startsWith(`${fault.path} `)
  return { path: whole, message: repeats ? whole + fault.message.slice(fault.path.length) : fault.message }
}

/** The fault as a sentence; some messages begin with the path themselves. */
export const faultText = ({ message, path }: Fault): string =>
  path === "" || message.startsWith(`${path} `) ? message : `${path} ${message}`

const descriptions: Record<MemberType, string> = {
  string: "a string",
  boolean: "true or false",
  object: "an object",
  strings: "a list of strings",
  objects: "a list of objects",
  "string or object": "a string or an object"
}

const fits = (type: MemberType, value: Json): boolean => {
  switch (type) {
    case "string":
      return typeof value === "string"
    case "boolean":
      return typeof value === "boolean"
    case "object":
      return isObject(value)
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string")
    case "objects":
      return Array.isArray(value) && value.every(isObject)
    case "string or object":
      return typeof value === "string" || isObject(value)
  }
}

/** The lists inside `orderForm` that are lists of objects. */
const formLists = ["lineItems", "shipments", "payments"] as const

/** The faults of the known members in `document`, in the order of the document. */
export const typeFaults = (document: JsonObject): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (const name of Object.keys(document)) {
    const value = document[name]
    if (value === null || value === undefined) continue
    const type = Object.hasOwn(knownMembers, name) ? knownMembers[name] : undefined
    if (type === undefined) continue
    if (!fits(type, value)) faults.push({ path: name, message: `must be ${descriptions[type]}` })
    else if (name === "orderForm") {
      for (const list of formLists) {
        const items = (value as JsonObject)[list]
        if (items !== null && items !== undefined && !fits("objects", items)) {
          faults.push({ path: `orderForm.${list}`, message: `must be ${descriptions.objects}` })
        }
      }
    }
  }
  return faults
}

/** True if PostgreSQL can store the text, so that it may be a key: it has no NUL and no lone surrogate. */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

/** Members by which the API's paths name the order and its customer. */
const addressMembers: ReadonlySet<string> = new Set(["id", "customerId"])

/**
 * The largest length of an indexed member, in characters: a longer one does not fit into an index entry of PostgreSQL.
 */
export const longestIndexed = 500

const storableFaults = (document: JsonObject): ReadonlyArray<Fault> =>
  indexedMembers.flatMap((name) => {
    const value = document[name]
    if (typeof value !== "string") return []
    if (!isStorable(value)) {
      return [{ path: name, message: "must not hold a NUL character or half of a surrogate pair" }]
    }
    if (addressMembers.has(name) && !isAddressable(value)) {
      return [{ path: name, message: `must not be ${JSON.stringify(value)}: no URL can name it` }]
    }
    return value.length > longestIndexed && name !== "id"
      ? [{ path: name, message: `must have at most ${longestIndexed} characters` }]
      : []
  })

/** Everything that is wrong with a submitted document; an empty list means that it can be stored. */
export const submissionFaults = (document: Json): ReadonlyArray<Fault> => {
  if (!isObject(document)) return [{ path: "", message: "must be a JSON object, the order" }]
  const faults = [...typeFaults(document), ...storableFaults(document)]
  if (document.orderType === undefined || document.orderType === null || document.orderType === "") {
    faults.push({ path: "orderType", message: "is missing: say what the customer did, for example NEW_ORDER" })
  }
  if (typeof document.id === "string" && (document.id.length < 1 || document.id.length > 128)) {
    faults.push({ path: "id", message: "must have 1 to 128 characters" })
  }
  return firstFaults(faults)
}

/** The faults for which a merged or patched document cannot be stored. */
export const storedFaults = (document: JsonObject): ReadonlyArray<Fault> => [
  ...typeFaults(document),
  ...storableFaults(document)
]

const ofServer: ReadonlySet<string> = new Set(serverMembers)

/** Makes version 1 of an order as `firstVersion` does, in steps between which the caller may pause. */
export function* firstVersionSteps(submitted: JsonObject, id: string, at: string): Steps<Order> {
  const document = yield* copySteps(submitted, makePace(), ofServer)
  document.id = id
  document.status = typeof submitted.status === "string" ? submitted.status : "New"
  document.createdAt = document.updatedAt = at
  document.version = 1
  return document as Order
}

/**
 * The document at version 1: the submitted members, except those that only the server sets, then id, status and the
 * server's members.
 */
export const firstVersion = (submitted: JsonObject, id: string, at: string): Order =>
  atOnce(firstVersionSteps(submitted, id, at))

/** Makes a copy of a document its next version, in place. */
export const becomeNextVersion = (
  copy: Record<string, Json>,
  version: number,
  at: string,
  members: JsonObject = {}
): Order => {
  Object.assign(copy, members)
  copy.updatedAt = at
  copy.version = version + 1
  return copy as Order
}

/** Makes the next version of a document as `nextVersion` does, in steps between which the caller may pause. */
export function* nextVersionSteps(
  document: JsonObject,
  version: number,
  at: string,
  members?: JsonObject
): Steps<Order> {
  return becomeNextVersion(yield* copySteps(document, makePace()), version, at, members)
}

/**
 * The document one version later, with `members` in place of its own. It is copied once: copying a large document takes
 * some tens of milliseconds.
 */
export const nextVersion = (document: JsonObject, version: number, at: string, members?: JsonObject): Order =>
  atOnce(nextVersionSteps(document, version, at, members))
