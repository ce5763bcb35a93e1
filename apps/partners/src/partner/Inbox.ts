/** Takes whatever is told to it, and answers 204: where messages go that nobody waits for. */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const inbox: Partner = { name: "inbox", reply: () => text(204, "", "") }
