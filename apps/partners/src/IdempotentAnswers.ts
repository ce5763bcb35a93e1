/**
 * Keeps answers under an idempotency key, as Zuora does ("Idempotent requests"): an answer is kept for 24 hours. A
 * request with the same key gets it again, 409 while the first request is in progress, or 422 for another URL or
 * method.
 */
import type { PartnerRequest } from "./Partner.ts"
import { type Answer, json, type Reply } from "./Reply.ts"

const keptMs = 24 * 60 * 60 * 1000

interface Kept {
  readonly method: string
  readonly path: string
  readonly answer: Answer
  /** The time, in epoch milliseconds, from which the answer is given again; `until`: until which it is. */
  readonly readyAt: number
  readonly until: number
}

export interface IdempotentAnswers {
  /** The answer kept under the request's key, or the refusal to give it; `undefined` for a new key. */
  readonly recall: (request: PartnerRequest) => Reply | undefined
  /** Keeps an answer that takes `workMs` milliseconds to be there. */
  readonly keep: (request: PartnerRequest, answer: Answer, workMs: number) => void
}

export const makeIdempotentAnswers = (): IdempotentAnswers => {
  const kept = new Map<string, Kept>()
  return {
    recall: ({ headers, method, path, receivedAt }) => {
      const found = kept.get(headers["idempotency-key"] ?? "")
      if (found === undefined || receivedAt >= found.until) return undefined
      if (found.method !== method || found.path !== path) return json(422, { message: "Unprocessable Content" })
      return receivedAt < found.readyAt ? json(409, { message: "Conflict" }) : found.answer
    },
    keep: ({ headers, method, path, receivedAt }, answer, workMs) => {
      const key = headers["idempotency-key"]
      if (key === undefined) return
      kept.set(key, { method, path, answer, readyAt: receivedAt + workMs, until: receivedAt + keptMs })
    }
  }
}
