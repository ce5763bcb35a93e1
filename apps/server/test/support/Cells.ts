/** A whole Sluice over several databases of its own, each behind a cable. */
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Context, Effect, Layer, Redacted, Result, type Scope } from "effect"
import { HttpServer } from "effect/http"
import { randomInt } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import * as Application from "../../src/Application.ts"
import * as ServerConfig from "../../src/config/ServerConfig.ts"
import * as Cable from "./Cable.ts"
import * as Process from "./Process.ts"
import { type Answer, type Ask, request } from "./Sluice.ts"

/**
 * A port that was free a moment ago, below those that systems give to outgoing connections (from 32768 on): a process takes
 * seconds to start, and some other connection would take such a port meanwhile.
 */
export const freePort: Effect.Effect<number> = Effect.callback<number, "taken">((resume) => {
  const server = createServer()
  server.once("error", () => resume(Effect.fail("taken")))
  server.listen(randomInt(20_000, 32_000), "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
}).pipe(Effect.eventually)

export interface CellDatabase {
  readonly id: number
  /** Without the cable. */
  readonly direct: string
  readonly cable: Cable.Cable
}

/** Empty databases, gone with the scope. */
export const databases = (ids: ReadonlyArray<number>): Effect.Effect<ReadonlyArray<CellDatabase>, never, Scope.Scope> =>
  Effect.forEach(ids, (id) =>
    Effect.gen(function*() {
      const built = yield* Layer.buildWithMemoMap(
        DatabaseTest.layerEmpty,
        Layer.makeMemoMapUnsafe(),
        yield* Effect.scope
      )
      const direct = Redacted.value(Context.get(built, DatabaseTest).url)
      return { id, direct, cable: yield* Cable.make(direct) }
    }))

/** The file of `SLUICE_CELLS`, gone with the scope. */
export const file = Effect.fnUntraced(function*(
  cells: ReadonlyArray<CellDatabase>,
  tenants: Readonly<Record<string, number>>
) {
  const path = join(yield* Process.directory, "cells.json")
  const content = { cells: cells.map(({ cable, id }) => ({ id, databaseUrl: cable.url })), tenants }
  yield* Effect.promise(() => writeFile(path, JSON.stringify(content)))
  return path
})

export interface CellsSluice {
  readonly ask: (method: string, path: string, ask?: Ask & { readonly key?: string }) => Effect.Effect<Answer>
}

/** The key of a name. */
export const keyOf = (name: string): string => `${name}-0123456789abcdef`

/** Each entry is `name`, `name@tenant` or `name@tenant:role`; the key of a name is derived from it. */
export const keysOf = (names: ReadonlyArray<string>): string =>
  names.map((name) => `${name}=${keyOf(name.split(/[@:]/)[0] ?? "")}`).join(",")

/** Starts it; it ends with the scope. `ops` is an administrator without a tenant, and who asks where none is named. */
export const start = Effect.fnUntraced(function*(
  path: string,
  keys: ReadonlyArray<string>,
  environment: ServerConfig.Environment = {}
): Effect.fn.Return<CellsSluice, { readonly message: string }, Scope.Scope> {
  const whole = {
    PORT: "0",
    SLUICE_CELLS: path,
    SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
    SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
    SLUICE_API_KEYS: keysOf(["ops", ...keys]),
    ...environment
  }
  const config = yield* Effect.orDie(Effect.fromResult(Result.mapError(ServerConfig.decode(whole), String)))
  const services = yield* Layer.buildWithMemoMap(
    Application.layer(config, whole),
    Layer.makeMemoMapUnsafe(),
    yield* Effect.scope
  )
  const url = HttpServer.formatAddress(Context.get(services, HttpServer.HttpServer).address)
  return {
    ask: (method, path, { key = "ops", ...ask } = {}) =>
      request(url, method, path, { ...ask, headers: { authorization: `Bearer ${keyOf(key)}`, ...ask.headers } })
  }
})
