/**
 * The keys that authenticate requests: those of the environment, and the stored ones. Without any, the server serves
 * this machine only, and a start with a `HOST` that other machines reach fails. Contract: section 2.
 */
import { ApiKeyStore, type Surroundings } from "@sluice/persistence/internal/access/ApiKeyStore"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { existsSync } from "node:fs"
import { isLoopback } from "../config/Loopback.ts"
import type { ServerConfig } from "../config/ServerConfig.ts"
import { fixedKeys, type Keys } from "./Caller.ts"

/**
 * A server without keys would be reachable by other machines. The message is one line that names the variable and the
 * remedy.
 */
export class KeysMissing extends Schema.TaggedError<KeysMissing>()("KeysMissing", { message: Schema.String }) {}

const keysMissing = ({ host }: ServerConfig) =>
  new KeysMissing({
    message: `HOST ${host} can be reached from other machines while SLUICE_API_KEYS is unset and no key is stored: `
      + "set SLUICE_API_KEYS to name=key, or HOST to 127.0.0.1"
  })

const needsKeys = ({ apiKeys, host }: ServerConfig): boolean => apiKeys.length === 0 && !isLoopback(host)

/** Fails if keys are needed and none can exist, before a database is created that could hold none. */
export const checkEarly = (config: ServerConfig): Effect.Effect<void, KeysMissing> =>
  Effect.suspend(() =>
    needsKeys(config) && config.databaseUrl === undefined && config.cellsFile === undefined &&
      !existsSync(config.dataDirectory)
      ? Effect.fail(keysMissing(config))
      : Effect.void
  )

const make = Effect.fn("KeysInForce.make")(function*(
  config: ServerConfig,
  tenants: ReadonlySet<string> | undefined
) {
  const stored = yield* ApiKeyStore
  const clock = yield* Clock.Clock
  if (needsKeys(config) && !stored.areStored()) return yield* keysMissing(config)
  // Both were admitted by earlier releases, so that a refusal could stop a server that ran.
  for (const { name } of config.apiKeys.filter(({ name }) => stored.isNamed(name))) {
    yield* Effect.logWarning(
      `SLUICE_API_KEYS names "${name}", and a stored key has that name: the audit cannot tell their acts apart. Give it `
        + "another name, or delete the stored key with DELETE /v1/api-keys/{id}"
    )
  }
  const fixed = fixedKeys(config.apiKeys)
  return KeysInForce.of({
    surroundings: {
      names: new Set(config.apiKeys.map(({ name }) => name)),
      hasAdministrator: config.apiKeys.some(({ roles }) => roles.includes("admin")),
      ...(tenants !== undefined && { tenants })
    },
    keys: {
      areSet: () => config.apiKeys.length > 0 || stored.areStored(),
      byDigest: (digest) => {
        const key = stored.find(digest)
        if (key === undefined) return fixed.byDigest(digest)
        const now = clock.currentTimeMillisUnsafe()
        const { expiresAt, id, name } = key
        if (expiresAt !== undefined && expiresAt <= now) return { _tag: "Expired", name, expiresAt }
        stored.used(id, now)
        return { _tag: "Valid", caller: key }
      }
    }
  })
})

export class KeysInForce extends Context.Service<KeysInForce, {
  readonly keys: Keys
  readonly surroundings: Surroundings
}>()("@sluice/server/access/KeysInForce") {}

/** Provides the keys of the environment and of the database. `tenants`: those of the cells' file; absent without one. */
export const layer = (
  config: ServerConfig,
  tenants?: ReadonlySet<string>
): Layer.Layer<KeysInForce, KeysMissing, ApiKeyStore> => Layer.effect(KeysInForce, make(config, tenants))
