/** Accepts every message with 204, and does nothing with it. */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const inbox: Partner = { name: "inbox", reply: () => text(204, "", "") }
