/** Creates an account for the customer; a later step uses its id. The answer is the seed's, byte for byte. */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const provisioning: Partner = {
  name: "provisioning",
  reply: () => text(200, "application/json", `{"accountId": "ACC-12345"}`)
}
