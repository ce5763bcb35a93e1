import { assert, describe, it } from "@effect/vitest"
import {
  type ApiKeyRequest,
  type Circumstances,
  isLastAdministrator,
  nameFault,
  readApiKey
} from "../../src/access/ApiKey.ts"

const now = 1_795_910_400_000
const later: Circumstances = { now, isFirst: false }
const first: Circumstances = { now, isFirst: true }
const withTenants: Circumstances = { ...later, tenants: new Set(["acme", "*"]) }

const pathsOf = (request: ApiKeyRequest, circumstances = later): ReadonlyArray<string> => {
  const read = readApiKey(request, circumstances)
  return "faults" in read ? read.faults.map(({ path }) => path) : []
}

describe("ApiKey", () => {
  it.each<readonly [string, ApiKeyRequest, Circumstances, ReadonlyArray<string>]>([
    ["a key with a role", { name: "ops", roles: ["operate"] }, later, []],
    ["a key that expires", { name: "ops", roles: ["read"], expiresAt: "2026-12-01T00:00:00Z" }, later, []],
    ["a key that expires on a day", { name: "ops", roles: ["read"], expiresAt: "2027-01-01" }, later, []],
    ["a key that has expired", { name: "ops", roles: ["read"], expiresAt: "2026-11-01T00:00:00Z" }, later, [
      "expiresAt"
    ]],
    ["a moment without a zone", { name: "ops", roles: ["read"], expiresAt: "2027-01-01T00:00" }, later, ["expiresAt"]],
    ["no moment", { name: "ops", roles: ["read"], expiresAt: "tomorrow" }, later, ["expiresAt"]],
    ["no role", { name: "ops", roles: [] }, later, ["roles"]],
    ["an empty name", { name: "", roles: ["read"] }, later, ["name"]],
    ["a tenant without cells", { name: "ops", roles: ["read"], tenant: "acme" }, later, ["tenant"]],
    ["a tenant with a cell", { name: "ops", roles: ["read"], tenant: "acme" }, withTenants, []],
    ["a tenant without a cell", { name: "ops", roles: ["read"], tenant: "acne" }, withTenants, ["tenant"]],
    ["an empty tenant", { name: "ops", roles: ["read"], tenant: "" }, withTenants, ["tenant"]],
    ["an administrator as the first", { name: "root", roles: ["read", "admin"] }, first, []],
    ["another role as the first", { name: "root", roles: ["operate"] }, first, ["roles"]],
    [
      "an administrator that expires as the first",
      { name: "root", roles: ["admin"], expiresAt: "2027-01-01" },
      first,
      ["expiresAt"]
    ]
  ])("%s: the faults are at the members that have them", (_, request, circumstances, paths) => {
    assert.deepStrictEqual(pathsOf(request, circumstances), paths)
  })

  it("a tenant without a cell is refused with the tenants that have one", () => {
    const read = readApiKey({ name: "ops", roles: ["read"], tenant: "acne" }, withTenants)
    assert.deepStrictEqual("faults" in read && read.faults.map(({ message }) => message), [
      "has no cell in SLUICE_CELLS: name one of acme"
    ])
  })

  it("roles are kept once each, in the order of what they allow", () => {
    const read = readApiKey({ name: "ops", roles: ["submit", "read", "submit"] }, later)
    assert.deepStrictEqual("key" in read && read.key.roles, ["read", "submit"])
  })

  it.each(["ops", "Ops team", "shop-2.eu", "ä€", "x".repeat(100)])("%s can be a name", (name) => {
    assert.isUndefined(nameFault(name))
  })

  it.each([
    "",
    " ops",
    "ops ",
    "a,b",
    "a:b",
    "a=b",
    "a@b",
    "a\nb",
    "a\u200bb",
    "x".repeat(101),
    "anonymous",
    "settings-file"
  ])(
    "%j cannot be a name",
    (name) => assert.isDefined(nameFault(name))
  )

  it.each([
    ["the only administrator", "a", false, true],
    ["the only administrator beside one of the environment", "a", true, false],
    ["a key that is no administrator", "b", false, false],
    ["an administrator that expires", "c", false, false]
  ])("%s: whether it is the last that can manage keys", (_, id, hasOthers, expected) => {
    const keys = [
      { id: "a", roles: ["admin" as const], expires: false },
      { id: "b", roles: ["operate" as const], expires: false },
      { id: "c", roles: ["admin" as const], expires: true }
    ]
    assert.strictEqual(isLastAdministrator(id, keys, hasOthers), expected)
    const another = [...keys, { id: "d", roles: ["read" as const, "admin" as const], expires: false }]
    assert.isFalse(isLastAdministrator(id, another, hasOthers))
  })
})
