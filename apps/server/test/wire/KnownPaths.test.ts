import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { isServed } from "../../src/wire/KnownPaths.ts"
import { spellings } from "../support/Spellings.ts"

const ofApi = Object.values(Api.groups).flatMap(({ endpoints }) => Object.values(endpoints).map(({ path }) => path))
const paths = [...new Set(["/docs", "/openapi.json", "/metrics", ...ofApi])]

/** The path with an id for each parameter; `%2F` and the like are the id's own. */
const filled = (path: string): string => path.replaceAll(/:\w+/g, "a%2Fb:8080")

describe("the paths that are served", () => {
  it.each(paths)("%s has one spelling", (path) => {
    assert.isTrue(isServed(filled(path)))
    assert.isTrue(isServed(`${filled(path)}?limit=1`))
    for (const [name, respell] of spellings) {
      assert.isFalse(isServed(respell(filled(path))), `${name}: ${respell(filled(path))}`)
    }
  })

  it("a path that is none is not served", () => {
    for (
      const path of ["", "*", "/v1", "/v2/orders", "/v1/orders/a/b", "http://127.0.0.1/v1/orders", "/v1/../metrics"]
    ) {
      assert.isFalse(isServed(path), path)
    }
  })
})
