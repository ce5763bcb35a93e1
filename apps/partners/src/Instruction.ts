/**
 * The words that instruct a partner how to answer: a status (`503`), `reset`, `hang`, `cut`, `html`, `truncated`,
 * `nul`, `flood` (2 MiB), `cancel` (a workflow step's CancelWorkflow), `patch` (the seed's OrderPatch). `200~1500` is
 * the same answer 1500 ms later.
 */
import { after, cut, hang, json, type Reply, reset, text } from "./Reply.ts"
import { cancelled, patched } from "./WorkflowAnswer.ts"

const floodBytes = 2 * 1024 * 1024

/** Answers with status 200 and a meaningless body, by name. */
export const nonsense = {
  html: text(200, "text/html; charset=utf-8", "<!doctype html><title>Welcome to nginx!</title>"),
  truncated: text(200, "application/json", `{ "OrderPatch": { "Status": "Valid`),
  nul: text(200, "application/json", "\0\0\0\0")
} satisfies Record<string, Reply>

const words: Readonly<Record<string, Reply>> = {
  ...nonsense,
  reset,
  hang,
  cut: cut(`{ "accountId": "ACC-12345", "note": "the rest of this never arrives" }`),
  flood: text(200, "application/json", JSON.stringify({ flood: "x".repeat(floodBytes) })),
  cancel: cancelled,
  patch: patched
}

/** All instruction words, to be listed in messages about an unknown one. */
export const instructions: ReadonlyArray<string> = [
  "a status from 200 to 599",
  ...Object.keys(words),
  "<word>~<milliseconds>"
]

const form = /^(\d{3}|[a-z]+)(?:~(\d{1,6}))?$/

/** The reply to a word; `undefined` for an unknown word. */
export const instructed = (word: string): Reply | undefined => {
  const match = form.exec(word)
  const what = match?.[1] ?? ""
  const status = Number(what)
  const known = Object.hasOwn(words, what)
    ? words[what]
    : status >= 200 && status <= 599
    ? status === 204 ? text(204, "", "") : json(status, {})
    : undefined
  return known && after(Number(match?.[2] ?? 0), known)
}
