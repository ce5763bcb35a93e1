/**
 * Builds the console into `dist`: the pages, each file beside its brotli and gzip forms, and in `.built` the hash of
 * what it was made from. Written aside and put in place at once, so that nobody serves half of it.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { build } from "vite"
import { sourceHash, stampFile } from "./freshness.ts"

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

const hash = sourceHash()
try {
  await build({ root: here, logLevel: "warn", build: { outDir: aside, emptyOutDir: true } })
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
