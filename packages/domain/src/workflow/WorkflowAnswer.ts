/**
 * Reads a partner's 2xx answer to a workflow step. Contract: section 6, `WebhookWorkflowStep`, "Response".
 *
 * Members are compared without regard to case at every depth; of two that differ only in case the last counts. Unknown
 * members mean nothing and are kept for the record. A known member of the wrong type makes the whole answer malformed,
 * so that no part of it takes effect.
 */
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { parseSteps } from "../json/SteppedJson.ts"
import { atOnce, type Steps } from "../json/Steps.ts"
import { decodeSteps, mostUnknown } from "../order/OrderPatch.ts"

/** `patch` has the order's own names and is ready to be merged; `unknown` has the first by path, as they came. */
interface Answered {
  readonly patch?: JsonObject
  readonly unknown?: JsonObject
}

export type WorkflowAnswer =
  | Answered & {
    readonly _tag: "Success"
    readonly actionStatus?: string
    /** The first `ErrorReason` that says something. */
    readonly reason?: string
    /** `actionStatus` is `Warning` or `Error`: the partner did its work and has something to say about it. */
    readonly warns?: true
  }
  /** The partner refuses. `patch`, if one came along, is recorded and not applied. */
  | Answered & { readonly _tag: "CancelWorkflow"; readonly reason: string; readonly actionStatus?: string }
  /** `message` names the member. */
  | { readonly _tag: "Malformed"; readonly message: string }

/** A member of the answer that cannot be read. Thrown and caught in this file alone. */
class Malformed extends Error {}

const byLowerCase = <Name extends string>(...names: ReadonlyArray<Name>): ReadonlyMap<string, Name> =>
  new Map(names.map((name) => [name.toLowerCase(), name]))

const answerNames = byLowerCase("OrderActionExecutionResults", "OrderPatch")
const resultNames = byLowerCase("ActionStatus", "CancelWorkflow", "ErrorReason")

/** The known members; the others go to `unknown`. */
const readMembers = <Name extends string>(
  object: JsonObject,
  names: ReadonlyMap<string, Name>,
  path: string,
  unknown: Array<[string, Json]>
): Partial<Record<Name, Json>> => {
  const members: Partial<Record<Name, Json>> = {}
  for (const written of Object.keys(object)) {
    const value = object[written] ?? null
    const name = names.get(written.toLowerCase())
    if (name !== undefined) members[name] = value
    else if (unknown.length < mostUnknown) unknown.push([path + written, value])
  }
  return members
}

const text = (value: Json | undefined, path: string): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value !== "string") throw new Malformed(`${path} must be a string`)
  return value
}

const flag = (value: Json | undefined, path: string): boolean => {
  if (value === undefined || value === null) return false
  if (typeof value !== "boolean") throw new Malformed(`${path} must be true or false`)
  return value
}

const resultsOf = (value: Json | undefined): ReadonlyArray<JsonObject> => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Malformed("OrderActionExecutionResults must be a list of objects")
  return value.map((item: Json, index) => {
    if (!isObject(item)) throw new Malformed(`OrderActionExecutionResults[${index}] must be an object`)
    return item
  })
}

function* patchOf(value: Json | undefined, unknown: Array<[string, Json]>): Steps<JsonObject | undefined> {
  if (value === undefined || value === null) return undefined
  const decoded = yield* decodeSteps(value, "partner")
  if ("faults" in decoded) {
    const [fault] = decoded.faults
    throw new Malformed(`OrderPatch${fault?.path ? `.${fault.path}` : ""} ${fault?.message}`)
  }
  for (const [name, member = null] of Object.entries(decoded.unknown ?? {})) {
    if (unknown.length < mostUnknown) unknown.push([`OrderPatch.${name}`, member])
  }
  return decoded.patch
}

const is = (status: string, name: string): boolean => status.trim().toLowerCase() === name

const isTrouble = (status: string): boolean => is(status, "error") || is(status, "warning")

/** Of several statuses an `Error` counts before a `Warning`, and that before the first of all others. */
const worstOf = (statuses: ReadonlyArray<string>): string | undefined =>
  statuses.find((status) => is(status, "error")) ?? statuses.find((status) => is(status, "warning")) ?? statuses[0]

function* interpret(body: JsonObject): Steps<WorkflowAnswer> {
  const unknown: Array<[string, Json]> = []
  const answer = readMembers(body, answerNames, "", unknown)
  let cancelled = false
  let reason: string | undefined
  const statuses: Array<string> = []
  resultsOf(answer.OrderActionExecutionResults).forEach((item, index) => {
    const path = `OrderActionExecutionResults[${index}].`
    const result = readMembers(item, resultNames, path, unknown)
    cancelled = flag(result.CancelWorkflow, `${path}CancelWorkflow`) || cancelled
    reason ||= text(result.ErrorReason, `${path}ErrorReason`)?.trim()
    const status = text(result.ActionStatus, `${path}ActionStatus`)
    if (status) statuses.push(status)
  })
  const actionStatus = worstOf(statuses)
  yield
  const patch = yield* patchOf(answer.OrderPatch, unknown)
  const answered = {
    ...(actionStatus === undefined ? {} : { actionStatus }),
    ...(patch === undefined ? {} : { patch }),
    ...(unknown.length === 0 ? {} : { unknown: Object.fromEntries(unknown) })
  }
  return cancelled
    ? { _tag: "CancelWorkflow", reason: reason || "CancelWorkflow without an ErrorReason", ...answered }
    : {
      _tag: "Success",
      ...(reason ? { reason } : {}),
      ...(actionStatus !== undefined && isTrouble(actionStatus) ? { warns: true as const } : {}),
      ...answered
    }
}

/** Reads the body of a 2xx answer, decoded as UTF-8. An empty body is a success that says nothing. */
export function* answerSteps(body: string): Steps<WorkflowAnswer> {
  const json = body.startsWith("\ufeff") ? body.slice(1) : body
  if (json.trim() === "") return { _tag: "Success" }
  try {
    const value = yield* parseSteps(json)
    if (!isObject(value)) throw new Malformed("the answer must be a JSON object")
    yield
    return yield* interpret(value)
  } catch (cause) {
    if (cause instanceof Malformed) return { _tag: "Malformed", message: cause.message }
    return {
      _tag: "Malformed",
      message: `the answer is not JSON: ${cause instanceof Error ? cause.message : "unreadable"}`
    }
  }
}

/** Reads a workflow's answer as `answerSteps` does, without a pause. */
export const readWorkflowAnswer = (body: string): WorkflowAnswer => atOnce(answerSteps(body))
