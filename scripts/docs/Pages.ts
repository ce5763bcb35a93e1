/** The pages of the docs in the order of their index, and the blocks of a page. */
import { existsSync, readFileSync } from "node:fs"
import { delimiter, join, normalize } from "node:path"
import process from "node:process"

/**
 * - `run`: commands, `sh` fences and `<!-- run … -->` comments, which readers do not see.
 * - `shown`: what a command prints, `text` fences and `json shown`.
 * - `json`: a setting, a step or an order test, which the server has to accept.
 * - `ts`: a program, which has to compile.
 */
export interface Block {
  readonly kind: "run" | "shown" | "json" | "ts"
  readonly page: string
  readonly line: number
  readonly text: string
  /** The exit code that the commands end with: the word `exit=<code>`. */
  readonly exit: number
  /** The word `refusals`: a refusal is no fault, since it depends on what was faster. */
  readonly refusals?: boolean
}

/** The pages in the order of the index. */
export const pages = (): ReadonlyArray<string> => {
  const index = readFileSync("docs/README.md", "utf8")
  const linked = [...index.matchAll(/\]\(([\w./-]+\.md)(?:#[\w-]+)?\)/g)].map(([, path = ""]) =>
    normalize(join("docs", path))
  )
  return [...new Set(["README.md", "docs/README.md", ...linked])]
}

/** A comment or a fence; the fence's words are those after its backquotes. */
const parts =
  /^<!-- (?<directive>run(?: refusals)?\n|not run: |with )(?<comment>[\s\S]*?)-->$|^```(?<words>[^\n]*)\n(?<body>[\s\S]*?)^```$/gm

const kindOf = (language: string, words: ReadonlyArray<string>): Block["kind"] | undefined => {
  if (language === "sh") return "run"
  if (language === "text" || words.includes("shown")) return "shown"
  if (language === "json") return "json"
  return language === "ts" && !words.some((word) => word.startsWith("file=")) ? "ts" : undefined
}

/** A program of the names that is not on the path. */
const missingOf = (names: string): string | undefined =>
  names.trim().split(" ").find((name) =>
    !(process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)))
  )

interface Parts {
  readonly blocks: Array<Block>
  readonly notRun: Array<{ readonly page: string; readonly line: number; readonly reason: string }>
  readonly skipped: Array<{ readonly line: number; readonly without: string }>
}

/** The blocks of a page, and those that are left out. Directives hold up to the next fence, comments on the way too. */
const partsOf = (page: string): Parts => {
  const source = readFileSync(page, "utf8")
  const result: Parts = { blocks: [], notRun: [], skipped: [] }
  let left: ((line: number) => void) | undefined
  for (const { groups = {}, index } of source.matchAll(parts)) {
    const line = source.slice(0, index).split("\n").length
    const { comment = "", directive } = groups
    if (directive?.startsWith("not") === true) {
      left = (at) => result.notRun.push({ page, line: at, reason: comment.trim() })
    } else if (directive?.startsWith("with") === true) {
      const without = missingOf(comment)
      if (without !== undefined) left = (at) => result.skipped.push({ line: at, without })
    } else if (directive !== undefined) {
      const refusals = directive.includes("refusals")
      if (left === undefined) result.blocks.push({ kind: "run", page, line, text: comment, exit: 0, refusals })
    } else {
      const [language = "", ...words] = (groups["words"] ?? "").split(" ")
      const kind = kindOf(language, words)
      const exit = Number(words.find((word) => word.startsWith("exit="))?.slice(5) ?? 0)
      if (left !== undefined) left(line)
      else if (kind !== undefined) {
        result.blocks.push({ kind, page, line, text: groups["body"] ?? "", exit, refusals: words.includes("refusals") })
      }
      left = undefined
    }
  }
  return result
}

/** The blocks of a page that are proven. */
export const blocksOf = (page: string): ReadonlyArray<Block> => partsOf(page).blocks

/** The fences after `<!-- not run: <reason> -->`. */
export const notRunIn = (page: string): Parts["notRun"] => partsOf(page).notRun

/** The fences after `<!-- with <programs> -->` that need a program which is not on the path. */
export const skippedIn = (page: string): Parts["skipped"] => partsOf(page).skipped

/** A name for a page without slashes. */
export const slugOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-")
