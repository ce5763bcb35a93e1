/**
 * Builds the console into `dist`: the pages, each file beside its brotli and gzip forms, in `.built` the hash of what
 * it was made from, and in `.bundled` the packages of which the pages hold code, for the bill of materials. Written into
 * a directory of its own and renamed at the end, so that a server never serves an incomplete build.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { build } from "vite"
import { bundledFile, sourceHash, stampFile } from "./freshness.ts"

const here = import.meta.dirname
const aside = join(here, `.dist-${process.pid}`)
const dist = join(here, "dist")

/** What a compressed form is worth for. */
const compressible = /\.(?:js|css|svg|html|json)$/

const compress = (file: string): void => {
  const bytes = readFileSync(file)
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    })
  )
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
}

/** The package that a module is from, as `name@version`; nothing for the console's own modules. */
const packageOf = (module: string): string | undefined => {
  const directory = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1]
  if (directory === undefined) return undefined
  const { name, version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, string>
  return `${name}@${version}`
}

const hash = sourceHash()
try {
  const built = await build({ root: here, logLevel: "warn", build: { outDir: aside, emptyOutDir: true } })
  const modules = ("output" in built ? [built] : Array.isArray(built) ? built : [])
    .flatMap(({ output }) => output.flatMap((one) => one.type === "chunk" ? one.moduleIds : []))
  const packages = new Set(modules.flatMap((module) => packageOf(module) ?? []))
  writeFileSync(join(aside, bundledFile), `${[...packages].toSorted().join("\n")}\n`)
  for (const entry of readdirSync(aside, { recursive: true, withFileTypes: true })) {
    // The page itself differs with each answer.
    if (entry.isFile() && compressible.test(entry.name) && entry.name !== "index.html") {
      compress(join(entry.parentPath, entry.name))
    }
  }
  writeFileSync(join(aside, stampFile), `${hash}\n`)
  rmSync(dist, { recursive: true, force: true })
  renameSync(aside, dist)
} finally {
  rmSync(aside, { recursive: true, force: true })
}
