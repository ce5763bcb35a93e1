/**
 * `/metrics`: the counters of this process, and the state of the whole system, queried when it is requested. Contract:
 * section 7. Names and units follow the conventions of Prometheus.
 */
import type { Overview as OverviewView } from "@sluice/domain/run/Overview"
import { OpenRunState } from "@sluice/domain/run/ProcessEvent"
import { make as makePartnerLabels, type PartnerLabels } from "@sluice/engine/internal/telemetry/PartnerLabels"
import { WriteHealth } from "@sluice/persistence/internal/journal/writer/WriteHealth"
import { Overview } from "@sluice/persistence/internal/queries/Overview"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { DateTime, Effect, Layer, Metric } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"

/** NaN where a value is unknown because the database is away: no alert rule holds for it. */
const unknown = Number.NaN

/** Longer than a look takes, shorter than a scraper waits. */
const patience = "3 seconds"

const openRuns = (state: string) =>
  Metric.gauge("sluice_open_runs", {
    description: "Runs that have not ended, by state, over all processes; counting stops at a bound.",
    attributes: { state }
  })

const oldestRun = Metric.gauge("sluice_oldest_open_run_age_seconds", {
  description: "Since when the oldest run is open, over all processes; 0 where none is."
})

const pendingDeliveries = Metric.gauge("sluice_pending_deliveries", {
  description: "Deliveries that are still to be made, over all processes; counting stops at a bound."
})

const oldestDelivery = Metric.gauge("sluice_oldest_pending_delivery_age_seconds", {
  description: "Since when the oldest delivery is pending, over all processes; 0 where none is."
})

const breakerOpen = (partner: string) =>
  Metric.gauge("sluice_partner_breaker_open", {
    description: "1 where calls to the partner are held back because it counts as down.",
    attributes: { partner }
  })

const runsWaiting = (partner: string) =>
  Metric.gauge("sluice_partner_waiting_runs", {
    description: "Runs that are held for the partner.",
    attributes: { partner }
  })

const stalledWrites = Metric.gauge("sluice_journal_stalled_seconds", {
  description: "For how long no commit of this process has succeeded in time; 0 while writes go on."
})

const unreadableSettings = Metric.gauge("sluice_settings_unreadable", {
  description: "Settings that are disabled, since a secret in them cannot be opened or this release cannot read them."
})

const epochMs = (iso: string): number => DateTime.toEpochMillis(DateTime.makeUnsafe(iso))

/** The age in seconds, by the clock of `view`. */
const ageOf = (view: OverviewView, oldest: ReadonlyArray<string>): number =>
  oldest.length === 0 ? 0 : Math.max(0, epochMs(view.at) - Math.min(...oldest.map(epochMs))) / 1000

const sinceOf = ({ oldest }: OverviewView["deliveries"]["pending"]): ReadonlyArray<string> =>
  oldest === undefined ? [] : [oldest.since]

/** The figures of the partners with one label. */
interface Standing {
  open: boolean
  waiting: number
}

/** The figures by label; `seen` has all labels that were ever reported. */
const standings = (view: OverviewView, labelOf: PartnerLabels, seen: Set<string>): ReadonlyMap<string, Standing> => {
  for (const { host } of view.partners) seen.add(labelOf(host))
  // A partner without recent calls drops out of the view: it counts as healthy.
  const all = new Map([...seen].map((label): [string, Standing] => [label, { open: false, waiting: 0 }]))
  for (const { breaker, host, waiting } of view.partners) {
    const standing = all.get(labelOf(host))
    if (standing === undefined) continue
    standing.open ||= breaker === "open"
    standing.waiting += waiting
  }
  return all
}

const show = Effect.fnUntraced(function*(view: OverviewView | undefined, labelOf: PartnerLabels, seen: Set<string>) {
  for (const state of OpenRunState.literals) {
    yield* Metric.update(openRuns(state), view?.runs[state].count ?? unknown)
  }
  const open = view && OpenRunState.literals.flatMap((state) => sinceOf(view.runs[state]))
  yield* Metric.update(oldestRun, view && open ? ageOf(view, open) : unknown)
  yield* Metric.update(pendingDeliveries, view?.deliveries.pending.count ?? unknown)
  yield* Metric.update(oldestDelivery, view ? ageOf(view, sinceOf(view.deliveries.pending)) : unknown)
  const partners = view && standings(view, labelOf, seen)
  for (const label of seen) {
    const standing = partners?.get(label)
    yield* Metric.update(breakerOpen(label), standing === undefined ? unknown : standing.open ? 1 : 0)
    yield* Metric.update(runsWaiting(label), standing === undefined ? unknown : standing.waiting)
  }
})

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const overview = yield* Overview
  const writes = yield* WriteHealth
  const settings = yield* SettingsLive
  const seen = new Set<string>()
  const labelOf = makePartnerLabels()
  yield* router.add(
    "GET",
    "/metrics",
    Effect.gen(function*() {
      const view = yield* overview.read("10m").pipe(
        Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(undefined) }),
        Effect.orElseSucceed(() => undefined)
      )
      yield* show(view, labelOf, seen)
      yield* Metric.update(stalledWrites, yield* writes.stalledSeconds)
      yield* Metric.update(unreadableSettings, settings.current().unreadable.length)
      return HttpServerResponse.text(yield* PrometheusMetrics.format(), {
        contentType: "text/plain; version=0.0.4; charset=utf-8"
      })
    })
  )
}))
