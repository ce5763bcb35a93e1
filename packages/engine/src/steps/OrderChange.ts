/**
 * Computes a step's changes to the order: its patch, the `errors[]` it clears or adds, the status that a failure sets.
 * Pure, because it is repeated on the newest version if the order was changed meanwhile. Contract: section 6.
 */
import type { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { inTurns } from "@sluice/domain/internal/json/LargeText"
import type { JsonObject } from "@sluice/domain/json/Json"
import { nextVersion, type Order } from "@sluice/domain/order/Order"
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

/** Merges a large patch in turns, for `changeOrder` to find. */
export const mergeInTurns = (order: Order, patch: JsonObject): Effect.Effect<void> =>
  Effect.uninterruptible(
    Effect.map(inTurns(mergePatchSteps(order, patch)), (merge) => void prepared.set(patch, { order, merge }))
  )

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
  return { ...told, document: documentOf(nextVersion(merged.order, order.version, at(), own), document, change.patch) }
}
