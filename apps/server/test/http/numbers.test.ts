/** Numbers in queries and paths, over every route of the API that takes one. Contract: section 7. */
import { assert, layer } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { Effect, SchemaAST } from "effect"
import { Sluice } from "../support/Sluice.ts"

/** The names of the members that are numbers. */
const numbersOf = (schema: { readonly ast: SchemaAST.AST } | undefined): ReadonlyArray<string> => {
  const ast = schema === undefined ? undefined : SchemaAST.toType(schema.ast)
  if (ast === undefined || !SchemaAST.isObjects(ast)) return []
  return ast.propertySignatures.filter(({ type }) => SchemaAST.isNumber(type)).map(({ name }) => String(name))
}

interface Place {
  readonly path: string
  readonly name: string
  readonly put: (value: string) => string
}

const filled = (path: string) => path.replaceAll(/:\w+/g, "x")

const places: ReadonlyArray<Place> = Object.values(Api.groups).flatMap((group) =>
  Object.values(group.endpoints).filter(({ method }) => method === "GET").flatMap((endpoint): ReadonlyArray<Place> => [
    ...numbersOf(endpoint.query).map((name) => ({
      path: endpoint.path,
      name,
      put: (value: string) => `${filled(endpoint.path)}?${name}=${value}`
    })),
    ...numbersOf(endpoint.params).map((name) => ({
      path: endpoint.path,
      name,
      put: (value: string) => filled(endpoint.path.replace(`:${name}`, value))
    }))
  ])
)

const misspelled = ["1e1", "%2B5", "+5", "0x10", "5.0", "5.", "-0", "%205", "5%20", "1_0", "Infinity", "%D9%A5"]

layer(Sluice.layer(), { excludeTestServices: true })("numbers of a request", (it) => {
  it.effect("are taken in digits alone, and another spelling is refused with what is accepted", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const names = new Set(places.map(({ name }) => name))
      assert.deepStrictEqual([...names].toSorted(), ["after", "limit", "version", "wait"])
      assert.isAbove(places.filter(({ name }) => name === "limit").length, 15)
      for (const { name, path, put } of places) {
        for (const value of misspelled) {
          const { json, status, text } = yield* ask("GET", put(value))
          const place = `${path} ${name}=${value}: ${text}`
          assert.strictEqual(status, 400, place)
          assert.deepStrictEqual(json.errors.map((error: { readonly path: string }) => error.path), [name], place)
          assert.match(json.errors[0].message, /must be a whole number/, place)
        }
        const { status } = yield* ask("GET", put("5"))
        assert.notStrictEqual(status, 400, path)
      }
    }))
})
