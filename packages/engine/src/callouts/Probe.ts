/**
 * The question whether a call of unknown outcome happened, asked before it is made again or compensated.
 * Contract: section 5, the last paragraph.
 */
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import type { Effect } from "effect"
import type { CalloutRequest, Judgement } from "../plugins/Callout.ts"
import type { PluginError } from "../plugins/PluginError.ts"
import { verdictOf } from "./AuxiliaryCallout.ts"

/** The meaning of a probe's answer. */
export type ProbeVerdict =
  /** The answer is judged in place of the call's own. */
  | { readonly _tag: "Settled"; readonly judgement: Judgement }
  /** The call has to be made. */
  | { readonly _tag: "Call" }
  /** It is still not known whether the call took effect. */
  | { readonly _tag: "Unknown" }

export interface Probe {
  /** The question as a callout. */
  readonly request: Effect.Effect<CalloutRequest, PluginError>
  /** Ask before the first attempt too, since a call of an earlier run may have taken effect. */
  readonly first: boolean
  readonly verdict: (response: OutboundResponse, call: CalloutRequest) => ProbeVerdict
}

/** Milliseconds before a probe that could not tell is asked for the second, third and fourth time. */
export const probeDelaysMs = [1000, 5000, 15_000] as const

const callIt: ProbeVerdict = { _tag: "Call" }
const unknown: ProbeVerdict = { _tag: "Unknown" }

/** The probe of a step's call: if the call happened, the probe's answer is the call's; if not, the call is made. */
export const ofStep = (request: Probe["request"]): Probe => ({
  request,
  first: false,
  verdict: (response, call) => {
    const verdict = verdictOf(response.status)
    if (verdict === "happened") return { _tag: "Settled", judgement: call.judge(response) }
    return verdict === "did not happen" ? callIt : unknown
  }
})

/** The probe before a compensation: if the call never happened or is undone already, nothing is compensated. */
export const ofCompensation = (request: Probe["request"], first: boolean): Probe => ({
  request,
  first,
  verdict: ({ status }) => {
    const verdict = verdictOf(status)
    if (verdict === "did not happen") return { _tag: "Settled", judgement: { outcome: "succeeded" } }
    return verdict === "happened" ? callIt : unknown
  }
})
