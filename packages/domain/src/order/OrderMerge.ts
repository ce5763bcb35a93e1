/**
 * Merges the values of a patch into those of an order. Contract: section 6, "OrderPatch".
 *
 * Objects merge field by field at every depth; lists merge by what identifies their items; all else is replaced. Null
 * changes nothing unless it is forced. Where nothing changes the same reference comes back, so that a patch that says
 * what the order already says leaves no new version.
 *
 * The cost is proportional to the order and the patch, whatever they hold. A patch may name one item, or (in different
 * case) one member, thousands of times: what is merged into is therefore a draft, which is opened once, remembers what
 * identifies its parts, and becomes a value at the end.
 */
import { canonical, isObject, type Json, type JsonObject } from "../json/Json.ts"
import { copySteps, setMember } from "../json/ObjectMembers.ts"
import { equalSteps } from "../json/SteppedCanonical.ts"
import { atOnce, makePace, type Pace, type Steps } from "../json/Steps.ts"
import { type ForcedNames, forcedNames } from "./merge/ForcedNames.ts"
import { identity, listOf, type ListRule, orderStructure, type Structure, unstructured } from "./merge/MergeRules.ts"
import { withoutRemoved } from "./merge/RemovalConditions.ts"
import { mergeControls, opaqueNames } from "./PatchNames.ts"

/** A value of an order, or one that is being merged into. */
type Slot = Json | ObjectDraft | ListDraft

const isDraft = (slot: Slot | undefined): slot is ObjectDraft | ListDraft =>
  slot instanceof ObjectDraft || slot instanceof ListDraft

function* valueOf(slot: Slot | undefined, pace: Pace): Steps<Json | undefined> {
  return isDraft(slot) ? yield* slot.value(pace) : slot
}

const isList = (slot: Slot | undefined): slot is ReadonlyArray<Json> | ListDraft =>
  slot instanceof ListDraft || (Array.isArray(slot) && !isDraft(slot))

const isObjectSlot = (slot: Slot | undefined): slot is JsonObject | ObjectDraft =>
  slot instanceof ObjectDraft || (slot !== undefined && !isDraft(slot) && isObject(slot))

const openObject = (slot: JsonObject | ObjectDraft): ObjectDraft =>
  slot instanceof ObjectDraft ? slot : new ObjectDraft(slot)

const openList = (slot: Slot | undefined, rule: ListRule): ListDraft =>
  slot instanceof ListDraft ? slot : new ListDraft(listOf(slot as Json | undefined), rule)

/** The rules for merging one object of a patch. */
interface Manner {
  readonly structure: Structure
  /** Names are those of the order, or of a member whose content is not looked into: case counts. */
  readonly exactNames: boolean
  /** Below `customFields` and the like nothing has a structure. */
  readonly opaque: boolean
  /** Lists are replaced by those of the patch. */
  readonly replacesLists: boolean
  /** The members whose null is applied. */
  readonly forced: ForcedNames | undefined
}

/** The constants of one merge. */
interface Merge {
  /** The members of list items whose null is applied. */
  readonly inItems: ForcedNames | undefined
  readonly pace: Pace
}

const ofItem = ({ items = unstructured }: ListRule, { inItems }: Merge): Manner => ({
  structure: items,
  exactNames: false,
  opaque: false,
  replacesLists: false,
  forced: inItems
})

class ListDraft {
  readonly #base: ReadonlyArray<Json>
  readonly #rule: ListRule
  readonly #items: Array<Slot>
  /** The position of the first item of each identity. */
  readonly #positions = new Map<string, number>()
  /** Canonical texts of the items that nothing identifies; made when the patch has such an item. */
  #unidentified: Set<string> | undefined

