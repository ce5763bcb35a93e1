/** API keys that are managed over the API, and the rules for making and deleting one. Contract: section 2. Pure. */
import { DateTime, Option, Schema } from "effect"
import { anonymous, settingsFile } from "./Act.ts"
import { Role } from "./Role.ts"

/** The body of `POST /v1/api-keys`. */
export const ApiKeyRequest = Schema.Struct({
  name: Schema.String.annotate({ description: "Who calls: `requestedBy`, and the actor of the audit" }),
  roles: Schema.Array(Role),
  tenant: Schema.optionalKey(
    Schema.String.annotate({ description: "With SLUICE_CELLS alone: the key reaches its cell" })
  ),
  expiresAt: Schema.optionalKey(Schema.String.annotate({ description: "A moment like 2026-11-22T08:00:00Z" }))
}).annotate({ identifier: "ApiKeyRequest" })
export type ApiKeyRequest = typeof ApiKeyRequest.Type

/** A stored key as the API shows it; the key itself is shown once, when it is created. */
export const StoredApiKey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  roles: Schema.Array(Role),
  tenant: Schema.optionalKey(Schema.String),
  createdAt: Schema.String,
  expiresAt: Schema.optionalKey(Schema.String),
  lastUsedAt: Schema.optionalKey(Schema.String.annotate({ description: "To the minute" }))
}).annotate({ identifier: "ApiKey" })
export type StoredApiKey = typeof StoredApiKey.Type

export interface ApiKeyFault {
  readonly path: string
  readonly message: string
}

/** Actors of the audit that are no keys. */
const reservedNames: ReadonlySet<string> = new Set([anonymous, settingsFile])

/** The fault of the name of a key or of a tenant; `undefined` if there is none. */
export const nameFault = (name: string): string | undefined => {
  if (!/^[^,:=@\p{C}]{1,100}$/u.test(name) || name !== name.trim()) {
    return "must have 1 to 100 characters, without commas, \":\", \"=\" and \"@\", and no space at its ends"
  }
  return reservedNames.has(name) ? "is a name that the audit has for others: choose another" : undefined
}

/** A moment with a date and a zone, in epoch milliseconds. */
const momentOf = (text: string): number | undefined =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Option.getOrUndefined(Option.map(DateTime.make(text), DateTime.toEpochMillis))
    : undefined

export interface Circumstances {
  /** Epoch milliseconds. */
  readonly now: number
  /** The tenants that have a cell; absent where none can be named, because `SLUICE_CELLS` is unset. */
  readonly tenants?: ReadonlySet<string>
  /** No key was stored before. */
  readonly isFirst: boolean
}

/** A key that can be stored. */
export interface NewApiKey {
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly tenant?: string
  /** Epoch milliseconds. */
  readonly expiresAt?: number
}

/** The fault of a key's tenant. Keys are made by administrators of all cells, who may know the tenants. */
const tenantFault = (tenant: string, tenants: ReadonlySet<string> | undefined): string | undefined => {
  if (tenants === undefined) return "is known only where SLUICE_CELLS is set: leave it out"
  if (tenants.has(tenant)) return undefined
  const known = [...tenants].filter((name) => name !== "*")
  return `has no cell in SLUICE_CELLS: ${known.length === 0 ? "name it there" : `name one of ${known.join(", ")}`}`
}

/**
 * Reads a request for a key. The first stored key makes the server require keys, so it has to be one that can manage
 * keys.
 */
export const readApiKey = (
  request: ApiKeyRequest,
  { isFirst, now, tenants }: Circumstances
): { readonly key: NewApiKey } | { readonly faults: ReadonlyArray<ApiKeyFault> } => {
  const faults: Array<ApiKeyFault> = []
  const { expiresAt, name, tenant } = request
  const roles = Role.literals.filter((role) => request.roles.includes(role))
  const badName = nameFault(name)
  if (badName !== undefined) faults.push({ path: "name", message: badName })
  if (roles.length === 0) faults.push({ path: "roles", message: `is empty: name some of ${Role.literals.join(", ")}` })
  const badTenant = tenant === undefined ? undefined : tenantFault(tenant, tenants)
  if (badTenant !== undefined) faults.push({ path: "tenant", message: badTenant })
  const expires = expiresAt === undefined ? undefined : momentOf(expiresAt)
  if (expiresAt !== undefined && expires === undefined) {
    faults.push({ path: "expiresAt", message: "must be a date or a moment like 2026-11-22T08:00:00Z" })
  } else if (expires !== undefined && expires <= now) {
    faults.push({ path: "expiresAt", message: "is over: name a moment to come, or leave it out" })
  }
  if (isFirst && roles.length > 0 && !roles.includes("admin")) {
    faults.push({
      path: "roles",
      message:
        "must hold admin: from the first stored key on every request needs a key, and only this one could make others"
    })
  }
  if (isFirst && expiresAt !== undefined) {
    faults.push({
      path: "expiresAt",
      message: "must be absent: from the first stored key on every request needs a key, and this one has to stay"
    })
  }
  return faults.length > 0 ? { faults } : {
    key: { name, roles, ...(tenant !== undefined && { tenant }), ...(expires !== undefined && { expiresAt: expires }) }
  }
}

/** The facts about a key that decide whether another may be deleted. */
export interface KeyStanding {
  readonly id: string
  readonly roles: ReadonlyArray<Role>
  readonly expires: boolean
}

/**
 * True if no key could manage keys any more once this one is deleted. `hasOthers`: the environment has an
 * administrator.
 */
export const isLastAdministrator = (
  id: string,
  keys: ReadonlyArray<KeyStanding>,
  hasOthers: boolean
): boolean => {
  const lasting = keys.filter(({ expires, roles }) => !expires && roles.includes("admin"))
  return !hasOthers && lasting.length === 1 && lasting[0]?.id === id
}
