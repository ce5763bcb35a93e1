/** A partner that follows its script, and behaves normally once the script is used up. */
import type { Partner } from "./Partner.ts"
import { makeScript, type Script } from "./Script.ts"

export interface ScriptedPartner extends Partner {
  readonly script: Script
}

/** Adds a script to a partner; a partner with words of its own brings its script and follows it itself. */
export const scriptable = (partner: Partner): ScriptedPartner => {
  if (partner.script !== undefined) return { ...partner, script: partner.script }
  const script = makeScript([])
  return {
    ...partner,
    script,
    reply: (request) => {
      const next = script.next(request)
      return next !== undefined && "reply" in next ? next.reply : partner.reply(request)
    }
  }
}
