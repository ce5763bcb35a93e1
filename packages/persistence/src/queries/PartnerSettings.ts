/**
 * Partners as an operator sees them: every host that was called, has limits or had an open circuit. Limits are
 * settings: they are in force within a second in every process. Contract: section 7, `/v1/partners`.
 */
import type { JsonObject } from "@sluice/domain/json/Json"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import type { BreakerState } from "@sluice/engine/partners/PartnerBreaker"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { recordAct } from "../audit/ActRecord.ts"
import { tellOperational } from "../outbox/OperationalEvents.ts"
import { movedTurn } from "../partners/MovedTurn.ts"
import { percentile } from "../partners/PartnerCalls.ts"
import { staleAfter } from "../partners/PartnerTurnsPostgres.ts"
import { releasedRuns, waitingFor } from "../partners/WaitingRuns.ts"
import { announce } from "../settings/Announcement.ts"
import { SettingsLive } from "../settings/SettingsLive.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"

/** Calls of the last ten minutes; durations in milliseconds, `null` where there were none. */
export interface RecentCalls {
  readonly calls: number
  readonly failures: number
  readonly p50: number | null
  readonly p95: number | null
}

export interface Partner {
  readonly host: string
  readonly state: BreakerState
  /** Epoch milliseconds since which the circuit is in its state; absent if it never opened. */
  readonly since?: number
  readonly failures: number
  /** The number of runs that wait for the partner. */
  readonly waiting: number
  /** The time at which the next held run is tried, in epoch milliseconds; absent where none waits, and during a pause. */
  readonly nextTryAt?: number
  /** The number of requests on their way. */
  readonly open: number
  readonly maxConcurrent?: number
  readonly ratePerSecond?: number
  readonly paused: boolean
  readonly reason?: string
  readonly last10m: RecentCalls
}

/** A change of limits: an absent member keeps its value, `null` removes the limit. */
export interface LimitsChange {
  readonly maxConcurrent?: number | null
  readonly ratePerSecond?: number | null
  readonly paused?: boolean
  readonly reason?: string | null
}

interface Row {
  readonly host: string
  readonly state: BreakerState | null
  readonly since: Date | null
  readonly failures: number | null
  readonly waiting: number
  readonly retry_at: Date | null
  readonly open: number
  readonly max_concurrent: number | null
  readonly rate_per_second: number | null
  readonly paused: boolean | null
  readonly reason: string | null
  readonly calls: number
  readonly failed_calls: number
  readonly durations: ReadonlyArray<number> | null
}

const partnerOf = (row: Row): Partner => ({
  host: row.host,
  state: row.state ?? "closed",
  ...(row.since !== null && { since: row.since.getTime() }),
  failures: row.failures ?? 0,
  waiting: row.waiting,
  ...(row.retry_at !== null && row.waiting > 0 && row.paused !== true && { nextTryAt: row.retry_at.getTime() }),
  open: row.open,
  ...(row.max_concurrent !== null && { maxConcurrent: row.max_concurrent }),
  ...(row.rate_per_second !== null && { ratePerSecond: row.rate_per_second }),
  paused: row.paused ?? false,
  ...(row.reason !== null && { reason: row.reason }),
  last10m: {
    calls: row.calls,
    failures: row.failed_calls,
    p50: percentile(row.durations ?? [], 0.5),
    p95: percentile(row.durations ?? [], 0.95)
  }
})

