import { assert, describe, it } from "@effect/vitest"
import { Exit, Schema } from "effect"
import { HttpApi, OpenApi } from "effect/http-api"
import { ApiReference, examples } from "../src/ApiReference.ts"

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

describe("the examples of the API reference", () => {
  it("stand at every operation that takes a body, and are of operations that exist", () => {
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
