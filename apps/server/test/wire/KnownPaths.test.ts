import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { isServed } from "../../src/wire/KnownPaths.ts"
import { spellings } from "../support/Spellings.ts"

const ofApi = Object.values(Api.groups).flatMap(({ endpoints }) => Object.values(endpoints))
const pages = ["/docs", "/openapi.json", "/metrics"].map((path) => ({ method: "GET", path }))

/** The path with an id for each parameter; `%2F` and the like are the id's own. */
const filled = (path: string): string => path.replaceAll(/:\w+/g, "a%2Fb:8080")

describe("the paths that are served", () => {
  it.each([...pages, ...ofApi].map(({ method, path }) => ({ method, path })))(
    "$method $path has one spelling",
    ({ method, path }) => {
      assert.isTrue(isServed(method, filled(path)))
      assert.isTrue(isServed(method, `${filled(path)}?limit=1`))
      for (const [name, respell] of spellings) {
        assert.isFalse(isServed(method, respell(filled(path))), `${name}: ${respell(filled(path))}`)
      }
    }
  )

  it("a path that is none is not served, nor is a method that the path does not take", () => {
    for (
      const path of ["", "*", "/v1", "/v2/orders", "/v1/orders/a/b", "http://127.0.0.1/v1/orders", "/v1/../metrics"]
    ) {
      assert.isFalse(isServed("GET", path), path)
    }
    for (const job of ["%63ancel", "%72etry", "%72esolve"]) {
      assert.isTrue(isServed("GET", `/v1/process-events/${job}`), "the id of a run")
      assert.isFalse(isServed("POST", `/v1/process-events/${job}`), "a job over all runs")
    }
    assert.isTrue(isServed("HEAD", "/v1/orders"))
    assert.isFalse(isServed("OPTIONS", "/v1/orders"))
  })
})
