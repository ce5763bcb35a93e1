/**
 * The question whether a call of unknown outcome happened, asked before it is made again or compensated.
 * Contract: section 5, the last paragraph.
 */
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import type { Effect } from "effect"
import type { CalloutRequest, Judgement } from "../plugins/Callout.ts"
import type { PluginError } from "../plugins/PluginError.ts"
import { verdictOf } from "./AuxiliaryCallout.ts"

export interface Probe {
  /** The question as a callout. */
  readonly request: Effect.Effect<CalloutRequest, PluginError>
  /** Ask before the first attempt too, since a call of an earlier run may have taken effect. */
  readonly first: boolean
  /** Judges the probe's answer in place of the call's own; `undefined` means that the call must be made. */
  readonly settles: (response: OutboundResponse, call: CalloutRequest) => Judgement | undefined
}

/** Before a step's call: where it happened, the probe's answer is the call's. */
export const ofStep = (request: Probe["request"]): Probe => ({
  request,
  first: false,
  settles: (response, call) => verdictOf(response.status) === "happened" ? call.judge(response) : undefined
})

/** Before a compensation: where nothing happened, or it is undone by now, there is nothing to compensate. */
export const ofCompensation = (request: Probe["request"], first: boolean): Probe => ({
  request,
  first,
  settles: ({ status }) => verdictOf(status) === "did not happen" ? { outcome: "succeeded" } : undefined
})
