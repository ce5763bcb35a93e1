/** Roles of API keys and what they may do. Contract: section 2, "Roles". Pure. */
import { Schema } from "effect"

/** The roles of API keys, from the least to `admin`. `submit` is not part of `read`, nor `read` of `submit`. */
export const Role = Schema.Literals(["read", "submit", "operate", "admin"])
export type Role = typeof Role.Type

/**
 * The access that a route requires.
 * - `lookup`: one order or one process event by its id, for `submit` as well as for `read`
 * - `anyone`: no key at all
 */
export type Need = Role | "lookup" | "anyone"

const granted: Readonly<Record<Role, ReadonlySet<Need>>> = {
  read: new Set<Need>(["anyone", "lookup", "read"]),
  submit: new Set<Need>(["anyone", "lookup", "submit"]),
  operate: new Set<Need>(["anyone", "lookup", "read", "submit", "operate"]),
  admin: new Set<Need>(["anyone", "lookup", "read", "submit", "operate", "admin"])
}

/** True if one of the roles is enough. */
export const allows = (roles: ReadonlyArray<Role>, need: Need): boolean =>
  need === "anyone" || roles.some((role) => granted[role].has(need))

/** The role that may least among those that are enough; `undefined` where no key is needed. */
export const leastRole = (need: Need): Role | undefined =>
  need === "anyone" ? undefined : Role.literals.find((role) => granted[role].has(need))
