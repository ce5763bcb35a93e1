/** Accepts every message with 204: a destination that does nothing. */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const inbox: Partner = { name: "inbox", reply: () => text(204, "", "") }
