/**
 * Metrics of runs and callouts, as layers around the ports: leave them out for no metrics.
 *
 * `sluice_runs_total{state}` and `sluice_callout_duration_seconds{partner,outcome}`; names and units by the conventions
 * of Prometheus. Contract: section 7, `/metrics`.
 */
import { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Layer, Metric, Result } from "effect"
import { type Committed, Journal, type Stale } from "../journal/Journal.ts"
import * as PartnerLabels from "./PartnerLabels.ts"

const ended = Object.fromEntries(
  FinalRunState.literals.map((state) => [
    state,
    Metric.counter("sluice_runs_total", {
      description: "Runs that ended in this process, by their final state.",
      incremental: true,
      attributes: { state }
    })
  ])
) as { readonly [State in FinalRunState]: Metric.Counter<number> }

/** Buckets from 5 ms to 5 minutes: partners answer in milliseconds or run into their timeout. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

type Duration = Metric.Histogram<number>

const durationOf = (partner: string, outcome: string): Duration =>
  Metric.histogram("sluice_callout_duration_seconds", {
    description: "How long partners took, from before the name was resolved to the last byte or the failure.",
    attributes: { partner, outcome },
    boundaries
  })

/** Each made once; as many as there are labels and outcomes. */
const durations = (): (partner: string, outcome: string) => Duration => {
  const made = new Map<string, Duration>()
  const labelOf = PartnerLabels.make()
  return (partner, outcome) => {
    const label = labelOf(partner)
    const key = `${outcome} ${label}`
    let duration = made.get(key)
    if (duration === undefined) made.set(key, duration = durationOf(label, outcome))
    return duration
  }
}

/** `scheme://host:port`, without credentials, path and query. */
const partnerOf = (url: string): string =>
  /^(https?:\/\/)(?:[^/?#\\]*@)?([^/?#\\]*)/i.exec(url)?.slice(1).join("") ?? ""

const outcomeOf = (result: Result.Result<OutboundResponse, OutboundError>): string => {
  if (Result.isSuccess(result)) return `${Math.trunc(result.success.status / 100)}xx`
  switch (result.failure._tag) {
    case "OutboundTimedOut":
      return "timed-out"
    case "OutboundUnreachable":
      return result.failure.code
    case "OutboundUnreadable":
      return "invalid-response"
  }
}

/** A journal that counts the runs which end through it. */
export const journal: Layer.Layer<Journal, never, Journal> = Layer.effect(
  Journal,
  Effect.gen(function*() {
    const inner = yield* Journal
    const context = yield* Effect.context<never>()
    // Each state is there from the start, so that a rate can be taken of the first one.
    for (const counter of Object.values(ended)) counter.updateUnsafe(0, context)
    const add = (state: string | undefined) =>
      Effect.sync(() =>
        state !== undefined
        && (ended as Readonly<Record<string, Metric.Counter<number> | undefined>>)[state]?.updateUnsafe(1, context)
      )
    const count = (stored: Committed | Stale) => add(stored._tag === "Committed" ? stored.ended : undefined)
    return Journal.of({
      ...inner,
      commit: (entry) => Effect.tap(inner.commit(entry), count),
      // A run without an executor has ended with its cancel; any other is counted at its executor's commit.
      cancel: (runId, cancellation, at) =>
        Effect.tap(
          inner.cancel(runId, cancellation, at),
          (answer) => add(answer._tag === "Stored" ? answer.state : undefined)
        )
    })
  })
)

/** An `Outbound` that takes the time of every exchange. */
export const outbound: Layer.Layer<Outbound, never, Outbound> = Layer.effect(
  Outbound,
  Effect.gen(function*() {
    const inner = yield* Outbound
    const clock = yield* Clock.Clock
    const context = yield* Effect.context<never>()
    const duration = durations()
    return Outbound.of({
      ...inner,
      exchange: Effect.fnUntraced(function*(request) {
        const begun = clock.monotonicTimeNanosUnsafe()
        const result = yield* Effect.result(inner.exchange(request))
        const seconds = Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e9
        duration(partnerOf(request.url), outcomeOf(result)).updateUnsafe(seconds, context)
        return Result.isSuccess(result) ? result.success : yield* Effect.fail(result.failure)
      })
    })
  })
)
