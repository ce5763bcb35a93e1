/**
 * The truth of a JSON value, as JSONata's `$boolean` has it. Contract: section 4, "Truth of `when`, `match.when` and
 * `filter`".
 *
 * | value   | true when                    |
 * | ------- | ---------------------------- |
 * | nothing | never                        |
 * | null    | never                        |
 * | number  | it is not 0                  |
 * | text    | it is not empty              |
 * | list    | one of its members is true   |
 * | object  | it has members               |
 */
import { isRawNumber } from "./Json.ts"

/** True for the values of the table; lists are searched with a worklist, since a result may nest deeply. */
export const isTrue = (value: unknown): boolean => {
  const work: Array<unknown> = [value]
  while (work.length > 0) {
    const part = work.pop()
    if (Array.isArray(part)) { for (const item of part) work.push(item) }
    // A number that a double does not hold is not 0.
    else if (typeof part === "object" && part !== null) {
      if (isRawNumber(part) || Object.keys(part).length > 0) return true
    } else if (part) return true
  }
  return false
}
