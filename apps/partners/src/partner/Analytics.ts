/** Receives every order and always answers 500. Nothing should depend on it. */
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"

export const analytics: Partner = {
  name: "analytics",
  reply: () => json(500, { error: "the warehouse is rebuilding" })
}
