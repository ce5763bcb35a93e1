/** Reads `SLUICE_CELLS`, and checks the keys against it. Contract: section 11. */
import { decodeFile } from "@sluice/domain/internal/json/Utf8"
import { Effect, type Redacted, Result, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { type Cells, decodeCells, everyone, sharedCells } from "../config/CellsFile.ts"
import type { Environment, ServerConfig } from "../config/ServerConfig.ts"

/** The cells cannot be used. The message is one line that begins with `SLUICE_CELLS`. */
export class CellsRefused extends Schema.TaggedError<CellsRefused>()("CellsRefused", { message: Schema.String }) {}

/** Reads the file of `SLUICE_CELLS`; warns of tenants that share a cell. */
export const read = Effect.fnUntraced(function*(config: ServerConfig, environment: Environment) {
  const { apiKeys, cellsFile, databaseUrl } = config
  if (cellsFile === undefined) return oneCell(databaseUrl)
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(cellsFile),
    catch: (error) => unreadable(cellsFile, error)
  })
  const text = decodeFile(bytes)
  if (text === undefined) {
    return yield* new CellsRefused({ message: `SLUICE_CELLS ${cellsFile}: is not UTF-8: save it in UTF-8` })
  }
  const decoded = decodeCells(text, environment)
  if (Result.isFailure(decoded)) {
    return yield* new CellsRefused({ message: `SLUICE_CELLS ${cellsFile}: ${decoded.failure}` })
  }
  const cells = decoded.success
  const stranger = apiKeys.find(({ tenant }) => tenant !== undefined && !cells.tenants.has(tenant))
  if (stranger !== undefined) {
    return yield* new CellsRefused({
      message:
        `SLUICE_CELLS ${cellsFile}: SLUICE_API_KEYS gives the key ${stranger.name} the tenant ${stranger.tenant}, `
        + "which has no cell in the file: name it there"
    })
  }
  yield* Effect.forEach(sharedCells(cells), (line) => Effect.logWarning(line))
  return cells
})

/** Without the file there is one cell, which everybody submits to. */
const oneCell = (url: Redacted.Redacted | undefined): Cells => ({
  cells: url === undefined ? [] : [{ id: 0, url }],
  tenants: new Map([[everyone, 0]])
})

const unreadable = (file: string, error: unknown) =>
  new CellsRefused({
    message: `SLUICE_CELLS ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}: `
      + "correct the path, or unset it"
  })
