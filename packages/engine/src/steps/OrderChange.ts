/**
 * Computes a step's changes to the order: its patch, the `errors[]` it clears or adds, the status that a failure sets.
 * Pure, because it is repeated on the newest version if the order was changed meanwhile. Contract: section 6.
 */
import type { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { inTurns } from "@sluice/domain/internal/json/LargeText"
import { copySteps } from "@sluice/domain/internal/json/ObjectMembers"
import { makePace } from "@sluice/domain/internal/json/Steps"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { becomeNextVersion, nextVersion, type Order } from "@sluice/domain/order/Order"
import { mergePatch, mergePatchSteps, type PatchMerge } from "@sluice/domain/order/OrderPatch"
import { Effect } from "effect"
import type { Document } from "../journal/Journal.ts"
import { documentOf } from "./DocumentText.ts"

export interface OrderChange {
  readonly patch?: JsonObject
  /** Removes entries of `errors[]` whose `source` is this. */
  readonly clearErrorsOf?: string
  /** Appended to `errors[]`. */
  readonly error?: { readonly source: string; readonly stepId: string; readonly message: string; readonly at: string }
  readonly status?: string
}

export interface ChangedOrder {
  /** Absent where nothing changed: no version is made. */
  readonly document?: Document
  /** The members that the partner's patch changed, for its record. */
  readonly changes: ReadonlyArray<PatchedMember>
  readonly warning?: string
}

const errorsOf = (order: JsonObject): ReadonlyArray<JsonObject> =>
  Array.isArray(order.errors) ? order.errors as ReadonlyArray<JsonObject> : []

/** Merges that were made in turns, by patch, each with the order that it was made with. */
const prepared = new WeakMap<JsonObject, { readonly order: Order; readonly merge: PatchMerge }>()

/** Copies of large documents, made beforehand; each becomes one next version. */
const copies = new WeakMap<JsonObject, Record<string, Json>>()

/** Merges a patch into a large order, or a large patch into any, and copies the result: in turns, for `changeOrder` to find. */
export const prepareChange = (order: Order, patch: JsonObject | undefined): Effect.Effect<void> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const merge = patch === undefined ? undefined : yield* inTurns(mergePatchSteps(order, patch))
    if (patch !== undefined && merge !== undefined) prepared.set(patch, { order, merge })
    const merged = merge?.order ?? order
    copies.set(merged, yield* inTurns(copySteps(merged, makePace())))
  }))

const nextOf = (merged: JsonObject, version: number, at: string, members: JsonObject): Order => {
  const copy = copies.get(merged)
  if (copy === undefined) return nextVersion(merged, version, at, members)
  copies.delete(merged)
  return becomeNextVersion(copy, version, at, members)
}

const mergeOf = (order: Order, patch: JsonObject): PatchMerge => {
  const ready = prepared.get(patch)
  return ready?.order === order ? ready.merge : mergePatch(order, patch)
}

/** Applies `change` to a document; `at` gives the ISO time of the new version, where there is one. */
export const changeOrder = (document: Document, change: OrderChange, at: () => string): ChangedOrder => {
  const { order } = document
  const merged = change.patch === undefined ? { order, changes: [] } : mergeOf(order, change.patch)
  const { clearErrorsOf } = change
  const before = errorsOf(merged.order)
  const others = clearErrorsOf === undefined ? before : before.filter((error) => error.source !== clearErrorsOf)
  const errors = change.error !== undefined ? [...others, change.error] : others
  const own: JsonObject = {
    ...((change.error !== undefined || others.length < before.length) && { errors }),
    ...(change.status !== undefined && merged.order.status !== change.status && { status: change.status })
  }

  const told = {
    changes: merged.changes,
    ...("warning" in merged && merged.warning !== undefined && { warning: merged.warning })
  }
  if (Object.keys(own).length === 0 && merged.changes.length === 0) return told
  return { ...told, document: documentOf(nextOf(merged.order, order.version, at(), own), document, change.patch) }
}
