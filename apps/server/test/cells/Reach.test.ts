import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import * as Ids from "@sluice/domain/identity/Ids"
import { cellOf, CurrentCell, maxCells } from "@sluice/domain/internal/identity/CurrentCell"
import { newUuid, newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { newToken } from "@sluice/engine/internal/callouts/CallbackUrl"
import { inCellText, newId } from "@sluice/persistence/internal/sql/CellText"
import { Effect, Schema } from "effect"
import { readPlaces, writePlaces } from "../../src/cells/CellFeed.ts"
import { placed, placements } from "../../src/cells/Placement.ts"
import { cellOfToken, forbiddenToTenant, reachOf, searchOrder } from "../../src/cells/Reach.ts"

const Cell = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxCells - 1 }))

/** Entries of a timeline end in a number, and are looked for by no route. */
const isKind = (name: string): boolean => /^[a-z]+([A-Z][a-z]+)?Id$/.test(name) && !name.endsWith("EntryId")

const kinds = Object.entries(Ids).filter(([name]) => isKind(name)) as ReadonlyArray<
  [string, (uuid: string) => string]
>

describe("Reach", () => {
  it.effect.prop(
    "every id of every kind names the cell that it was made in, and is looked for there first",
    [Cell],
    ([cell]) =>
      Effect.gen(function*() {
        assert.isAbove(kinds.length, 10)
        const cells = [...new Set([0, 1, cell])].toSorted((a, b) => a - b)
        for (const [name, make] of kinds) {
          for (const uuid of [yield* newUuid, newUuidUnsafe()]) {
            const id = make(uuid)
            assert.strictEqual(cellOf(id), cell, name)
            assert.strictEqual(Number.parseInt(id.slice(-3), 16), cell)
            assert.strictEqual(searchOrder(id, cells)[0], cell)
            assert.sameMembers([...searchOrder(id, cells)], cells)
          }
        }
        const token = newToken()
        assert.strictEqual(cellOfToken(token, cells), cell)
        assert.strictEqual(cellOfToken(token, cells.filter((other) => other !== cell)), undefined)
        assert.include(inCellText(cell)(`select ${newId("m.id")}`), `|| '${token.slice(-3)}')::uuid`)
      }).pipe(Effect.provideService(CurrentCell, cell))
  )

  it.each([
    ["order-0190a8b2c3d47e5f8a9b0c1d2e3f4005", [0, 2, 5], [5, 0, 2]],
    ["order-0190a8b2c3d47e5f8a9b0c1d2e3f4006", [0, 2, 5], [0, 2, 5]],
    ["order-0190a8b2c3d47e5f8a9b0c1d2e3f4fff", [0, 2, 5], [0, 2, 5]],
    ["of-the-shop-005", [0, 2, 5], [0, 2, 5]],
    ["005", [0, 5], [0, 5]]
  ])("%s is looked for in its cell, then in the others, lowest first", (id, cells, order) => {
    assert.deepStrictEqual(searchOrder(id, cells), order)
  })

  it("a malformed token is looked for in no cell", () => {
    for (const token of ["", "000", "x".repeat(67), "0".repeat(66), "0".repeat(68)]) {
      assert.isUndefined(cellOfToken(token, [0]))
    }
  })

  it("a key's tenant decides where it submits and what it reaches", () => {
    const cells = { cells: [], tenants: new Map([["acme", 3], ["*", 1]]) }
    assert.deepStrictEqual(reachOf(cells, undefined), { _tag: "All", submitsTo: 1 })
    assert.deepStrictEqual(reachOf(cells, "acme"), { _tag: "One", cell: 3 })
    assert.deepStrictEqual(reachOf(cells, "ghost"), { _tag: "Nothing", tenant: "ghost" })
    assert.deepStrictEqual(reachOf({ ...cells, tenants: new Map() }, undefined), { _tag: "All", submitsTo: undefined })
  })

  it("every endpoint of the API is placed, by its own method and path", () => {
    for (const [group, { endpoints }] of Object.entries(Api.groups)) {
      for (const [name, endpoint] of Object.entries(endpoints)) {
        const { method, path } = endpoint as { readonly method: string; readonly path: string }
        const target = placed(method, `${path.replaceAll(/:\w+/g, "some%2Fid")}?limit=1`)
        assert.strictEqual(
          target?.placement,
          (placements as Readonly<Record<string, Readonly<Record<string, string>>>>)[group]?.[name],
          `${group}.${name}`
        )
        if (path.includes(":")) assert.strictEqual(target?.id, "some/id")
      }
    }
    assert.isUndefined(placed("GET", "/v1/nothing"))
    assert.strictEqual(placed("HEAD", "/v1/orders")?.placement, "listed")
  })

  it.each([
    ["PUT", "/v1/pipelines/p", true],
    ["GET", "/v1/pipelines/p", false],
    ["POST", "/v1/pipelines/p/pause", true],
    ["POST", "/v1/pipelines/p/simulate", false],
    ["DELETE", "/v1/webhook-endpoints/e", true],
    ["POST", "/v1/webhook-endpoints/e/rotate-secret", true],
    ["POST", "/v1/webhook-endpoints/e/replay", false],
    ["GET", "/v1/api-keys", true],
    ["PUT", "/v1/partners/h", true],
    ["POST", "/v1/partners/h/reset", false],
    ["POST", "/v1/orders", false]
  ])("%s %s is forbidden to a tenant: %s", (method, path, isForbidden) => {
    assert.strictEqual(forbiddenToTenant(placed(method, path)!) !== undefined, isForbidden)
  })

  it("the place in each cell's feed comes back as it was answered", () => {
    const places = new Map([[0, 12], [5, 7]])
    assert.strictEqual(writePlaces(places), "0-12.5-7")
    assert.deepStrictEqual(readPlaces("0-12.5-7"), places)
    assert.deepStrictEqual(readPlaces(undefined), new Map())
    assert.deepStrictEqual(readPlaces("0"), new Map())
    for (const wrong of ["x", "1", "0-", "-1", "0-1.", "99999-1"]) assert.isUndefined(readPlaces(wrong), wrong)
  })
})