  constructor(base: ReadonlyArray<Json>, rule: ListRule) {
    this.#base = base
    this.#rule = rule
    this.#items = [...base]
    base.forEach((item, index) => this.#remember(item, index))
  }

  #remember(item: Json, index: number): void {
    const own = identity(item, this.#rule)
    if (own !== undefined && !this.#positions.has(own)) this.#positions.set(own, index)
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  *merge(patch: ReadonlyArray<Json>, merge: Merge): Steps<void> {
    const manner = ofItem(this.#rule, merge)
    merge.pace.spend(this.#base.length)
    for (const item of patch) {
      if (merge.pace.isDue()) yield
      const own = identity(item, this.#rule)
      const position = own === undefined ? undefined : this.#positions.get(own)
      if (position === undefined) yield* this.#add(item, own === undefined, manner, merge)
      else yield* this.#mergeAt(position, item, manner, merge)
    }
  }

  *#mergeAt(position: number, item: Json, manner: Manner, merge: Merge): Steps<void> {
    const existing = this.#items[position]
    if (!isObjectSlot(existing) || !isObject(item)) return
    const draft = openObject(existing)
    yield* draft.merge(item, manner, merge)
    this.#items[position] = draft
  }

  /**
   * Only an item that nothing identifies can equal one that nothing identifies, and such items are never merged into: a
   * set of their texts stays true.
   */
  *#add(item: Json, isUnidentified: boolean, manner: Manner, merge: Merge): Steps<void> {
    let fresh = item
    if (isObject(item) && !isVerbatim(item, manner.structure)) {
      const draft = new ObjectDraft({})
      yield* draft.merge(item, manner, merge)
      fresh = yield* draft.value(merge.pace)
    }
    if (isUnidentified) {
      const texts = yield* this.#texts(merge.pace)
      const text = canonical(fresh)
      if (texts.has(text) || (fresh !== item && texts.has(canonical(item)))) return
      texts.add(text)
    } else if (identity(fresh, this.#rule) === undefined) this.#unidentified?.add(canonical(fresh))
    this.#remember(fresh, this.#items.push(fresh) - 1)
  }

  *#texts(pace: Pace): Steps<Set<string>> {
    if (this.#unidentified !== undefined) return this.#unidentified
    const texts = new Set<string>()
    for (const item of this.#items) {
      if (pace.isDue()) yield
      if (!isDraft(item) && identity(item, this.#rule) === undefined) texts.add(canonical(item))
    }
    return this.#unidentified = texts
  }

  /** The merged list; the original reference where nothing has changed. */
  *value(pace: Pace): Steps<ReadonlyArray<Json>> {
    const values: Array<Json> = []
    for (const item of this.#items) {
      if (pace.isDue()) yield
      values.push((yield* valueOf(item, pace)) ?? null)
    }
    return (yield* equalSteps(values, this.#base, pace)) ? this.#base : values
  }
}

class ObjectDraft {
  readonly #base: JsonObject
  /** Members that were merged; the others are those of the base. */
  readonly #merged = new Map<string, Slot>()
  #added = 0
  /** By name in lower case: the first member of that name. Made when a name is asked for that is not there. */
  #spellings: Map<string, string> | undefined
  #hasProperties = false

  constructor(base: JsonObject) {
    this.#base = base
  }

  /** True if the object has no members: the original had none, and none was merged in. */
  get isEmpty(): boolean {
    return this.#added === 0 && Object.keys(this.#base).length === 0
  }

  #has(name: string): boolean {
    return Object.hasOwn(this.#base, name) || this.#merged.has(name)
  }

  #get(name: string): Slot | undefined {
    return this.#merged.get(name) ?? (Object.hasOwn(this.#base, name) ? this.#base[name] : undefined)
  }

  /** The spelling of `name` in the object where the two differ only in case; otherwise `name`. */
  *#aligned(name: string, pace: Pace): Steps<string> {
    if (this.#spellings === undefined) {
      this.#spellings = new Map()
      const fields = Object.keys(this.#base)
      // The names alone of a hundred thousand members take some tens of milliseconds.
      pace.spend(fields.length >> 2)
      for (const field of fields) {
        if (pace.isDue()) yield
        this.#spell(field)
      }
    }
    return this.#spellings.get(name.toLowerCase()) ?? name
  }

  #spell(name: string): void {
    const lower = name.toLowerCase()
    if (this.#spellings?.has(lower) === false) this.#spellings.set(lower, name)
  }

  *merge(patch: JsonObject, manner: Manner, merge: Merge): Steps<void> {
    const { exactNames, structure: { hasProperties = false } } = manner
    if (hasProperties) {
      this.#hasProperties = true
      yield* this.#removeProperties(patch, merge.pace)
    }
    // Members that are added by this patch are no spellings for its other members.
    const added: Array<string> = []
    const members = Object.keys(patch)
    merge.pace.spend(members.length >> 2)
    for (const member of members) {
      if (merge.pace.isDue()) yield
      if (hasProperties && Object.hasOwn(mergeControls, member)) continue
      // The order's own spelling wins: a partner reads `SKU` and `sku` alike and may answer with either.
      const name = exactNames || this.#has(member) ? member : yield* this.#aligned(member, merge.pace)
      const current = this.#get(name)
      const merged = yield* mergedMember(name, current, patch[member] ?? null, patch, manner, merge)
      if (merged === undefined || merged === current) continue
      if (current === undefined && !this.#has(name)) added.push(name)
      this.#merged.set(name, merged)
    }
    this.#added += added.length
    for (const name of added) this.#spell(name)
  }

  *#removeProperties(patch: JsonObject, pace: Pace): Steps<void> {
    const conditions = listOf(patch.propertiesRemovalConditions)
    if (conditions.length === 0) return
    const properties = listOf(yield* valueOf(this.#get("properties"), pace))
    const left = yield* withoutRemoved(properties, conditions, listOf(patch.properties), pace)
    if (left !== properties) this.#merged.set("properties", left)
  }

  /** The merged object; the original reference where nothing has changed. */
  *value(pace: Pace): Steps<JsonObject> {
    const base = this.#base
    let changed: Record<string, Json> | undefined
    for (const [name, slot] of this.#merged) {
      if (pace.isDue()) yield
      const value = (yield* valueOf(slot, pace)) ?? null
      const before = Object.hasOwn(base, name) ? base[name] : undefined
      // Properties that were removed and put back as they were have not changed.
      if (value === before) continue
      if (name === "properties" && this.#hasProperties && (yield* equalSteps(value, before, pace))) continue
      changed ??= yield* copySteps(base, pace)
      setMember(changed, name, value)
    }
    return changed ?? base
  }
}

/** True if merging the object into nothing leaves it unchanged, as with most list items. */
const isVerbatim = (object: JsonObject, { lists = {}, hasProperties }: Structure): boolean => {
  for (const name of Object.keys(object)) {
    const value = object[name] ?? null
    if (value === null || Object.hasOwn(lists, name)) return false
    if (hasProperties === true && Object.hasOwn(mergeControls, name)) return false
    if (isObject(value) && (Object.keys(value).length === 0 || !isVerbatim(value, unstructured))) return false
  }
  return true
}

/** The merged value of a member of the order; `undefined` if it stays absent. */
function* mergedMember(
  name: string,
  current: Slot | undefined,
  value: Json,
  patch: JsonObject,
  manner: Manner,
  merge: Merge
): Steps<Slot | undefined> {
  const { forced, structure } = manner
  const { lists = {}, objects = {} } = structure
  const rule = Object.hasOwn(lists, name) ? lists[name] : undefined
  if (rule !== undefined && isReplaced(name, value, rule, patch, manner)) {
    return yield* replaced(current, value, rule, merge)
  }
  if (value === null) return forced?.below(name)?.isForced === true ? null : current
  if (isObject(value)) {
    const opaque = manner.opaque || opaqueNames.has(name)
    const draft = isObjectSlot(current) ? openObject(current) : new ObjectDraft({})
    yield* draft.merge(value, {
      structure: (Object.hasOwn(objects, name) ? objects[name] : undefined) ?? unstructured,
      exactNames: opaque,
      opaque,
      replacesLists: false,
      forced: forced?.below(name)
    }, merge)
    return !isObjectSlot(current) && draft.isEmpty ? current : draft
  }
  if (Array.isArray(value) && rule !== undefined) {
    const draft = openList(isList(current) ? current : [], rule)
    yield* draft.merge(value, merge)
    return !isList(current) && draft.isEmpty ? current : draft
  }
  return !isDraft(current) && (yield* equalSteps(current, value, merge.pace)) ? current : value
}

const isReplaced = (
  name: string,
  value: Json,
  rule: ListRule,
  patch: JsonObject,
  { replacesLists, structure }: Manner
): boolean =>
  (name === "properties" && structure.hasProperties === true
    ? patch.keepExistingCustomProperties === false
    : replacesLists) ||
  (rule.replacedUnlessIdentified === true && listOf(value).some((item) => identity(item, rule) === undefined))

/** The list that a patch puts in the place of what was there. */
function* replaced(
  current: Slot | undefined,
  value: Json,
  rule: ListRule,
  merge: Merge
): Steps<Slot | undefined> {
  if (!Array.isArray(value)) return current
  const draft = new ListDraft([], rule)
  yield* draft.merge(value, merge)
  const list = yield* draft.value(merge.pace)
  return (yield* equalSteps(listOf(yield* valueOf(current, merge.pace)), list, merge.pace)) ? current : list
}

/** The order with the members of a decoded patch merged in; the same reference where nothing changes. */
export function* mergeSteps(order: JsonObject, patch: JsonObject): Steps<JsonObject> {
  const pace = makePace()
  const forced = forcedNames(listOf(patch.forceUpdate).map(String))
  const draft = new ObjectDraft(order)
  const manner: Manner = {
    structure: orderStructure,
    exactNames: true,
    opaque: false,
    replacesLists: patch.keepExistingListItems === false,
    forced
  }
  // An item has no path of its own: no name in `forceUpdate` is like it.
  yield* draft.merge(patch, manner, { inItems: forced?.below("[]"), pace })
  return yield* draft.value(pace)
}

/** Merges a patch as `mergeSteps` does, without a pause. */
export const mergeOrder = (order: JsonObject, patch: JsonObject): JsonObject => atOnce(mergeSteps(order, patch))
