import { assert, describe, it } from "@effect/vitest"
import { Exit, Schema } from "effect"
import { HttpApi, OpenApi } from "effect/http-api"
import { ApiPage } from "../src/reference/ApiPage.ts"
import { ApiReference, examples } from "../src/reference/ApiReference.ts"

type Reflected = Parameters<Parameters<typeof HttpApi.reflect>[1]["onEndpoint"]>[0]

const operations = new Map<string, Reflected>()
HttpApi.reflect(ApiReference, {
  onGroup: () => {},
  onEndpoint: (operation) => operations.set(`${operation.group.identifier}.${operation.endpoint.identifier}`, operation)
})
const description = OpenApi.fromApi(ApiReference)
const described = Object.values(description.paths).flatMap((path) =>
  Object.values(path as Record<string, OpenApi.OpenAPISpecOperation>)
)

const decodes = (schemas: ReadonlyArray<Schema.Top>, value: unknown): boolean =>
  schemas.some((schema) =>
    Exit.isSuccess(
      Schema.decodeUnknownExit(Schema.toCodecJson(schema as Schema.Codec<unknown>), { onExcessProperty: "error" })(
        value
      )
    )
  )

const cases = Object.entries(examples)

it("the page differs from the API description only by parameters that Scalar would otherwise fill in", () => {
  const page = OpenApi.fromApi(ApiPage)
  const inPlace = (parameter: any) => {
    const { content, ...rest } = parameter
    return content === undefined ? parameter : { ...rest, schema: content["text/plain"].schema }
  }
  const seen = JSON.parse(JSON.stringify(page))
  for (const path of Object.values<any>(seen.paths)) {
    for (const operation of Object.values<any>(path)) {
      for (const one of operation.parameters) {
        assert.strictEqual("schema" in one, one.required || "example" in one, `${operation.operationId} ${one.name}`)
      }
      operation.parameters = operation.parameters.map(inPlace)
    }
  }
  assert.deepStrictEqual(seen, JSON.parse(JSON.stringify(description)))
  assert.deepStrictEqual(page.components.securitySchemes["bearer"], { type: "http", scheme: "bearer" })
})

describe("the examples of the API reference", () => {
  it("exist for every operation with a body, and for no unknown operation", () => {
    for (const operation of described) {
      const content = operation.requestBody?.content["application/json"] as { examples?: object } | undefined
      if (content !== undefined) assert.isDefined(content.examples, `${operation.operationId} has no example`)
    }
    assert.deepStrictEqual(cases.map(([id]) => id).filter((id) => !operations.has(id)), [])
  })

  it.each(cases)("%s: what was sent and what was answered decode with the operation's own schemas", (id, example) => {
    const { endpoint, errors, successes } = operations.get(id)!
    const payloads = [...endpoint.payload.values()].flatMap(({ schemas }) => schemas)
    for (const [name, body] of Object.entries(example.requests ?? {})) {
      assert.isTrue(decodes(payloads, body), `request ${name}`)
    }
    for (const [status, answers] of Object.entries(example.answers)) {
      const schemas = [...successes.get(Number(status)) ?? [], ...errors.get(Number(status)) ?? []]
      for (const [name, answer] of Object.entries(answers)) {
        assert.isTrue(decodes(schemas, answer), `answer ${status} ${name}`)
      }
    }
  })
})
