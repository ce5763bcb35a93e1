/** Opens an account with every request and ignores its `Idempotency-Key`: a repeated call opens two. */
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"
import { defaultSeed, numbersFrom } from "../Seed.ts"

export const makeForgetful = (seed = defaultSeed): Partner => {
  const next = numbersFrom(seed)
  return { name: "forgetful", reply: () => json(200, { accountId: `ACC-${next()}` }) }
}
