/**
 * Answers 200 with a meaningless body: `/truncated` with half a JSON document, `/nul` with NUL bytes, any other path
 * with a web page.
 */
import { nonsense as kinds } from "../Instruction.ts"
import type { Partner } from "../Partner.ts"

export const nonsense: Partner = {
  name: "nonsense",
  reply: ({ path }) => path === "/truncated" ? kinds.truncated : path === "/nul" ? kinds.nul : kinds.html
}
