/** Contract: section 2, "Roles": the whole table, every route of the API's own description by every role. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { allows, leastRole, type Need, Role } from "@sluice/domain/access/Role"
import { Effect } from "effect"
import { Sluice } from "../support/Sluice.ts"
import { spellings } from "../support/Spellings.ts"

interface Route {
  readonly method: string
  /** As it is described: `/v1/orders/:id`. */
  readonly path: string
}

const routes: ReadonlyArray<Route> = [
  ...Object.values(Api.groups).flatMap((group) =>
    Object.values(group.endpoints).map(({ method, path }) => ({ method, path }))
  ),
  { method: "GET", path: "/metrics" }
]

const lookups = ["/v1/orders/:id", "/v1/process-events/:id", "/v1/process-events/:id/stream"]
const settings = /^\/v1\/(?:pipelines|connectors|auth-providers|webhook-endpoints)(?:\/:id)?$/
const administrators = /^\/v1\/(?:audit|api-keys)(?:\/|$)|^\/v1\/customers\/:id\/(?:export|erase)$|\/rotate-secret$/

/** The contract's words, in the order in which they except from each other. */
const needOf = ({ method, path }: Route): Need => {
  if (path.startsWith("/health") || path.startsWith("/v1/callbacks")) return "anyone"
  if (administrators.test(path)) return "admin"
  if (method === "GET") return lookups.includes(path) ? "lookup" : "read"
  if (path === "/v1/orders" || path === "/v1/events") return "submit"
  if (path.endsWith("/simulate")) return "read"
  return settings.test(path) ? "admin" : "operate"
}

const keyOf = (roles: ReadonlyArray<Role>) => `key-of-${roles.join("-and-")}-${"x".repeat(16)}`
const roleSets: ReadonlyArray<ReadonlyArray<Role>> = [...Role.literals.map((role) => [role]), ["read", "submit"]]
const keys = [
  ...roleSets.map((roles) => `${roles.join("-")}:${roles.join("+")}=${keyOf(roles)}`),
  "without=a-key-without-a-role"
]

describe("roles", () => {
  layer(Sluice.layer({ SLUICE_API_KEYS: keys.join(",") }), { excludeTestServices: true })((it) => {
    it.effect.each(routes)(
      "$method $path is served in no other spelling, which a table of roles would not know",
      (route) =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          const path = route.path.replaceAll(/:\w+/g, "1")
          for (const [name, respell] of spellings) {
            const answer = yield* ask(route.method, respell(path), {
              headers: { authorization: `Bearer ${keyOf(["admin"])}` }
            })
            assert.strictEqual(answer.status, 404, `${name}: ${answer.text.slice(0, 300)}`)
          }
        })
    )

    it.effect.each(routes)(
      "$method $path is for the roles that the contract names, and for no other",
      (route) =>
        Effect.gen(function*() {
          const { ask } = yield* Sluice
          const need = needOf(route)
          const path = route.path.replaceAll(/:\w+/g, "1")
          for (const roles of roleSets) {
            const name = `${roles.join("+")} ${route.method} ${path}`
            const answer = yield* ask(route.method, path, { headers: { authorization: `Bearer ${keyOf(roles)}` } })
            if (allows(roles, need)) {
              assert.notInclude([401, 403], answer.status, `${name}: ${answer.text.slice(0, 300)}`)
              continue
            }
            assert.strictEqual(answer.status, 403, name)
            assert.strictEqual(answer.json.type, "urn:sluice:problem:forbidden")
            assert.include(answer.json.detail, `this needs ${leastRole(need)}:`)
          }
          const administrator = yield* ask(route.method, path, {
            headers: { authorization: "Bearer a-key-without-a-role" }
          })
          assert.notInclude([401, 403], administrator.status)
        })
    )

    it.effect("the role is checked before any other part of the request", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const headers = { authorization: `Bearer ${keyOf(["read"])}` }
        assert.strictEqual((yield* ask("PUT", "/v1/pipelines/p?x=1", { headers, raw: "{" })).status, 403)
        assert.strictEqual((yield* ask("POST", "/v1/orders", { headers, raw: "{" })).status, 403)
        const { text } = yield* ask("GET", "/metrics", { headers })
        assert.match(text, /^sluice_api_key_refusals_total\{status="403"\} [1-9]/m)
      }))
  })
})

describe("Role", () => {
  const needs: ReadonlyArray<Need> = ["anyone", "lookup", "read", "submit", "operate", "admin"]

  it.each<readonly [Role, ReadonlyArray<Need>]>([
    ["read", ["anyone", "lookup", "read"]],
    ["submit", ["anyone", "lookup", "submit"]],
    ["operate", ["anyone", "lookup", "read", "submit", "operate"]],
    ["admin", needs]
  ])("%s may %j and nothing else", (role, expected) => {
    assert.deepStrictEqual(needs.filter((need) => allows([role], need)), expected)
  })

  it("the least sufficient role suffices, and none below it does", () => {
    for (const need of needs) {
      const least = leastRole(need)
      if (least === undefined) continue
      assert.isTrue(allows([least], need))
      const lesser = Role.literals.slice(0, Role.literals.indexOf(least))
      assert.isFalse(lesser.some((role) => allows([role], need)))
    }
  })
})
