/**
 * The requests that a cell's owner has to serve: orders taken in, cancels, retries, callbacks, streams. Any process
 * answers reads, from the database. Contract: section 11, "Owners".
 */
import * as Problems from "@sluice/api/wire/Problems"
import type { Rules } from "@sluice/cluster/Peers"
import { allows, type Need } from "@sluice/domain/access/Role"
import { Effect } from "effect"
import { Caller, type CallerIdentity } from "../access/Caller.ts"
import { problemResponse } from "../wire/Answer.ts"
import { maxBody } from "../wire/Body.ts"

const forwarded = /^\/v1\/(?:orders|events|callbacks\/|process-events\/[^/?]+\/(?:cancel|retry|stream|steps\/))/

/** True if the cell's owner has to serve the request; any process answers reads from the database. */
export const isForwarded = (method: string, url: string): boolean =>
  forwarded.test(url) && (method !== "GET" ? method !== "HEAD" : /\/stream(?:\?|$)/.test(url))

/** The caller as the owner is told it. */
const toldCaller = Effect.map(Caller, (caller) => caller && JSON.stringify(caller))

/** Serves a request for the caller that the forwarding process has authenticated. */
export const asCaller =
  (told: string | undefined) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, Caller, told === undefined ? undefined : JSON.parse(told) as CallerIdentity)

/** True if the caller that the forwarding process has authenticated may do this; without a caller no key is needed. */
export const isAllowed = (told: string | undefined, need: Need): boolean =>
  told === undefined || allows((JSON.parse(told) as CallerIdentity).roles, need)

export const rules: Rules = {
  isForwarded,
  maxBody,
  caller: toldCaller,
  lost: (cell) =>
    problemResponse(
      new Problems.Unavailable({
        detail:
          `The owner of cell ${cell} was lost before it answered: it may have been stored, repeat it with the same key`,
        retryAfterSeconds: 1
      })
    )
}
