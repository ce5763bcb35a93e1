/**
 * Keeps the listings in the docs equal to the files that are compiled and tested: a fence `ts file=<path>` holds the
 * file, word for word. Writes them; `--check` compares.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import process from "node:process"

const listing = /^```ts file=(\S+)\n[\s\S]*?^```$/gm

let stale = 0
for (const page of globSync(["README.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md"]).toSorted()) {
  const before = readFileSync(page, "utf8")
  const after = before.replaceAll(
    listing,
    (_, file: string) => `\`\`\`ts file=${file}\n${readFileSync(file, "utf8").trimEnd()}\n\`\`\``
  )
  if (after === before) continue
  if (!process.argv.includes("--check")) {
    writeFileSync(page, after)
    continue
  }
  stale++
  process.stderr.write(`${page} shows a file as it was: run \`pnpm docs:listings\`\n`)
}
process.exitCode = stale === 0 ? 0 : 1
