/**
 * Derives the health of partners from the calls of this process: an attempt without an answer counts against its host,
 * any other for it. Contract: section 4, `onUnavailable`.
 *
 * Effect's `CircuitBreaker` only counts here, and decides when there were too many failures; the open state is kept by the
 * `PartnerBreaker`. Effect's own store would keep it in this process, or ask a server before each call, while processes
 * that make no calls have to see it, and steps that do not hold make their calls in any state.
 */
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Effect, Exit } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { defectCode } from "../plugins/PluginError.ts"
import { PartnerBreaker } from "./PartnerBreaker.ts"
import * as PartnerCircuits from "./PartnerCircuits.ts"

/** The circuit opens once half of a host's last 20 calls failed, and 5 were made: so after 3 failures at the earliest. */
const size = 20
const tripPolicy = CircuitBreaker.rate({ threshold: 0.5, size, minimumCalls: 5 })
const tripsAfter = 3

/** The host of a URL, as `URL.host` gives it; a text that is no URL counts as a host itself. */
export const hostOf = (url: string): string => urlHost(url) ?? url

/** The end of an attempt, as far as the partner's health is concerned. */
export interface HealthSign {
  readonly outcome: Outcome
  readonly error?: { readonly code?: string | undefined } | undefined
  readonly response?: { readonly status: number } | undefined
  /** True if it is unknown whether the call took effect. */
  readonly unknown?: boolean | undefined
}

/**
 * The sign of a partner's health in the end of an attempt:
 * - `noAnswer`: the partner gave no answer
 * - `serverError`: it answered with a 5xx, which one order alone may cause
 * - `notAttempted`: nothing was sent to it
 */
export const signOf = (
  { outcome, error, response, unknown }: HealthSign
): "ok" | "noAnswer" | "serverError" | "notAttempted" => {
  switch (outcome) {
    case "timed-out":
      return "noAnswer"
    case "unreachable":
      return error?.code === "blocked" ? "notAttempted" : "noAnswer"
    case "invalid-response":
      // An error of this process says nothing about the partner.
      return error?.code === defectCode ? "notAttempted" : unknown === true ? "noAnswer" : "ok"
    case "rejected":
      return response === undefined ? "notAttempted" : response.status >= 500 ? "serverError" : "ok"
    case "cancelled":
    case "interrupted":
      return "notAttempted"
    default:
      return "ok"
  }
}

const verdicts = {
  ok: CircuitBreaker.success,
  noAnswer: CircuitBreaker.failure(),
  serverError: CircuitBreaker.failure(),
  notAttempted: CircuitBreaker.ignored
}

/** A call that ended, of which the partner's health takes the record alone. */
export interface WatchedCall {
  readonly record: HealthSign
}

export interface PartnerHealth {
  /** True while the partner's circuit is open: orders that can wait for it should. */
  readonly isDown: (host: string) => boolean
  /**
   * Makes the call even if the partner's circuit is open, and counts its result. `isTrial`: the run was released to try
   * the partner, and its result decides whether the other runs on hold are released, even if this process has not
   * noticed the partner's failure yet.
   */
  readonly watch: <A extends WatchedCall, E>(
    host: string,
    call: Effect.Effect<A, E>,
    isTrial: boolean
  ) => Effect.Effect<A, E>
}

const classify = (exit: Exit.Exit<WatchedCall>) =>
  Exit.isSuccess(exit) ? verdicts[signOf(exit.value.record)] : CircuitBreaker.ignored

export const make = Effect.gen(function*() {
  const board = yield* PartnerBreaker
  const breaker = yield* CircuitBreaker.make({ tripPolicy, openDuration: "1 second" })
  const circuits = PartnerCircuits.make()

  /** The number of good calls since the last bad one, by host. From `size` on, the breaker counts nothing but good calls. */
  const good = new Map<string, number>()

  /** Counts with the breaker while the circuit is closed; calls that would not change its state are skipped. */
  const count = (host: string, exchanged: WatchedCall): Effect.Effect<void> => {
    const verdict = verdicts[signOf(exchanged.record)]
    const before = good.get(host) ?? 0
    if (verdict._tag === "Ignored" || (verdict._tag === "Success" && before >= size)) return Effect.void
    if (good.size >= PartnerCircuits.keptHosts) good.clear()
    good.set(host, verdict._tag === "Success" ? before + 1 : 0)
    const key = circuits.keyOf(host)
    // Where another call has just opened the circuit, this one is refused, and says nothing new.
    const recorded = Effect.ignore(breaker.execute(Effect.succeed(exchanged), { key, classify }))
    return verdict._tag === "Failure" ? Effect.andThen(recorded, tell(host, key)) : recorded
  }

  const tell = (host: string, key: string) =>
    Effect.map(Effect.orDie(breaker.state(key)), (state) => {
      if (state._tag === "Closed" || key !== circuits.keyOf(host)) return
      circuits.tripped(host)
      board.failed(host, tripsAfter)
    })

  /**
   * Reports each result while the circuit is not closed. A 5xx counts as a failure only while the partner is down: once it
   * answers others again, a single order may be the cause.
   */
  const probing = <A extends WatchedCall, E>(host: string, call: Effect.Effect<A, E>) =>
    Effect.tap(call, ({ record }) =>
      Effect.sync(() => {
        const sign = signOf(record)
        if (sign === "ok") board.answered(host)
        else if (sign === "noAnswer" || (sign === "serverError" && board.condition(host) === "down")) {
          board.failed(host, 1)
        }
      }))

  const health: PartnerHealth = {
    isDown: (host) => board.condition(host) === "down",
    watch: (host, call, isTrial) =>
      Effect.suspend(() =>
        isTrial || board.condition(host) !== "up"
          ? probing(host, call)
          : Effect.tap(call, (exchanged) => count(host, exchanged))
      )
  }
  return health
}).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
