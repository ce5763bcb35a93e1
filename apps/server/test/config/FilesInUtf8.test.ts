import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Result } from "effect"
import * as ReadCells from "../../src/cells/ReadCells.ts"
import { decode } from "../../src/config/ServerConfig.ts"
import * as SettingsFile from "../../src/settings/SettingsFile.ts"

const settings = `{ "pipelines": [{ "name": "a", "failedStatus": "Échec", "steps": [] }] }`
const cells = `{ "cells": [{ "id": 0, "databaseUrl": "postgres://db/sluice" }], "tenants": { "société": 0 } }`

const readers = [
  ["SLUICE_CONFIG", settings, (file: string) => SettingsFile.read(file, {}, false)],
  ["SLUICE_CELLS", cells, (file: string) => ReadCells.read(Result.getOrThrow(decode({ SLUICE_CELLS: file })), {})]
] as const

/** Writes the document into a file, and reads it as the start does. */
const written = Effect.fnUntraced(
  function*<A, E extends { readonly message: string }>(
    document: Uint8Array,
    read: (file: string) => Effect.Effect<A, E, FileSystem.FileSystem>
  ) {
    const files = yield* FileSystem.FileSystem
    const file = `${yield* files.makeTempDirectoryScoped()}/file.json`
    yield* files.writeFile(file, document)
    return yield* Effect.result(read(file))
  },
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)

describe("a file that a variable names", () => {
  it.effect.each(readers)(
    "is read in UTF-8 with or without a byte-order mark, and otherwise refused: %s",
    ([name, text, read]) =>
      Effect.gen(function*() {
        for (const document of [text, `\uFEFF${text}`]) {
          const result = yield* written<unknown, { readonly message: string }>(Buffer.from(document), read)
          assert.isTrue(Result.isSuccess(result), document)
        }
        const latin = yield* written<unknown, { readonly message: string }>(Buffer.from(text, "latin1"), read)
        assert.isTrue(Result.isFailure(latin))
        if (Result.isFailure(latin)) {
          assert.match(latin.failure.message, new RegExp(`^${name} \\S+/file\\.json: is not UTF-8: save it in UTF-8$`))
        }
      })
  )
})
