/**
 * `SLUICE_CELLS`: the file that names the databases and the tenants. Contract: section 11. Pure: a text and the
 * environment in, the cells or the first fault out; no fault repeats a URL.
 */
import { maxCells } from "@sluice/domain/internal/identity/CurrentCell"
import { isObject, type Json, parse } from "@sluice/domain/json/Json"
import * as DatabaseUrl from "@sluice/persistence/internal/sql/hosts/DatabaseUrl"
import { Redacted, Result } from "effect"

export interface CellAddress {
  readonly id: number
  readonly url: Redacted.Redacted
}

export interface Cells {
  /** In the order of their ids; the first is cell 0. */
  readonly cells: ReadonlyArray<CellAddress>
  /** The cell of each tenant; `*` is that of keys without a tenant. */
  readonly tenants: ReadonlyMap<string, number>
}

/** The tenant of keys that name no tenant. */
export const everyone = "*"

type Environment = Readonly<Record<string, string | undefined>>
type Read<A> = Result.Result<A, string>

const unknownMember = (value: object, known: ReadonlyArray<string>): string | undefined =>
  Object.keys(value).find((name) => !known.includes(name))

const readUrl = (value: Json | undefined, place: string, environment: Environment): Read<string> => {
  if (typeof value === "string") return Result.succeed(value)
  if (!isObject(value ?? null)) {
    return Result.fail(`${place} is neither an address nor { "env": "NAME" }`)
  }
  const named = value as { readonly [member: string]: Json }
  const stranger = unknownMember(named, ["env"])
  if (stranger !== undefined) return Result.fail(`${place}.${stranger} is unknown: write { "env": "NAME" }`)
  const name = named["env"]
  if (typeof name !== "string" || name === "") return Result.fail(`${place}.env is not the name of a variable`)
  const url = environment[name]?.trim()
  return url === undefined || url === ""
    ? Result.fail(`${place}.env names ${name}, which is unset: set it to the database's address`)
    : Result.succeed(url)
}

const readCell = (value: Json, index: number, environment: Environment): Read<CellAddress> => {
  const place = `cells[${index}]`
  if (!isObject(value)) return Result.fail(`${place} is not an object with id and databaseUrl`)
  const cell = value as { readonly [member: string]: Json }
  const stranger = unknownMember(cell, ["id", "databaseUrl"])
  if (stranger !== undefined) return Result.fail(`${place}.${stranger} is unknown: write id and databaseUrl`)
  const { id } = cell
  if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= maxCells) {
    return Result.fail(`${place}.id is not a cell: write a whole number from 0 to ${maxCells - 1}`)
  }
  const url = readUrl(cell["databaseUrl"], `${place}.databaseUrl`, environment)
  if (Result.isFailure(url)) return Result.fail(url.failure)
  const parsed = DatabaseUrl.parse(url.success)
  return Result.isFailure(parsed)
    ? Result.fail(`${place}.databaseUrl ${parsed.failure}`)
    : Result.succeed({ id, url: Redacted.make(url.success) })
}

/** The places that an address names: two addresses that share one are one database. */
const placesOf = ({ url }: CellAddress): ReadonlyArray<string> => {
  const parsed = DatabaseUrl.parse(Redacted.value(url))
  if (Result.isFailure(parsed)) return []
  const { database, hosts } = parsed.success
  const name = database === "" ? decodeURIComponent(new URL(Redacted.value(parsed.success.url)).username) : database
  return hosts.map((host) => `${DatabaseUrl.formatHost(host).toLowerCase()}/${name}`)
}

const readCells = (value: Json | undefined, environment: Environment): Read<ReadonlyArray<CellAddress>> => {
  if (!Array.isArray(value)) return Result.fail("cells is not a list of { id, databaseUrl }")
  const cells = new Map<number, CellAddress>()
  const places = new Map<string, number>()
  for (const [index, entry] of value.entries()) {
    const read = readCell(entry as Json, index, environment)
    if (Result.isFailure(read)) return Result.fail(read.failure)
    const cell = read.success
    if (cells.has(cell.id)) return Result.fail(`cells[${index}].id ${cell.id} is there twice: give each cell its own`)
    for (const place of placesOf(cell)) {
      const other = places.get(place)
      if (other !== undefined && other !== cell.id) {
        return Result.fail(`cells ${other} and ${cell.id} are one database: give each cell its own`)
      }
      places.set(place, cell.id)
    }
    cells.set(cell.id, cell)
  }
  if (!cells.has(0)) return Result.fail("cells has no cell 0, which holds the settings: add it")
  return Result.succeed([...cells.values()].toSorted((a, b) => a.id - b.id))
}

const readTenants = (value: Json | undefined, cells: ReadonlyArray<CellAddress>): Read<ReadonlyMap<string, number>> => {
  const tenants = new Map<string, number>()
  if (value === undefined) return Result.succeed(tenants)
  if (!isObject(value)) return Result.fail("tenants is not an object of cells by tenant")
  for (const [tenant, named] of Object.entries(value)) {
    const cell = cells.find(({ id }) => id === named)
    if (cell === undefined) {
      return Result.fail(`tenants.${tenant} names ${JSON.stringify(named)}, which is no cell of the file`)
    }
    tenants.set(tenant, cell.id)
  }
  return Result.succeed(tenants)
}

export const decodeCells = (text: string, environment: Environment): Read<Cells> => {
  let value: Json
  try {
    value = parse(text)
  } catch {
    // The text may hold passwords: nothing of it is quoted.
    return Result.fail("is not JSON")
  }
  if (!isObject(value)) return Result.fail("is not an object with cells and tenants")
  const file = value as { readonly [member: string]: Json }
  const stranger = unknownMember(file, ["cells", "tenants"])
  if (stranger !== undefined) return Result.fail(`${stranger} is unknown: write cells and tenants`)
  return Result.flatMap(
    readCells(file["cells"], environment),
    (cells) => Result.map(readTenants(file["tenants"], cells), (tenants) => ({ cells, tenants }))
  )
}

/** One line for each cell that several tenants share. */
export const sharedCells = ({ tenants }: Cells): ReadonlyArray<string> => {
  const byCell = new Map<number, Array<string>>()
  for (const [tenant, cell] of tenants) byCell.set(cell, [...byCell.get(cell) ?? [], tenant])
  return [...byCell].filter(([, names]) => names.length > 1).map(([cell, names]) =>
    `SLUICE_CELLS: the tenants ${names.join(", ")} share cell ${cell}: each sees what the others have there`
  )
}
