import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { decodeCells, sharedCells } from "../../src/config/CellsFile.ts"

const a = "postgres://u:secret@db-a:5432/sluice"
const b = "postgres://u:secret@db-b:5432/sluice"
const environment = { CELL_B: b, BLANK: " " }

const fault = (file: unknown): string => {
  const read = decodeCells(typeof file === "string" ? file : JSON.stringify(file), environment)
  return Result.isFailure(read) ? read.failure : "is accepted"
}

const two = [{ id: 0, databaseUrl: a }, { id: 5, databaseUrl: { env: "CELL_B" } }]

describe("CellsFile", () => {
  it("a file names cells by address or by variable, and the cell of each tenant", () => {
    const cells = Result.getOrThrow(
      decodeCells(JSON.stringify({ cells: two.toReversed(), tenants: { acme: 5, "*": 0 } }), environment)
    )
    assert.deepStrictEqual(cells.cells.map(({ id, url }) => [id, Redacted.value(url)]), [[0, a], [5, b]])
    assert.deepStrictEqual([...cells.tenants], [["acme", 5], ["*", 0]])
    assert.deepStrictEqual(sharedCells(cells), [])
  })

  it("tenants that share a cell are reported", () => {
    const cells = Result.getOrThrow(
      decodeCells(JSON.stringify({ cells: two, tenants: { acme: 5, "*": 0, globex: 5 } }), environment)
    )
    assert.deepStrictEqual(sharedCells(cells), [
      "SLUICE_CELLS: the tenants acme, globex share cell 5: each sees what the others have there"
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ["no JSON", "{", /^is not JSON$/],
    ["no object", [], /^is not an object/],
    ["an unknown member", { cells: two, tenant: {} }, /^tenant is unknown/],
    ["no cells", { tenants: {} }, /^cells is not a list/],
    ["a cell that is no object", { cells: [a] }, /^cells\[0\] is not an object/],
    ["an unknown member of a cell", { cells: [{ ...two[0], url: a }] }, /^cells\[0\]\.url is unknown/],
    ["an id that is a text", { cells: [{ id: "0", databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["no id", { cells: [{ databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["an id that is null", { cells: [{ id: null, databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["an id that is true", { cells: [two[0], { id: true, databaseUrl: b }] }, /^cells\[1\]\.id is not a cell/],
    ["an id that is a list", { cells: [{ id: [], databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["an id with a fraction", { cells: [{ id: 0.5, databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["an id below 0", { cells: [{ id: -1, databaseUrl: a }] }, /^cells\[0\]\.id is not a cell/],
    ["an id above 1023", { cells: [...two, { id: 1024, databaseUrl: a }] }, /^cells\[2\]\.id is not a cell/],
    ["an id twice", { cells: [two[0], { id: 0, databaseUrl: b }] }, /^cells\[1\]\.id 0 is there twice/],
    ["no cell 0", { cells: [two[1]] }, /^cells has no cell 0/],
    ["no address", { cells: [{ id: 0 }] }, /^cells\[0\]\.databaseUrl is neither/],
    [
      "an address that is none",
      { cells: [{ id: 0, databaseUrl: "secret" }] },
      /^cells\[0\]\.databaseUrl is not a Postgre/
    ],
    ["an unknown member of an address", { cells: [{ id: 0, databaseUrl: { env: "A", or: 1 } }] }, /\.or is unknown/],
    ["a variable without a name", { cells: [{ id: 0, databaseUrl: { env: "" } }] }, /\.env is not the name/],
    ["an unset variable", { cells: [{ id: 0, databaseUrl: { env: "CELL_C" } }] }, /\.env names CELL_C, which is unset/],
    ["a blank variable", { cells: [{ id: 0, databaseUrl: { env: "BLANK" } }] }, /\.env names BLANK, which is unset/],
    ["one database twice", { cells: [two[0], { id: 1, databaseUrl: a }] }, /^cells 0 and 1 are one database/],
    [
      "one database under two users, with and without its port",
      { cells: [two[0], { id: 1, databaseUrl: "postgresql://other@DB-A/sluice?application_name=x" }] },
      /^cells 0 and 1 are one database/
    ],
    [
      "a database among several hosts that another cell has",
      { cells: [two[0], { id: 1, databaseUrl: "postgres://u@db-c,db-a/sluice" }] },
      /^cells 0 and 1 are one database/
    ],
    ["tenants that are no object", { cells: two, tenants: ["acme"] }, /^tenants is not an object/],
    ["a tenant in no cell", { cells: two, tenants: { acme: 1 } }, /^tenants\.acme names 1, which is no cell/],
    ["a tenant's cell as a text", { cells: two, tenants: { acme: "0" } }, /^tenants\.acme names "0"/],
    ["a tenant's cell that is false", { cells: two, tenants: { acme: false } }, /^tenants\.acme names false/],
    ["a tenant's cell in a list", { cells: two, tenants: { acme: [5] } }, /^tenants\.acme names \[5\]/],
    ["a tenant's cell that is null", { cells: two, tenants: { acme: null } }, /^tenants\.acme names null/]
  ])("%s is refused by name, without a password", (_, file, expected) => {
    const text = fault(file)
    assert.match(text, expected)
    assert.notInclude(text, "secret")
  })
})
