/**
 * Checks the language of docstrings (CONTRIBUTING.md, "House rules"): the first sentence begins with a noun phrase or a
 * verb, not with a question word, and none of the words occurs that hide who does what. Prints each violation as
 * `file:line text`, and fails if there is one.
 */
import { globSync, readFileSync } from "node:fs"

const questionWord = /^(What|Whether|Who|Whose|How|Where|Which|That)\b/
const hidingWord = /\b(whoever|whatever (became|becomes)|nobody|somebody|lets? go|taken? for well)\b/i

const docstring = /^[ \t]*\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*$/gm

let violations = 0
const files = globSync([
  "packages/*/{src,test}/**/*.{ts,tsx}",
  "apps/*/{src,test,proof}/**/*.{ts,tsx}",
  "examples/{src,test}/**/*.ts",
  "benchmarks/**/*.ts",
  "scripts/**/*.ts"
]).filter((file) =>
  !file.includes("node_modules") && !file.includes("/migrations/")
  && !file.endsWith("/OpenApi.ts")
).toSorted()
for (const file of files) {
  const text = readFileSync(file, "utf8")
  for (const { 0: raw, index } of text.matchAll(docstring)) {
    const words = raw.replaceAll(/^[ \t]*\/\*\*|\*\/[ \t]*$|^[ \t]*\* ?/gm, " ").replaceAll(/\s+/g, " ").trim()
    if (!questionWord.test(words) && !hidingWord.test(words)) continue
    violations++
    process.stderr.write(`${file}:${text.slice(0, index).split("\n").length} ${words.slice(0, 120)}\n`)
  }
}
if (violations > 0) {
  process.stderr.write(`${violations} docstrings: see CONTRIBUTING.md, "House rules"\n`)
  process.exitCode = 1
}
