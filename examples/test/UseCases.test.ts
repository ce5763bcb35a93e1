import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

it("the seed's use cases end as the seed says, against a server and its partners", { timeout: 60_000 }, () => {
  const main = fileURLToPath(new URL("../src/use-cases.ts", import.meta.url))
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--conditions=@sluice/source", main], {
    encoding: "utf8"
  })
  assert.strictEqual(status, 0, `${stdout}${stderr}`)
  assert.include(stdout, "All as expected.")
})
