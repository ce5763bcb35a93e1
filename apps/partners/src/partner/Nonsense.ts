/** Says 200 and means nothing by it: `/truncated` half a JSON document, `/nul` NUL bytes, any other path a web page. */
import { nonsense as kinds } from "../Instruction.ts"
import type { Partner } from "../Partner.ts"

export const nonsense: Partner = {
  name: "nonsense",
  reply: ({ path }) => path === "/truncated" ? kinds.truncated : path === "/nul" ? kinds.nul : kinds.html
}
