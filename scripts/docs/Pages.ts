/** The pages of the docs in the order of their index, and the blocks of a page. */
import { readFileSync } from "node:fs"
import { join, normalize } from "node:path"

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

/** The pages in the order in which somebody reads them who follows the index. */
export const pages = (): ReadonlyArray<string> => {
  const index = readFileSync("docs/README.md", "utf8")
  const linked = [...index.matchAll(/\]\(([\w./-]+\.md)(?:#[\w-]+)?\)/g)].map(([, path = ""]) =>
    normalize(join("docs", path))
  )
  return [...new Set(["README.md", "docs/README.md", ...linked])]
}

/** A comment or a fence; the fence's words are those after its backquotes. */
const parts =
  /^<!-- (?<directive>run(?: refusals)?\n|not run: )(?<comment>[\s\S]*?)-->$|^```(?<words>[^\n]*)\n(?<body>[\s\S]*?)^```$/gm

const kindOf = (language: string, words: ReadonlyArray<string>): Block["kind"] | undefined => {
  if (language === "sh") return "run"
  if (language === "text" || words.includes("shown")) return "shown"
  if (language === "json") return "json"
  return language === "ts" && !words.some((word) => word.startsWith("file=")) ? "ts" : undefined
}

/** The blocks of a page that are proven. A fence after `<!-- not run: <reason> -->` is not among them. */
export const blocksOf = (page: string): ReadonlyArray<Block> => {
  const source = readFileSync(page, "utf8")
  const blocks: Array<Block> = []
  let skipped = false
  for (const { groups = {}, index } of source.matchAll(parts)) {
    const line = source.slice(0, index).split("\n").length
    if (groups["directive"] !== undefined) {
      skipped = groups["directive"].startsWith("not")
      if (!skipped) {
        blocks.push({
          kind: "run",
          page,
          line,
          text: groups["comment"] ?? "",
          exit: 0,
          refusals: groups["directive"].includes("refusals")
        })
      }
      continue
    }
    const [language = "", ...words] = (groups["words"] ?? "").split(" ")
    const kind = kindOf(language, words)
    const exit = Number(words.find((word) => word.startsWith("exit="))?.slice(5) ?? 0)
    if (kind !== undefined && !skipped) {
      blocks.push({ kind, page, line, text: groups["body"] ?? "", exit, refusals: words.includes("refusals") })
    }
    skipped = false
  }
  return blocks
}

/** A name for a page without slashes. */
export const slugOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-")
