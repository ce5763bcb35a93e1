import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { unknownVariables } from "../../src/config/UnknownVariables.ts"
import * as Process from "../support/Process.ts"

describe("UnknownVariables", () => {
  it.each([
    ["SLUICE_API_KEYZ", "SLUICE_API_KEYS"],
    ["SLUICE_APIKEYS", "SLUICE_API_KEYS"],
    ["SLUICE_ROLE", "SLUICE_ROLES"],
    ["SLUICE_RETENTON", "SLUICE_RETENTION"],
    ["SLUICE_ALLOWED_NETWORKS", "SLUICE_ALLOW_NETWORKS"],
    ["SLUICE_ENCRYPTION_KEYS", "SLUICE_ENCRYPTION_KEY"],
    ["SLUICE_DATADIR", "SLUICE_DATA_DIR"],
    ["SLUICE_CLUSTER_PROT", "SLUICE_CLUSTER_PORT"],
    ["SLUICE_PUBLIC_URI", "SLUICE_PUBLIC_URL"],
    ["SLUICE_CA_CERT", "SLUICE_CA_CERTS"]
  ])("%s is named with the nearest known, %s", (name, nearest) => {
    assert.deepStrictEqual(unknownVariables({ [name]: "x" }), [`${name} is not known: did you mean ${nearest}?`])
  })

  it("an unknown name without a similar one is reported with a known name", () => {
    assert.match(
      unknownVariables({ SLUICE_XYZZY: "x" })[0] ?? "",
      /^SLUICE_XYZZY is not known: did you mean SLUICE_\w+\?$/
    )
  })

  it("known, empty and foreign variables are not reported; each unknown one is reported once", () => {
    assert.deepStrictEqual(
      unknownVariables({
        SLUICE_API_KEYS: "x",
        SLUICE_API_KEY: "x",
        SLUICE_URL: "x",
        SLUICE_CELLS: "x",
        SLUICE_NOTHING: " ",
        SLUICE: "x",
        XSLUICE_ROLE: "x",
        PORT: "1"
      }),
      []
    )
    assert.lengthOf(unknownVariables({ SLUICE_B: "x", SLUICE_A: "x" }), 2)
  })

  it.live("a start logs one line for each unknown variable, even a start that fails at once", () =>
    Effect.gen(function*() {
      const refused = yield* Process.start({
        HOST: "0.0.0.0",
        SLUICE_API_KEYZ: "root=a-key-that-is-long-enough",
        SLUICE_DATA_DIR: "/tmp/sluice-that-is-not-there"
      })
      const { errors, output } = yield* refused.ended
      assert.match(errors, /SLUICE_API_KEYS is unset/)
      const lines = output.split("\n").filter((line) => line.includes("WARN"))
      assert.lengthOf(lines, 1, output)
      assert.match(lines[0] ?? "", /SLUICE_API_KEYZ is not known: did you mean SLUICE_API_KEYS\?$/)
      assert.notInclude(output, "long-enough")
    }).pipe(Effect.scoped))
})
