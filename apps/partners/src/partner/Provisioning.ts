/** Creates an account for whoever orders; a later step uses its id. The answer is the one in the seed, byte for byte. */
import type { Partner } from "../Partner.ts"
import { text } from "../Reply.ts"

export const provisioning: Partner = {
  name: "provisioning",
  reply: () => text(200, "application/json", `{"accountId": "ACC-12345"}`)
}
