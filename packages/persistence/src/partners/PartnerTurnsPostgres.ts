/**
 * Turns at limited partners over all processes: implements `@sluice/http-client/PartnerTurns`. A row for each limited
 * host says when the next request may begin, a row for each process how many it has open there. Each process asks for
 * all its waiting requests at once, in a transaction that locks the host's row; only hosts with limits are asked for.
 *
 * A process that stops renewing its row for `staleAfter` no longer counts: its sockets are closed by then.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { Settings } from "@sluice/engine/settings/Settings"
import {
  type PartnerLimits,
  PartnerTurns,
  type PartnerTurnsService,
  type Turn,
  TurnNotNear,
  waitText
} from "@sluice/http-client/internal/PartnerTurns"
import { Clock, Effect, FiberSet, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { transaction } from "../sql/Transaction.ts"
import { allocate, lateMs } from "./TurnAllocation.ts"

/** A request waits for its turn this long in the process, in milliseconds: then it is put off. */
const patienceMs = 1000

/** Between two questions for turns that only others can free. */
const lookEveryMs = 40

/** An open request keeps its place while this process renews it. */
const renewEveryMs = 2000
export const staleAfter = "interval '8 seconds'"

interface Waiter {
  readonly line: string
  readonly released: boolean
  readonly since: number
  /** True if it counts among the open requests already, and only needs another time. */
  readonly counted: boolean
  readonly settle: (answer: number | TurnNotNear) => void
}

interface Host {
  readonly name: string
  readonly waiters: Set<Waiter>
  /** The requests that count: open ones, and those with a time at which to begin. */
  open: number
  /** The number that the database was last told. */
  stored: number
  running: boolean
  /** True if something has changed since the database was last asked. */
  changed: boolean
  wake: (() => void) | undefined
  readonly served: Map<string, number>
  turns: number
}

interface Answer {
  readonly delays: ReadonlyArray<number>
  readonly againMs: number
  /** True if runs wait for the host without an executor: requests that were not released go behind them. */
  readonly held: boolean
  /** The monotonic time at which `delays` begin, in milliseconds. */
  readonly at: number
}

/**
 * The waiting calls in the order of their turns: those that have a place, then those that were released, then the
 * others by line in turns.
 */
