/** The canonical text of large values, and their comparison, in steps. Contract: section 3, "Limits". */
import { canonical, equals, isRawNumber, type Json, type JsonObject } from "./Json.ts"
import { Joined } from "./KnownTexts.ts"
import { makePace, type Pace, type Steps } from "./Steps.ts"
import { isLight, weightOfText } from "./Weight.ts"

/** Names that are sorted at a time. */
const sortedAtOnce = 4096

function* mergedSteps(left: ReadonlyArray<string>, right: ReadonlyArray<string>, pace: Pace): Steps<Array<string>> {
  const merged: Array<string> = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) {
    if (pace.isDue()) yield
    merged.push(left[l] as string <= (right[r] as string) ? left[l++] as string : right[r++] as string)
  }
  for (; l < left.length; l++) merged.push(left[l] as string)
  for (; r < right.length; r++) merged.push(right[r] as string)
  return merged
}

/** The texts in the order of their units: a merge sort whose runs are sorted natively. */
function* sortedSteps(texts: ReadonlyArray<string>, pace: Pace): Steps<ReadonlyArray<string>> {
  let runs: Array<ReadonlyArray<string>> = []
  for (let start = 0; start < texts.length; start += sortedAtOnce) {
    if (start > 0) yield
    // oxlint-disable-next-line unicorn/no-array-sort -- a list of this function's own
    runs.push(texts.slice(start, start + sortedAtOnce).sort())
  }
  while (runs.length > 1) {
    const merged: Array<ReadonlyArray<string>> = []
    for (let i = 0; i < runs.length; i += 2) {
      const [one = [], other] = [runs[i], runs[i + 1]]
      merged.push(other === undefined ? one : yield* mergedSteps(one, other, pace))
    }
    runs = merged
  }
  return runs[0] ?? []
}

/** The text of a part that costs little; `undefined` where it is made in steps. */
const textAtOnce = (value: Json, pace: Pace): string | undefined => {
  if (typeof value === "string") pace.spend(weightOfText(value))
  return typeof value !== "object" || value === null || isRawNumber(value) || isLight(value, pace)
    ? canonical(value)
    : undefined
}

function* writtenSteps(value: Json, pace: Pace): Steps<string> {
  const parts = new Joined()
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<Json>) {
      if (pace.isDue()) yield
      parts.add(textAtOnce(item, pace) ?? (yield* writtenSteps(item, pace)))
    }
    return `[${parts.text}]`
  }
  const object = value as JsonObject
  const names = Object.keys(object)
  yield
  for (const name of yield* sortedSteps(names, pace)) {
    if (pace.isDue()) yield
    const member = object[name] ?? null
    parts.add(`${canonical(name)}:${textAtOnce(member, pace) ?? (yield* writtenSteps(member, pace))}`)
  }
  return `{${parts.text}}`
}

const isContainer = (value: Json | undefined): value is ReadonlyArray<Json> | JsonObject =>
  typeof value === "object" && value !== null && !isRawNumber(value)

/** The text of `canonical(value)`, made in steps. */
export function* canonicalSteps(value: Json): Steps<string> {
  return isContainer(value) ? yield* writtenSteps(value, makePace()) : canonical(value)
}

function* equalMembers(a: JsonObject, b: JsonObject, pace: Pace): Steps<boolean> {
  const names = Object.keys(a)
  yield
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    if (pace.isDue()) yield
    if (!Object.hasOwn(b, name) || !(yield* equalSteps(a[name], b[name], pace))) return false
  }
  return true
}

/** Compares two values as `equals` does, in steps. */
export function* equalSteps(a: Json | undefined, b: Json | undefined, pace: Pace = makePace()): Steps<boolean> {
  if (!isContainer(a) || !isContainer(b) || a === b || isLight(a, pace)) return equals(a, b)
  if (pace.isDue()) yield
  if (!Array.isArray(a) || !Array.isArray(b)) {
    return !Array.isArray(a) && !Array.isArray(b) && (yield* equalMembers(a as JsonObject, b as JsonObject, pace))
  }
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) {
    if (pace.isDue()) yield
    if (!(yield* equalSteps(a[index] as Json, b[index] as Json, pace))) return false
  }
  return true
}
