/**
 * Does what its path says, request by request: `/503,503,reset,200` answers an order's first request with 503 and its
 * fourth with 200; the last word applies to all further requests. The words are those of `Instruction`; an unknown word
 * is answered with a 400 that names it.
 */
import { instructed } from "../Instruction.ts"
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"

export const scripted: Partner = {
  name: "scripted",
  reply: ({ number, path }) => {
    const script = path.slice(1).split(",")
    const word = script[Math.min(number, script.length) - 1] ?? ""
    return instructed(word) ?? json(400, { error: `This partner does not know the word "${word}"` })
  }
}
