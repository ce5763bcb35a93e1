/**
 * The size of a setting, in members and items. Each of them is checked and may cause a message, so that a mebibyte of
 * the smallest would occupy the process for seconds. Contract: section 3, "Limits".
 */
import { mayHoldQuery } from "@sluice/domain/internal/redaction/UrlSecrets"
import type { Json } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"

/** Members and items of one setting at most, at all depths. */
const mostValues = 10_000

/** Query members of a URL each may hold a secret: they count as members. */
const queryMembers = (text: string): number => {
  let count = 0
  if (!mayHoldQuery(text)) return count
  for (let at = text.indexOf("&"); at >= 0 && count <= mostValues; at = text.indexOf("&", at + 1)) count++
  return count
}

/** The values in `value` that are left of `room`; below 0 where there are more. */
const roomAfter = (value: Json, room: number): number => {
  if (typeof value === "string") return room - queryMembers(value)
  if (typeof value !== "object" || value === null) return room
  // The values of too many members are not even collected.
  const length = Array.isArray(value) ? value.length : Object.keys(value).length
  let left = room - length
  if (left < 0) return left
  const inside: ReadonlyArray<Json> = Array.isArray(value) ? value : Object.values(value)
  for (let index = 0; index < length && left >= 0; index++) left = roomAfter(inside[index] ?? null, left)
  return left
}

/** The fault of a setting that is too large to be checked. */
export const sizeFaults = (setting: Json): ReadonlyArray<Fault> =>
  roomAfter(setting, mostValues) >= 0
    ? []
    : [{ path: "", message: `has more than ${mostValues} members and items at all depths: make several of it` }]
