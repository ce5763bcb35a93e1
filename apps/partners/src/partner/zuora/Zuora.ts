/**
 * A local Zuora: tokens, accounts, orders, errors, limits and idempotency as Zuora's public documentation has them
 * (developer.zuora.com: "Create an OAuth token", "Create an account", "Create an order", "Error codes", "Error handling",
 * "Idempotent requests", "Rate limits"). What the documentation says is kept, with its addresses, in `fixtures/zuora`.
 *
 * Words of its script: `lock` and `limit` refuse with categories 50 and 70; `invalid` refuses for good; `429`, `503`;
 * `expire` forgets all tokens; `lost` does the work and resets the connection; `slow` does it, and answers after a minute.
 */
import { makeIdempotentAnswers } from "../../IdempotentAnswers.ts"
import type { Partner, PartnerRequest } from "../../Partner.ts"
import { after, type Answer, json, type Reply, reset, withHeaders } from "../../Reply.ts"
import { makeScript } from "../../Script.ts"
import { defaultSeed } from "../../Seed.ts"
import { type ClientCredentials, makeTokenDesk } from "../../TokenDesk.ts"
import { invalidTermType, makeLedger, refusal } from "./Ledger.ts"

/** The credentials of the local Zuora: an id has 36 characters and a secret at most 42. */
export const zuoraCredentials: ClientCredentials = {
  clientId: "5d4ae8bc-4b0a-4f0e-9c1e-2f6a1b7c8d90",
  clientSecret: "zuora-secret-of-the-local-zuora"
}

const lifetimeSeconds = 3599
const slowMs = 60_000

const words = ["lock", "limit", "invalid", "429", "503", "expire", "lost", "slow"] as const

const lock = refusal({ code: 58730050, message: "Operation failed due to a lock competition, please retry later." })
const limit = refusal({ code: 50000070, message: "Request exceeded limit" })
const unauthenticated = json(401, {
  success: false,
  reasons: [{ code: 90000011, message: "Authentication error" }]
})

/** Zuora: "Rate limits": the quotas of a minute, an hour and a day, that of the window closest to exhaustion first. */
const quota = { "ratelimit-limit": "2250000, 50000;w=60, 2250000;w=3600, 27000000;w=86400" }

/** Zuora documents no `Retry-After`, and no body. */
const tooMany = withHeaders({ ...quota, "ratelimit-remaining": "0", "ratelimit-reset": "600" }, json(429, {}))

/** Sent with every processed answer of `/v1` (Zuora: "Rate limits", "Concurrent request limits in headers"). */
const limits = {
  ...quota,
  "ratelimit-remaining": "399",
  "ratelimit-reset": "1200",
  "concurrency-limit-type": "high-volume transactions",
  "concurrency-limit-limit": "200",
  "concurrency-limit-remaining": "199"
}

/** Zuora: "Create an OAuth token", the sample answer. */
const tokenAnswer = (token: string): Answer =>
  json(200, {
    access_token: token,
    expires_in: lifetimeSeconds,
    jti: token.replace(/^./, "d"),
    scope: "user.7c4d5433dc234c369a01b9719ecd059f tenant.19",
    token_type: "bearer"
  })

/** The header's bounds: at most 64 characters, none of `: ; " '`. */
const isTrackId = (value: string): boolean => /^[\x20-\x7e]{1,64}$/.test(value) && !/[:;"']/.test(value)

const description = /"(?:description|notes)":"Order ([^"\\]+)"/

export const makeZuora = (seed = defaultSeed): Partner => {
  const desk = makeTokenDesk(
    zuoraCredentials,
    (number) => `c652cbc0ea384b9f${String(number).padStart(16, "0")}`,
    { lifetimeSeconds, seed }
  )
  const script = makeScript(words)
  const answers = makeIdempotentAnswers()
  const ledger = makeLedger(seed)

  const work = (request: PartnerRequest): Answer => {
    switch (`${request.method} ${request.path}`) {
      case "POST /v1/accounts":
        return ledger.createAccount(request.body)
      case "POST /v1/orders":
        return ledger.createOrder(request.body)
      default:
        return json(404, { success: false, reasons: [{ code: 50000040, message: "No such resource" }] })
    }
  }

  const kept = (request: PartnerRequest, answer: Answer, workMs = 0): Answer => {
    answers.keep(request, answer, workMs)
    return answer
  }

  const perform = (request: PartnerRequest): Reply => {
    const next = script.next(request)
    if (next !== undefined && "reply" in next) return next.reply
    switch (next?.word) {
      case "lock":
        return kept(request, lock)
      case "limit":
        return kept(request, limit)
      case "invalid":
        return kept(request, refusal(invalidTermType))
      case "429":
        return tooMany
      case "503":
        return json(503, {})
      case "expire":
        desk.forget()
        return unauthenticated
      case "lost":
        kept(request, work(request))
        return reset
      case "slow":
        return after(slowMs, kept(request, work(request), slowMs))
      default:
        return kept(request, work(request))
    }
  }

  const api = (request: PartnerRequest): Reply => {
    if (!desk.admits(request)) return unauthenticated
    const key = request.headers["idempotency-key"]
    const track = request.headers["zuora-track-id"]
    if (key !== undefined && key.length >= 255) {
      return refusal({ code: 50000020, message: "idempotency-key is too long" })
    }
    if (track !== undefined && !isTrackId(track)) {
      return refusal({ code: 50000020, message: "Zuora-Track-Id is invalid" })
    }
    const reply = answers.recall(request) ?? perform(request)
    return reply._tag === "Answer"
      ? { ...reply, headers: { ...limits, ...reply.headers, ...(track !== undefined && { "zuora-track-id": track }) } }
      : reply
  }

  return {
    name: "zuora",
    script,
    orderId: (body) => description.exec(body)?.[1],
    reply: (request) => {
      if (request.path !== "/oauth/token") return api(request)
      const issued = desk.issue(request)
      if ("token" in issued) return tokenAnswer(issued.token)
      // RFC 6749, section 5.2: Zuora documents no body of its own.
      return issued.refusal === "unknown_client" || issued.refusal === "invalid_client"
        ? json(401, { error: "invalid_client" })
        : json(400, { error: issued.refusal })
    }
  }
}
