/**
 * `keys rotate`: seals every stored secret again with the first key of `SLUICE_ENCRYPTION_KEY`, beside running servers.
 * It works on the databases themselves, not through a server. Contract: section 4.
 */
import type { RotationProgress, RotationReport } from "@sluice/persistence/internal/rotation/KeyRotation"
import { Effect, FileSystem, Layer, Redacted, Result, Schema } from "effect"
import { Command } from "effect/cli"
import process from "node:process"
import { exitCodes, Failure, usage } from "../terminal/Failure.ts"
import { Output } from "../terminal/Output.ts"

/** The name of a database in messages, and its URL. */
interface Target {
  readonly name: string
  readonly url: Redacted.Redacted
}

const Cells = Schema.fromJsonString(Schema.Struct({
  cells: Schema.NonEmptyArray(Schema.Struct({
    id: Schema.Int,
    databaseUrl: Schema.Union([Schema.String, Schema.Struct({ env: Schema.String })])
  }))
}))

/** Every cell of the file that `SLUICE_CELLS` names. Contract: section 11. */
const cellsOf = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const { cells } = yield* fs.readFileString(file).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Cells)),
    Effect.mapError(() =>
      usage(`SLUICE_CELLS: ${file} cannot be read as { "cells": [{ "id": 0, "databaseUrl": "postgres://…" }] }`)
    )
  )
  return yield* Effect.forEach(cells, ({ databaseUrl, id }) => {
    const url = typeof databaseUrl === "string" ? databaseUrl : process.env[databaseUrl.env]
    return url === undefined
      ? Effect.fail(usage(`SLUICE_CELLS: the environment variable of cell ${id} is not set`))
      : Effect.succeed<Target>({ name: `cell ${id}`, url: Redacted.make(url) })
  })
})

const targets = Effect.gen(function*() {
  const { DATABASE_URL: url = "", SLUICE_CELLS: cells = "" } = process.env
  if (url !== "" && cells !== "") return yield* usage("DATABASE_URL stands beside SLUICE_CELLS: unset one of them")
  if (cells !== "") return yield* cellsOf(cells)
  return url === ""
    ? yield* usage("DATABASE_URL is not set: set it to the database whose secrets are to be sealed again")
    : [{ name: "DATABASE_URL", url: Redacted.make(url) }]
})

/** A line for each table, and one for every so many rows of a large one. */
const everyRows = 1000

const isWorthTelling = ({ done, rows }: RotationProgress, told: number) =>
  done >= rows || Math.floor(done / everyRows) > Math.floor(told / everyRows)

const rotateOne = Effect.fnUntraced(function*({ name, url }: Target) {
  const output = yield* Output
  // The other commands need no database, and start without its client.
  const [{ rotate }, { readKeys }, { SecretBox }, Database, DatabaseUrl] = yield* Effect.promise(() =>
    Promise.all([
      import("@sluice/persistence/internal/rotation/KeyRotation"),
      import("@sluice/persistence/internal/secrets/EncryptionKeys"),
      import("@sluice/persistence/secrets/SecretBox"),
      import("@sluice/persistence/schema/Database"),
      import("@sluice/persistence/internal/sql/hosts/DatabaseUrl")
    ])
  )
  const parsed = DatabaseUrl.parse(Redacted.value(url))
  if (Result.isFailure(parsed)) return yield* usage(`${name} ${parsed.failure}`)
  const text = process.env["SLUICE_ENCRYPTION_KEY"]?.trim() ?? ""
  const keys = text === "" ? Result.succeed([]) : readKeys(text)
  if (Result.isFailure(keys)) return yield* usage(`SLUICE_ENCRYPTION_KEY ${keys.failure}`)
  let told = 0
  const report = yield* rotate((progress) => {
    const { done, rows, sealed, table } = progress
    if (!isWorthTelling(progress, done < told ? 0 : told)) return Effect.void
    told = done
    return output.note(`${name}: ${table}: ${done} of ${rows} rows, ${sealed} secrets sealed again`)
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        SecretBox.layer(keys.success),
        Database.layerPool({ url, maxConnections: 2, applicationName: "sluice keys rotate" })
      )
    ),
    Effect.catchTags({
      EncryptionKeyMissing: ({ message }) => Effect.fail(usage(message)),
      EncryptionKeyInvalid: ({ message }) => Effect.fail(usage(message)),
      KeyStillUsed: ({ message }) => Effect.fail(new Failure({ message, code: exitCodes.notCompleted })),
      SqlError: (error) =>
        Effect.fail(
          new Failure({
            message: `${name}: ${error.message}. What is sealed again stays so: run this again to go on`,
            code: exitCodes.unavailable
          })
        )
    })
  )
  return report
})

const together = (reports: ReadonlyArray<RotationReport>): RotationReport => ({
  sealed: reports.reduce((sum, { sealed }) => sum + sealed, 0),
  forgotten: reports.reduce((sum, { forgotten }) => sum + forgotten, 0),
  unreadable: reports.flatMap(({ unreadable }) => unreadable)
})

const rotateKeys = Command.make(
  "rotate",
  {},
  Effect.fnUntraced(function*() {
    const output = yield* Output
    const report = together(yield* Effect.forEach(yield* targets, rotateOne))
    const { forgotten, sealed, unreadable } = report
    yield* output.result(report, () => [
      `${sealed} secrets were sealed again with the first key of SLUICE_ENCRYPTION_KEY`,
      ...(forgotten > 0 ? [`${forgotten} tokens were forgotten, and are fetched anew`] : []),
      ...unreadable.map((one) => `not opened by any key: ${one}`)
    ])
    if (unreadable.length > 0) {
      return yield* new Failure({
        message:
          `${unreadable.length} secrets are not opened by any of the keys: add the key that sealed them, or write `
          + "them again",
        code: exitCodes.notCompleted
      })
    }
  })
).pipe(
  Command.withDescription("Seal every stored secret again with the first key of SLUICE_ENCRYPTION_KEY"),
  Command.withExamples([{
    command: "DATABASE_URL=postgres://… SLUICE_ENCRYPTION_KEY=new,old sluice keys rotate",
    description: "Then the old key can be removed"
  }])
)

export const keys = Command.make("keys").pipe(
  Command.withDescription("The keys that seal secrets"),
  Command.withSubcommands([rotateKeys])
)
