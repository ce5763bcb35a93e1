/**
 * Counts the requests to each partner, for `GET /v1/partners`: an `Outbound` that notes each exchange in memory, and a
 * loop that stores what has changed once a second. No order waits for it. Contract: section 7, `last10m` and `open`.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Outbound, type OutboundError, type OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The upper bounds of the classes in which durations are counted, in milliseconds, each a quarter above the one before;
 * longer durations are counted in a last class.
 */
export const bounds: ReadonlyArray<number> = Array.from({ length: 56 }, (_, n) => 1.25 ** n)

/** Hosts that are counted at once: expressions can make up any number. */
const mostHosts = 10_000

const minuteMs = 60_000

interface Counts {
  readonly minute: number
  calls: number
  failures: number
  readonly durations: Array<number>
}

interface HostCalls {
  open: number
  counts: Counts | undefined
  /** Counts of past minutes that are not stored completely. */
  over: Array<Counts>
  changed: boolean
  known: boolean
}

const classOf = (ms: number): number => {
  const at = bounds.findIndex((bound) => ms <= bound)
  return at < 0 ? bounds.length : at
}

/** No answer, or one that says the partner failed; what the guard blocked says nothing of the partner. */
const isFailure = (exit: Exit.Exit<OutboundResponse, OutboundError>): boolean =>
  Exit.isSuccess(exit) ? exit.value.status >= 500 : true

/**
 * The percentile of the durations, in milliseconds: `share` of the calls took no longer; `null` where there were none.
 */
export const percentile = (durations: ReadonlyArray<number>, share: number): number | null => {
  const calls = durations.reduce((sum, count) => sum + count, 0)
  if (calls === 0) return null
  let left = Math.ceil(calls * share)
  const at = durations.findIndex((count) => (left -= count) <= 0)
  return Math.round((bounds[Math.max(0, at)] ?? 1.25 ** bounds.length) * 10) / 10
}

const servicesOf = Effect.gen(function*() {
  const inner = yield* Outbound
  const sql = yield* SqlClient.SqlClient
  const clock = yield* Clock.Clock
  const process = yield* newUuid
  const hosts = new Map<string, HostCalls>()
  const forgetting = sql`delete from partner_calls where minute < clock_timestamp() - interval '11 minutes'`.pipe(
    Effect.catch((error) => Effect.logDebug("old calls of partners are not forgotten yet", error))
  )
  return { clock, forgetting, hosts, inner, process, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const hostNamed = ({ hosts }: Services, name: string): HostCalls | undefined => {
  const known = hosts.get(name)
  if (known !== undefined || hosts.size >= mostHosts) return known
  const host: HostCalls = { open: 0, counts: undefined, over: [], changed: false, known: false }
  hosts.set(name, host)
  return host
}

const countsAt = ({ clock }: Services, host: HostCalls): Counts => {
  const minute = Math.floor(clock.currentTimeMillisUnsafe() / minuteMs) * minuteMs
  if (host.counts?.minute === minute) return host.counts
  if (host.counts !== undefined && host.changed) host.over.push(host.counts)
  return host.counts = {
    minute,
    calls: 0,
    failures: 0,
    durations: Array.from({ length: bounds.length + 1 }, () => 0)
  }
}

const ended = (
  services: Services,
  host: HostCalls,
  begun: bigint,
  exit: Exit.Exit<OutboundResponse, OutboundError>
) => {
  const { clock } = services
  host.open--
  host.changed = true
  // Interrupted: nothing was learnt of the partner.
  if (Exit.isFailure(exit) && Exit.hasInterrupts(exit)) return
  const counts = countsAt(services, host)
  const at = classOf(Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6)
  counts.calls++
  if (isFailure(exit)) counts.failures++
  counts.durations[at] = (counts.durations[at] ?? 0) + 1
}

const storeCounts = ({ process, sql }: Services, name: string, counts: Counts, open: number) =>
  sql.unsafe(
    `insert into partner_calls (host, process, minute, calls, failures, durations, open, at)
      values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
      on conflict (host, process, minute) do update set calls = excluded.calls, failures = excluded.failures,
        durations = excluded.durations, open = excluded.open, at = excluded.at`,
    [
      name,
      PgTypes.uuid(process),
      PgTypes.timestamptz(counts.minute),
      counts.calls,
      counts.failures,
      [...counts.durations],
      open
    ]
  )

const store = Effect.fnUntraced(function*(services: Services, name: string, host: HostCalls) {
  const { sql } = services
  const counts = countsAt(services, host)
  const { open } = host
  host.changed = false
  for (const past of host.over) yield* storeCounts(services, name, past, 0)
  host.over = []
  if (!host.known) yield* sql`insert into called_partners (host) values (${name}) on conflict do nothing`
  host.known = true
  yield* storeCounts(services, name, counts, open)
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { clock, forgetting, hosts, inner } = services
  /** Stores the hosts that changed, and those with open requests, whose row has to stay fresh. */
  const storing = Effect.gen(function*() {
    yield* Effect.sleep("1 second")
    for (const [name, host] of hosts) {
      if (!host.changed && host.open === 0) {
        if (host.counts !== undefined && clock.currentTimeMillisUnsafe() - host.counts.minute > 10 * minuteMs) {
          hosts.delete(name)
        }
        continue
      }
      yield* Effect.onError(store(services, name, host), () => Effect.sync(() => host.changed = true))
    }
  }).pipe(Effect.catch((error) => Effect.logDebug("calls of partners are not stored yet", error)))
  yield* BackgroundLoop.fork(
    "partner-calls",
    Effect.forever(Effect.andThen(Effect.repeat(storing, { times: 59 }), forgetting))
  )
  return Outbound.of({
    ...inner,
    exchange: (request) =>
      Effect.suspend(() => {
        const name = urlHost(request.url)
        const host = name === undefined ? undefined : hostNamed(services, name)
        if (host === undefined) return inner.exchange(request)
        const begun = clock.monotonicTimeNanosUnsafe()
        host.open++
        host.changed = true
        return Effect.onExit(inner.exchange(request), (exit) => Effect.sync(() => ended(services, host, begun, exit)))
      })
  })
})

/** An `Outbound` that counts. */
export const layer: Layer.Layer<Outbound, never, Outbound | SqlClient.SqlClient> = Layer.effect(Outbound, make)
