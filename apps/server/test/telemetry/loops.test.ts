import { assert, describe, it } from "@effect/vitest"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../..", import.meta.url))

/** Forks that last for as long as what they serve, or wait for the end of the process once: they are no loops. */
const others = new Set([
  "packages/domain/src/telemetry/BackgroundLoop.ts",
  "apps/server/src/access/Listener.ts",
  "apps/server/src/wire/AcceptedResponse.ts"
])

describe("background loops", () => {
  it("every loop is started through BackgroundLoop, which counts it", async () => {
    const rooms = (await readdir(join(root, "packages"))).map((name) => `packages/${name}/src`).concat(
      "apps/server/src"
    )
    const files = (await Promise.all(
      rooms.map(async (room) => (await readdir(join(root, room), { recursive: true })).map((file) => `${room}/${file}`))
    )).flat().filter((file) => file.endsWith(".ts") && !file.includes("/testing/"))
    const uncounted: Array<string> = []
    for (const file of files) {
      const text = await readFile(join(root, file), "utf8")
      if (/Effect\.fork(Scoped|Daemon)\b/.test(text) && !others.has(file)) uncounted.push(file)
    }
    assert.deepStrictEqual(uncounted, [])
    assert.isAbove(files.length, 200)
  })
})