export const inTurns = (waiters: Iterable<Waiter>, served: ReadonlyMap<string, number>): ReadonlyArray<Waiter> => {
  const rank = ({ counted, released }: Waiter) => counted ? 0 : released ? 1 : 2
  const places = new Map<string, number>()
  return [...waiters].map((waiter) => {
    const place = (places.get(waiter.line) ?? 0) + 1
    places.set(waiter.line, place)
    return { waiter, place }
  }).toSorted((a, b) =>
    rank(a.waiter) - rank(b.waiter) || a.place - b.place
    || (served.get(a.waiter.line) ?? 0) - (served.get(b.waiter.line) ?? 0)
  ).map(({ waiter }) => waiter)
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const settings = yield* Settings
  const clock = yield* Clock.Clock
  const process = yield* newUuid
  const hosts = new Map<string, Host>()
  const fork = yield* FiberSet.makeRuntime()
  return { clock, fork, hosts, process, settings, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const now = ({ clock }: Services) => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

const limitsOf = ({ settings }: Services, host: string): PartnerLimits | undefined =>
  settings.current().partners?.get(host)

/** Stores what this process has open, and gets turns for those who wait. */
const ask = Effect.fnUntraced(function*(services: Services, { name, open, waiters }: Host, limits: PartnerLimits) {
  const { process, sql } = services
  const counted = [...waiters].filter((waiter) => waiter.counted).length
  const wanted = waiters.size - counted
  return yield* transaction(
    sql,
    Effect.gen(function*() {
      const [row] = yield* sql<{ readonly next: number; readonly now: number }>`
        select extract(epoch from greatest(next_turn, to_timestamp(0)))::float8 * 1000 as next,
          extract(epoch from clock_timestamp())::float8 * 1000 as now
        from partner_limits where host = ${name} for update`
      const at = now(services)
      // A statement of its own: its snapshot is younger than the lock.
      const [others] = yield* sql<{ readonly open: number; readonly held: boolean }>`
        select coalesce(sum(open), 0)::int4 as open, exists (select from runs where held_for = ${name}) as held
        from partner_turns where host = ${name} and process <> ${process}::uuid
          and at > clock_timestamp() - ${sql.literal(staleAfter)}`
      if (row === undefined) return undefined
      const allocation = allocate({
        limits,
        now: row.now,
        nextTurn: row.next,
        open: open + (others?.open ?? 0),
        wanted: others?.held === true ? [...waiters].filter((one) => !one.counted && one.released).length : wanted,
        counted
      })
      const given = Math.max(0, allocation.delays.length - counted)
      yield* sql`insert into partner_turns (host, process, open, queued, at)
        values (${name}, ${process}::uuid, ${open + given}, ${waiters.size - allocation.delays.length},
          clock_timestamp())
        on conflict (host, process) do update set open = excluded.open, queued = excluded.queued, at = excluded.at`
      if (allocation.delays.length > 0 && limits.ratePerSecond !== undefined) {
        yield* sql`update partner_limits set next_turn = ${PgTypes.timestamptz(allocation.nextTurn)}
          where host = ${name}`
      }
      const answer: Answer = { ...allocation, held: others?.held === true, at }
      return answer
    })
  )
})

const refuse = (host: Host, waiter: Waiter, limits: PartnerLimits | undefined) => {
  host.waiters.delete(waiter)
  const message = waitText(host.name, limits ?? { paused: false })
  waiter.settle(new TurnNotNear({ host: host.name, message }))
}

const give = (services: Services, host: Host, { at, delays, held }: Answer, limits: PartnerLimits) => {
  const order = inTurns(host.waiters, host.served)
  let given = 0
  for (const waiter of order) {
    const delay = held && !waiter.counted && !waiter.released ? undefined : delays[given]
    if (delay !== undefined) {
      given++
      host.waiters.delete(waiter)
      host.served.set(waiter.line, ++host.turns)
      if (!waiter.counted) host.open++
      waiter.settle(at + delay)
    } else if (!waiter.counted && (now(services) - waiter.since >= patienceMs || (held && !waiter.released))) {
      refuse(host, waiter, limits)
    }
  }
  if (host.served.size > 1000) host.served.clear()
  host.stored = host.open
}

const sleepUntilWoken = (host: Host, ms: number) =>
  Effect.callback<void>((resume) => {
    if (host.changed) return resume(Effect.void)
    host.wake = () => resume(Effect.void)
    return Effect.sync(() => {
      host.wake = undefined
    })
  }).pipe(Effect.timeoutOption(ms))

/** Works while there is something to ask for or to store. */
const work = Effect.fnUntraced(function*(services: Services, host: Host) {
  for (;;) {
    host.changed = false
    const limits = limitsOf(services, host.name)
    if (limits === undefined || limits.paused) {
      // Those who wait see for themselves that there is no limit any more, or that nothing is sent.
      for (const waiter of host.waiters) refuse(host, waiter, limits)
    }
    if (host.waiters.size === 0 && host.open === 0 && host.stored === 0) break
    const asked = limits === undefined
      ? undefined
      : yield* Effect.catch(
        ask(services, host, limits),
        (error) => Effect.as(Effect.logDebug("turns at a partner cannot be asked for", error), undefined)
      )
    if (asked === undefined) {
      host.stored = limits === undefined ? 0 : host.stored
      for (const waiter of host.waiters) if (now(services) - waiter.since >= patienceMs) refuse(host, waiter, limits)
      if (host.waiters.size === 0 && host.open === 0) break
      yield* Effect.sleep(lookEveryMs)
      continue
    }
    give(services, host, asked, limits!)
    if (host.waiters.size === 0) yield* sleepUntilWoken(host, host.open === 0 ? 1 : renewEveryMs)
    else yield* sleepUntilWoken(host, asked.againMs > 0 ? Math.min(asked.againMs, 500) : lookEveryMs)
  }
})

const start = (services: Services, host: Host) => {
  const { fork, hosts } = services
  host.changed = true
  host.wake?.()
  if (host.running) return
  host.running = true
  fork(Effect.ensuring(
    work(services, host),
    Effect.sync(() => {
      host.running = false
      if (host.waiters.size === 0 && host.open === 0) hosts.delete(host.name)
      else if (host.waiters.size > 0) start(services, host)
    })
  ))
}

const hostNamed = ({ hosts }: Services, name: string): Host => {
  const known = hosts.get(name)
  if (known !== undefined) return known
  const host: Host = {
    name,
    waiters: new Set(),
    open: 0,
    stored: 0,
    running: false,
    changed: false,
    wake: undefined,
    served: new Map(),
    turns: 0
  }
  hosts.set(name, host)
  return host
}

/** The time of the turn. What is given to one that has gone is taken back. */
const queue = (services: Services, host: Host, request: Pick<Waiter, "line" | "released" | "counted">) => {
  let mine: number | TurnNotNear | undefined
  return Effect.onInterrupt(
    Effect.callback<number, TurnNotNear>((resume) => {
      const waiter: Waiter = {
        ...request,
        since: now(services),
        settle: (answer) => {
          mine = answer
          resume(typeof answer === "number" ? Effect.succeed(answer) : Effect.fail(answer))
        }
      }
      host.waiters.add(waiter)
      start(services, host)
      return Effect.sync(() => {
        host.waiters.delete(waiter)
      })
    }),
    () =>
      Effect.sync(() => {
        if (typeof mine === "number" && !request.counted) leave(services, host)
      })
  )
}

const leave = (services: Services, host: Host) => {
  host.open--
  start(services, host)
}

const begin = (services: Services, host: Host, line: string, time: number): Effect.Effect<void, TurnNotNear> =>
  Effect.suspend(() => {
    const limits = limitsOf(services, host.name)
    if (limits?.paused === true) {
      return Effect.fail(new TurnNotNear({ host: host.name, message: waitText(host.name, limits) }))
    }
    if (limits?.ratePerSecond === undefined) return Effect.void
    const left = time - now(services)
    if (left > 0) return Effect.andThen(Effect.sleep(left), Effect.suspend(() => begin(services, host, line, time)))
    if (left >= -lateMs) return Effect.void
    return Effect.flatMap(
      queue(services, host, { line, released: true, counted: true }),
      (another) => begin(services, host, line, another)
    )
  })

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  const { settings } = services
  const turns: PartnerTurnsService = {
    isLimited: (host) => settings.current().partners?.has(host) === true,
    take: ({ host: name, line, released }) =>
      Effect.suspend(() => {
        const limits = limitsOf(services, name)
        if (limits === undefined) return Effect.succeed<Turn>({ begin: Effect.void, end: Effect.void })
        if (limits.paused) return Effect.fail(new TurnNotNear({ host: name, message: waitText(name, limits) }))
        const host = hostNamed(services, name)
        return Effect.map(queue(services, host, { line, released, counted: false }), (time): Turn => ({
          begin: begin(services, host, line, time),
          end: Effect.sync(() => leave(services, host))
        }))
      })
  }
  return turns
})

/** Provides turns over all processes, by the limits among the settings. */
export const layer: Layer.Layer<never, never, SqlClient.SqlClient | Settings> = Layer.effect(PartnerTurns, make)
