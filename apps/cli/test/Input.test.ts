import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Stdio, Stream } from "effect"
import { writtenJson } from "../src/terminal/Input.ts"

const stdin = Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode("[1]")) })

describe("JSON of a command line", () => {
  it.effect("is the text itself, a file's, or that of standard input", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const directory = yield* files.makeTempDirectoryScoped()
      const file = `${directory}/answer.json`
      yield* files.writeFileString(file, `{ "by": "mary" }`)
      yield* files.writeFileString(`${directory}/broken.json`, `{ "by": `)
      assert.deepStrictEqual(yield* writtenJson(`{ "by": "mary" }`), { by: "mary" })
      assert.deepStrictEqual(yield* writtenJson("false"), false)
      assert.deepStrictEqual(yield* writtenJson(file), { by: "mary" })
      assert.deepStrictEqual(yield* writtenJson("-"), [1])
      const unreadable = yield* Effect.flip(writtenJson(`${directory}/broken.json`))
      assert.include(unreadable.message, "broken.json is not JSON")
      yield* files.writeFile(`${directory}/latin.json`, Buffer.from(`{ "by": "José" }`, "latin1"))
      const undecodable = yield* Effect.flip(writtenJson(`${directory}/latin.json`))
      assert.include(undecodable.message, "latin.json is not UTF-8")
      yield* files.writeFileString(`${directory}/marked.json`, `\uFEFF{ "by": "José" }`)
      assert.deepStrictEqual(yield* writtenJson(`${directory}/marked.json`), { by: "José" })
      const neither = yield* Effect.flip(writtenJson("{ by: mary }"))
      assert.include(neither.message, "{ by: mary } is neither JSON nor the name of a file")
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeServices.layer, stdin))))
})
