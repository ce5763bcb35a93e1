/**
 * Creates an account for the customer; a later step uses its id. The answer is that of the source system's example,
 * byte for byte.
 */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const provisioning: Partner = {
  name: "provisioning",
  reply: () => text(200, "application/json", `{"accountId": "ACC-12345"}`)
}
