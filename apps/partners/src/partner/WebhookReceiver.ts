/**
 * Receivers of Sluice's webhooks. They verify each request with the official library before they use it, and answer 401
 * to one that was not signed with their secret or was changed on its way.
 */
import { Result } from "effect"
import { Webhook } from "standardwebhooks"
import type { Partner, PartnerRequest } from "../Partner.ts"
import { type Answer, json, text } from "../Reply.ts"

/** The secrets that the receivers share with the demo's settings. */
export const webhookSecrets = {
  crm: "whsec_Y3JtIGFuZCBzbHVpY2Uga25vdyB0aGlz",
  warehouse: "whsec_d2FyZWhvdXNlIGFuZCBzbHVpY2Uga25vdw=="
} as const

const done = text(204, "", "")

const receiver = (name: keyof typeof webhookSecrets, handle: (request: PartnerRequest) => Answer): Partner => {
  const webhook = new Webhook(webhookSecrets[name])
  return {
    name,
    reply: (request) => {
      const verified = Result.try({
        try: () => webhook.verify(request.body, { ...request.headers }),
        catch: (error) => error instanceof Error ? error.message : String(error)
      })
      return Result.isSuccess(verified)
        ? { ...handle(request), finding: "verified" }
        : { ...json(401, { error: verified.failure }), finding: verified.failure }
    }
  }
}

/** A receiver of every message that accepts each at once. */
export const crm = receiver("crm", () => done)

/** A receiver that refuses the first message of an order, and accepts it the second time. */
export const warehouse = receiver(
  "warehouse",
  ({ number }) => number === 1 ? json(503, { error: "busy, come again" }) : done
)
