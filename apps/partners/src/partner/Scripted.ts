/**
 * Does what its path says, request by request: `/503,503,reset,200` answers an order's first request with 503 and its
 * fourth with 200; the last word holds for all that follow. Words: a status, `reset`, `hang`, `cut`, `html`,
 * `truncated`, `nul`, `flood` (2 MiB), `cancel` (a workflow step's CancelWorkflow), `patch` (the seed's OrderPatch);
 * `200~1500` is the same answer 1500 ms later. A word that it does not know is a 400 naming it.
 */
import type { Partner } from "../Partner.ts"
import { after, cut, hang, json, type Reply, reset, text } from "../Reply.ts"
import { cancelled, patched } from "../WorkflowAnswer.ts"
import { kinds } from "./Nonsense.ts"

const floodBytes = 2 * 1024 * 1024

const words: Readonly<Record<string, Reply>> = {
  ...kinds,
  reset,
  hang,
  cut: cut(`{ "accountId": "ACC-12345", "note": "the rest of this never arrives" }`),
  flood: text(200, "application/json", JSON.stringify({ flood: "x".repeat(floodBytes) })),
  cancel: cancelled,
  patch: patched
}

const instruction = /^(\d{3}|[a-z]+)(?:~(\d{1,6}))?$/

const replyTo = (word: string): Reply => {
  const match = instruction.exec(word)
  const what = match?.[1] ?? ""
  const status = Number(what)
  const known = Object.hasOwn(words, what) ? words[what] : undefined
  if (known === undefined && !(status >= 200 && status <= 599)) {
    return json(400, { error: `This partner does not know the word "${word}"` })
  }
  return after(Number(match?.[2] ?? 0), known ?? (status === 204 ? text(204, "", "") : json(status, {})))
}

export const scripted: Partner = {
  name: "scripted",
  reply: ({ number, path }) => {
    const script = path.slice(1).split(",")
    return replyTo(script[Math.min(number, script.length) - 1] ?? "")
  }
}
