/** Says 200 and means nothing by it: `/truncated` half a JSON document, `/nul` NUL bytes, any other path a web page. */
import type { Partner } from "../Partner.ts"
import { type Reply, text } from "../Reply.ts"

/** The kinds of nonsense, by name. */
export const kinds = {
  html: text(200, "text/html; charset=utf-8", "<!doctype html><title>Welcome to nginx!</title>"),
  truncated: text(200, "application/json", `{ "OrderPatch": { "Status": "Valid`),
  nul: text(200, "application/json", "\0\0\0\0")
} satisfies Record<string, Reply>

export const nonsense: Partner = {
  name: "nonsense",
  reply: ({ path }) => path === "/truncated" ? kinds.truncated : path === "/nul" ? kinds.nul : kinds.html
}
