/**
 * The built console: every file with its compressed forms, read once into memory (about a megabyte). If it was not
 * built, the server runs without a console.
 */
import { Context, Effect, FileSystem, Layer, Path } from "effect"

export interface ConsoleFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** The Brotli and gzip forms, if they were built. */
  readonly br?: Uint8Array
  readonly gzip?: Uint8Array
}

export interface BuiltConsole {
  /** `index.html`, with `__NONCE__` where the nonce of an answer belongs. */
  readonly page: string
  /** The files by path: `/assets/main-3f2a.js`. */
  readonly files: ReadonlyMap<string, ConsoleFile>
}

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".webp": "image/webp"
}

/** The build beside the console's sources in the workspace, or the copy inside the published package (`pack.ts`). */
const directory = Effect.gen(function*() {
  const path = yield* Path.Path
  const workspace = Effect.try(() => new URL("dist", import.meta.resolve("@sluice/console/package.json")))
  const packed = new URL("../../console", import.meta.url)
  return yield* path.fromFileUrl(yield* Effect.orElseSucceed(workspace, () => packed))
})

const read = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* directory
  const page = yield* fs.readFileString(path.join(root, "index.html"))
  const names = (yield* fs.readDirectory(root, { recursive: true })).map((name) => name.replaceAll("\\", "/"))
  const there = new Set(names)
  const bytesOf = (name: string) => fs.readFile(path.join(root, name))
  const files = new Map<string, ConsoleFile>()
  for (const name of names) {
    const contentType = contentTypes[path.extname(name)]
    if (contentType === undefined) continue
    files.set(`/${name}`, {
      contentType,
      bytes: yield* bytesOf(name),
      ...(there.has(`${name}.br`) && { br: yield* bytesOf(`${name}.br`) }),
      ...(there.has(`${name}.gz`) && { gzip: yield* bytesOf(`${name}.gz`) })
    })
  }
  return { page, files }
})

export class ConsoleFiles extends Context.Service<ConsoleFiles, {
  /** `undefined` where the console was not built. */
  readonly built: BuiltConsole | undefined
}>()("@sluice/server/console/ConsoleFiles") {
  static readonly layer: Layer.Layer<ConsoleFiles, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
    ConsoleFiles,
    read.pipe(
      Effect.catch((error) => Effect.as(Effect.logDebug("the console is not built", error), undefined)),
      Effect.map((built) => ConsoleFiles.of({ built }))
    )
  )

  /** A server without a console. */
  static readonly layerNone: Layer.Layer<ConsoleFiles> = Layer.succeed(ConsoleFiles, { built: undefined })
}
