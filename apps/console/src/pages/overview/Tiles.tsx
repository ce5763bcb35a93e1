/** The most important numbers; each leads to the list of what it counts. */
import { Link } from "@tanstack/react-router"
import type { Overview, OverviewCount } from "../../api/Documents.ts"
import type { Tone } from "../../api/StateTone.ts"
import { durationText } from "../../components/values/Duration.tsx"
import { timeOf } from "../../environment/Now.ts"
import { type Window, windowText, within } from "./Windows.tsx"

const countText = ({ count, more }: OverviewCount): string => `${count.toLocaleString("en")}${more ? "+" : ""}`

interface TileProps {
  readonly to: string
  readonly search?: Readonly<Record<string, string>>
  readonly label: string
  readonly value: string
  readonly note?: string | undefined
  readonly tone?: Tone | undefined
}

const Tile = ({ to, search = {}, label, value, note, tone }: TileProps) => (
  <Link to={to} search={search} className={`tile ${tone === undefined ? "" : `tone-${tone}`}`}>
    <span className="label">{label}</span>
    <span className="value">{value}</span>
    <span className="label">{note ?? "\u00a0"}</span>
  </Link>
)

const run = (state: string) => ({ to: "/process-events", search: { state } })

export interface TilesProps {
  readonly overview: Overview
  readonly window: Window
}

export const Tiles = ({ overview, window }: TilesProps) => {
  const { runs, deliveries, buckets, bucketMs, at, unsettled } = overview
  /** The filter for runs that were submitted in the window that the tile counts. */
  const recent = (search: Readonly<Record<string, string>>) => ({
    to: "/process-events",
    search: { ...search, ...within(window) }
  })
  const recently = `of ${windowText(window)}`
  const age = ({ oldest }: OverviewCount): string | undefined =>
    oldest === undefined ? undefined : `oldest ${durationText(Math.max(0, timeOf(at) - timeOf(oldest.since)))}`
  // The last three whole stretches: half a minute, where the window is ten.
  const newest = buckets.slice(-4, -1)
  const rate = newest.reduce((sum, { submitted }) => sum + submitted, 0) / ((newest.length * bucketMs) / 1000 || 1)
  const failed = runs.failed.count + runs["compensation-failed"].count
  return (
    <section className="tiles" aria-label="Now">
      {window === "10m"
        ? (
          <Tile
            to="/orders"
            label="Orders per second"
            value={rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en")}
            note="last half minute"
          />
        )
        : (
          <Tile
            to="/orders"
            search={within(window)}
            label="Orders"
            value={buckets.reduce((sum, { submitted }) => sum + submitted, 0).toLocaleString("en")}
            note={recently}
          />
        )}
      <Tile {...run("queued")} label="Queued" value={countText(runs.queued)} note={age(runs.queued)} />
      <Tile {...run("running")} label="Running" value={countText(runs.running)} note={age(runs.running)} />
      <Tile
        {...run("waiting")}
        label="Waiting"
        value={countText(runs.waiting)}
        note={age(runs.waiting) ?? "for a partner"}
        tone={runs.waiting.count > 0 ? "wait" : undefined}
      />
      <Tile {...recent({ state: "completed" })} label="Completed" value={countText(runs.completed)} note={recently} />
      <Tile
        {...recent(unsettled.count > 0 ? { errors: "unsettled" } : { state: "failed" })}
        label="Failed"
        value={failed.toLocaleString("en")}
        note={failed === 0 ? recently : `${countText(unsettled)} to put right`}
        tone={unsettled.count > 0 ? "bad" : undefined}
      />
      <Tile
        to="/deliveries"
        search={{ state: "pending" }}
        label="To deliver"
        value={countText(deliveries.pending)}
        note={age(deliveries.pending)}
      />
      <Tile
        to="/deliveries"
        search={{ state: "exhausted" }}
        label="Not delivered"
        value={countText(deliveries.exhausted)}
        note={deliveries.held.count > 0 ? `${countText(deliveries.held)} held` : recently}
        tone={deliveries.exhausted.count > 0 ? "bad" : undefined}
      />
    </section>
  )
}
