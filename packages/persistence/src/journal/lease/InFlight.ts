/**
 * The runs that this process holds, counted by pipeline and weighed, so that one pipeline's burst takes no more than its
 * share of the process: what is above stays queued in the database, and is claimed in turns.
 */

import type { ClaimToken } from "@sluice/engine/journal/Journal"

/** The bounds on what a process executes: runs of one pipeline, all runs, and the bytes of their documents. */
export interface InFlightLimits {
  readonly perPipeline: number
  readonly runs: number
  readonly bytes: number
}

/** The default bounds. They are below what `Runs` executes at most, so that runs are queued before any is refused. */
export const defaultLimits: InFlightLimits = { perPipeline: 2000, runs: 8000, bytes: 256 * 1024 * 1024 }

export interface Load {
  readonly pipeline: string
  readonly bytes: number
}

export interface InFlight {
  readonly has: (runId: string) => boolean
  /** True while the claim token is valid. */
  readonly stands: (claimToken: ClaimToken) => boolean
  /** Begins a claim token, and returns its number; an earlier token of the run ends. */
  readonly add: (runId: string, load: Load) => number
  /** Ends the claim token. False if it had ended before; a later claim is left alone. */
  readonly remove: (claimToken: ClaimToken) => boolean
  readonly clear: () => void
  /** The number of further runs that may be claimed. */
  readonly roomInAll: () => number
  /** The number of further runs of this pipeline that may be claimed. */
  readonly room: (pipeline: string) => number
  /** Notifies once when there is room again; for a caller that could not claim for lack of room. */
  readonly whenRoom: (tell: () => void) => void
}

export const make = (limits: InFlightLimits): InFlight => {
  const held = new Map<string, Load & { readonly claimToken: number }>()
  const counts = new Map<string, number>()
  let bytes = 0
  let removals = 0
  let claimTokens = 0
  let waiting: (() => void) | undefined

  const roomInAll = () => bytes >= limits.bytes ? 0 : Math.max(0, limits.runs - held.size)

  /** Fewer freed places than this are not worth a look at the queue. */
  const worthALook = Math.max(1, Math.floor(limits.perPipeline / 8))

  const forget = (runId: string) => {
    const load = held.get(runId)
    if (load === undefined) return
    held.delete(runId)
    bytes -= load.bytes
    const left = (counts.get(load.pipeline) ?? 1) - 1
    if (left > 0) counts.set(load.pipeline, left)
    else counts.delete(load.pipeline)
  }

  const stands = ({ runId, claimToken }: ClaimToken) => held.get(runId)?.claimToken === claimToken

  return {
    has: (runId) => held.has(runId),
    stands,
    add: (runId, { bytes: weight, pipeline }) => {
      forget(runId)
      const claimToken = ++claimTokens
      held.set(runId, { pipeline, bytes: weight, claimToken })
      counts.set(pipeline, (counts.get(pipeline) ?? 0) + 1)
      bytes += weight
      return claimToken
    },
    remove: (claimToken) => {
      if (!stands(claimToken)) return false
      forget(claimToken.runId)
      if (waiting !== undefined && ++removals >= worthALook) {
        const tell = waiting
        waiting = undefined
        tell()
      }
      return true
    },
    clear: () => {
      held.clear()
      counts.clear()
      bytes = 0
    },
    roomInAll,
    room: (pipeline) => Math.max(0, Math.min(limits.perPipeline - (counts.get(pipeline) ?? 0), roomInAll())),
    whenRoom: (tell) => {
      removals = 0
      waiting = tell
    }
  }
}
