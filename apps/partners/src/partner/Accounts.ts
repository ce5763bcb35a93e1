/**
 * Opens an account for each order, and honours `Idempotency-Key` correctly: the same key and bytes bring the same
 * answer and open nothing; the same key with other bytes is a 422 (IETF draft "The Idempotency-Key HTTP Header Field").
 */
import type { Partner } from "../Partner.ts"
import { type Answer, json } from "../Reply.ts"
import { defaultSeed, numbersFrom } from "../Seed.ts"

export const makeAccounts = (seed = defaultSeed): Partner => {
  const kept = new Map<string, { readonly body: string; readonly answer: Answer }>()
  const next = numbersFrom(seed)
  return {
    name: "accounts",
    reply: ({ body, headers }) => {
      const key = headers["idempotency-key"]
      const before = key === undefined ? undefined : kept.get(key)
      if (before !== undefined) {
        return before.body === body
          ? before.answer
          : json(422, { error: "this Idempotency-Key was used for another request" })
      }
      const answer = json(200, { accountId: `ACC-${next()}` })
      if (key !== undefined) kept.set(key, { body, answer })
      return answer
    }
  }
}
