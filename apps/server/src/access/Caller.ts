/** The caller of a request: the key that it carries, found by the key's digest. Contract: section 2, "Roles". */
import type { Role } from "@sluice/domain/access/Role"
import { Context, Effect } from "effect"
import { type ApiKey, digestOf } from "../config/ApiKeys.ts"

export interface CallerIdentity {
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly tenant?: string
}

/** The key of the request; `undefined` if no keys are set. */
export const Caller = Context.Reference<CallerIdentity | undefined>("@sluice/server/access/Caller", {
  defaultValue: () => undefined
})

/** The name of the key, for `requestedBy`. */
export const callerName: Effect.Effect<string | undefined> = Effect.map(Caller, (caller) => caller?.name)

/** The result of looking up a key. */
export type Identified =
  | { readonly _tag: "Valid"; readonly caller: CallerIdentity }
  | { readonly _tag: "Expired"; readonly name: string; readonly expiresAt: number }
  | { readonly _tag: "Wrong" }
  /** No key was sent. */
  | { readonly _tag: "None" }

/** The keys that are in force. */
export interface Keys {
  /** True if there is any key, an expired one included, so that requests need one. */
  readonly areSet: () => boolean
  readonly byDigest: (digest: string) => Exclude<Identified, { readonly _tag: "None" }>
}

/** The keys of the environment alone. */
export const fixedKeys = (keys: ReadonlyArray<ApiKey>): Keys => {
  const known = new Map(keys.map(({ digest, ...caller }) => [digest, { _tag: "Valid", caller } as const]))
  return { areSet: () => keys.length > 0, byDigest: (digest) => known.get(digest) ?? { _tag: "Wrong" } }
}

/** Finds the caller for the value of an `Authorization` header, or the reason why there is none. */
export const identify = (keys: Keys, authorization: string | undefined): Identified => {
  if (authorization === undefined) return { _tag: "None" }
  const sent = /^bearer +(\S+) *$/i.exec(authorization)?.[1]
  return sent === undefined ? { _tag: "Wrong" } : keys.byDigest(digestOf(sent))
}
