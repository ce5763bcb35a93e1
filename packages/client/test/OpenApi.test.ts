import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { describe as generate } from "../scripts/Description.ts"

/**
 * Removes the characters that formatting may change: white space, line breaks' bars, quotes of names and semicolons.
 */
const bare = (text: string) => text.replaceAll(/[\s;,|"()]/g, "")

describe("the generated types", () => {
  it("match the current API (otherwise run pnpm client:generate)", async () => {
    const written = readFileSync(new URL("../src/OpenApi.ts", import.meta.url), "utf8")
    assert.strictEqual(bare(written), bare(await generate()), "src/OpenApi.ts is stale: run `pnpm client:generate`")
  })
})
