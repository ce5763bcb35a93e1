/** Builds objects whose member names come from outside. */
import type { Pace, Steps } from "./Steps.ts"

/** Sets a member of an object that is being made; an assignment to `__proto__` would set the prototype. */
export const setMember = <Value>(object: Record<string, Value>, name: string, value: Value): void => {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true })
  } else object[name] = value
}

/** A spread of more members than this costs twice as much as a loop, and too much for one turn. */
const manyMembers = 5000

/** A copy of `object`, in steps where it has many; those in `without` are left out. */
export function* copySteps<Value>(
  object: Readonly<Record<string, Value>>,
  pace: Pace,
  without?: ReadonlySet<string>
): Steps<Record<string, Value>> {
  const names = Object.keys(object)
  if (names.length < manyMembers && (without === undefined || !names.some((name) => without.has(name)))) {
    return { ...object }
  }
  const copy: Record<string, Value> = {}
  for (const name of names) {
    if (pace.isDue()) yield
    if (without?.has(name) !== true) setMember(copy, name, object[name] as Value)
  }
  return copy
}
