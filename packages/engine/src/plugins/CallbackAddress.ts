/** The address to which partners send later answers. Contract: section 2, `SLUICE_PUBLIC_URL`. */
import { Context } from "effect"

/** The address under which partners reach this server: `SLUICE_PUBLIC_URL`. */
export interface CallbackAddress {
  /** Without a trailing slash. */
  readonly base: () => string
  /** False for an address that stands for every interface: partners cannot call it. */
  readonly isReachable: boolean
}

export const CallbackBase = Context.Reference<CallbackAddress>("@sluice/engine/callouts/CallbackBase", {
  defaultValue: () => ({ base: () => "http://127.0.0.1:8080", isReachable: true })
})