const select = (where: string) =>
  `with ${releasedRuns}
select h.host, p.state, p.since, p.failures, p.retry_at, ${waitingFor("h.host")} as waiting,
  l.max_concurrent, l.rate_per_second, l.paused, l.reason,
  c.calls, c.failed_calls, c.open, (
    select array_agg(d.sum order by d.place) from (
      select place, sum(count)::int4 as sum from partner_calls k cross join lateral unnest(k.durations) with ordinality
        as u(count, place)
      where k.host = h.host and k.minute > statement_timestamp() - interval '10 minutes' group by place
    ) d
  ) as durations
from (select host from called_partners union select host from partners union select host from partner_limits) h
left join partners p on p.host = h.host
left join partner_limits l on l.host = h.host
cross join lateral (
  select coalesce(sum(k.calls), 0)::int4 as calls, coalesce(sum(k.failures), 0)::int4 as failed_calls,
    coalesce(sum(k.open) filter (where k.at > statement_timestamp() - ${staleAfter} and not exists (
      select from partner_calls y where y.host = k.host and y.process = k.process and y.minute > k.minute)), 0)::int4 as open
  from partner_calls k where k.host = h.host and k.minute > statement_timestamp() - interval '10 minutes'
) c
where ${where} order by h.host collate "C"`

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const live = yield* SettingsLive

  const list = (after: string | undefined, limit: number) =>
    orUnavailable(
      after === undefined
        ? sql.unsafe<Row>(`${select("true")} limit $1`, [limit])
        : sql.unsafe<Row>(`${select("h.host collate \"C\" > $2")} limit $1`, [limit, after])
    ).pipe(Effect.map((rows) => rows.map(partnerOf)))

  const get = (host: string) =>
    Effect.map(orUnavailable(sql.unsafe<Row>(select("h.host = $1"), [host])), ([row]) => row && partnerOf(row))

  const put = Effect.fn("PartnerSettings.put")(function*(host: string, change: LimitsChange) {
    yield* orUnavailable(transaction(
      sql,
      Effect.gen(function*() {
        yield* sql`insert into partner_limits (host) values (${host}) on conflict do nothing`
        const [before] = yield* sql<
          JsonObject & { readonly ratePerSecond: number | null }
        >`select max_concurrent as "maxConcurrent",
          rate_per_second as "ratePerSecond", paused, reason from partner_limits where host = ${host} for update`
        const { maxConcurrent, paused, ratePerSecond, reason } = change
        const [after] = yield* sql<JsonObject & { readonly paused: boolean }>`update partner_limits set
          max_concurrent = ${maxConcurrent === undefined ? sql`max_concurrent` : sql`${maxConcurrent}::int4`},
          rate_per_second = ${ratePerSecond === undefined ? sql`rate_per_second` : sql`${ratePerSecond}::float8`},
          paused = ${paused === undefined ? sql`paused` : sql`${paused}::boolean`},
          reason = ${reason === undefined ? sql`reason` : sql`${reason}::text`},
          next_turn = ${
          movedTurn(sql, before?.ratePerSecond, ratePerSecond === undefined ? before?.ratePerSecond : ratePerSecond)
        }
          where host = ${host} returning max_concurrent as "maxConcurrent", rate_per_second as "ratePerSecond", paused,
            reason`
        // Without a limit no calls wait for a turn.
        yield* sql`delete from partner_limits
          where host = ${host} and max_concurrent is null and rate_per_second is null and not paused`
        // Those who wait go on, the oldest first, in batches that grow with the answers.
        if (after?.paused === false) {
          yield* sql`update partners set retry_at = clock_timestamp(), batch = 1 where host = ${host}
            and (retry_at is not null or exists (select from runs where held_for = ${host}))`
        }
        const isPaused = after?.paused === true
        if (isPaused !== (before?.["paused"] === true)) {
          yield* tellOperational(sql, isPaused ? "partner.paused" : "partner.up", {
            host,
            reason: reason ?? (isPaused ? "paused by an operator" : "resumed by an operator")
          })
        }
        yield* announce(sql)
        yield* recordAct(sql, { before: { ...before }, after: { ...after }, reason: reason ?? undefined })
      })
    ))
    yield* Effect.ignore(live.refresh, { log: "Debug" })
    return yield* get(host)
  })

  return PartnerSettings.of({ list, get, put })
})

export class PartnerSettings extends Context.Service<PartnerSettings, {
  /** By host, those after `after`. */
  readonly list: (
    after: string | undefined,
    limit: number
  ) => Effect.Effect<ReadonlyArray<Partner>, JournalUnavailable>
  readonly get: (host: string) => Effect.Effect<Partner | undefined, JournalUnavailable>
  /** Changes the limits of a host, which need not have been called yet. */
  readonly put: (host: string, change: LimitsChange) => Effect.Effect<Partner | undefined, JournalUnavailable>
}>()("@sluice/persistence/PartnerSettings") {
  static readonly layer: Layer.Layer<PartnerSettings, never, SqlClient.SqlClient | SettingsLive> = Layer.effect(
    PartnerSettings,
    make
  )
}
