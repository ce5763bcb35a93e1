/**
 * Metrics of runs and callouts, as layers around the ports: leave them out for no metrics.
 *
 * `sluice_runs_total{state}` and `sluice_callout_duration_seconds{partner,outcome}`; names and units by the conventions
 * of Prometheus. Contract: section 7, `/metrics`.
 */
import { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Cause, Clock, Effect, Exit, Layer, Metric, Option } from "effect"
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

/** The series of one partner, by outcome. */
interface Series {
  readonly label: string
  readonly byOutcome: Map<string, Duration>
}

/** URLs whose series are found without reading them: a pipeline names few, an expression may make up any number. */
const maxKnownUrls = 256

/** Each series is made once; there are as many as labels and outcomes. */
const durations = (): (url: string, outcome: string) => Duration => {
  const ofLabels = new Map<string, Series>()
  const ofUrls = new Map<string, Series>()
  const labelOf = PartnerLabels.make()
  const seriesOf = (url: string): Series => {
    const label = labelOf(partnerOf(url))
    const series = ofLabels.get(label) ?? { label, byOutcome: new Map() }
    ofLabels.set(label, series)
    if (ofUrls.size >= maxKnownUrls) ofUrls.clear()
    ofUrls.set(url, series)
    return series
  }
  return (url, outcome) => {
    const { byOutcome, label } = ofUrls.get(url) ?? seriesOf(url)
    let duration = byOutcome.get(outcome)
    if (duration === undefined) byOutcome.set(outcome, duration = durationOf(label, outcome))
    return duration
  }
}

/** `scheme://host:port`, without credentials, path and query. */
const partnerOf = (url: string): string =>
  /^(https?:\/\/)(?:[^/?#\\]*@)?([^/?#\\]*)/i.exec(url)?.slice(1).join("") ?? ""

/** By the first digit of a status. */
const answered: ReadonlyArray<string> = Array.from({ length: 10 }, (_, digit) => `${digit}xx`)

/** The outcome of an exchange; `undefined` where it was interrupted or ended with a defect. */
const outcomeOf = (exit: Exit.Exit<OutboundResponse, OutboundError>): string | undefined => {
  if (Exit.isSuccess(exit)) return answered[Math.trunc(exit.value.status / 100)]
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isNone(error)) return undefined
  switch (error.value._tag) {
    case "OutboundTimedOut":
      return "timed-out"
    case "OutboundUnreachable":
      return error.value.code
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
      exchange: (request) =>
        Effect.suspend(() => {
          const begun = clock.monotonicTimeNanosUnsafe()
          return Effect.onExit(inner.exchange(request), (exit) =>
            Effect.sync(() => {
              const outcome = outcomeOf(exit)
              if (outcome === undefined) return
              const seconds = Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e9
              duration(request.url, outcome).updateUnsafe(seconds, context)
            }))
        })
    })
  })
)
