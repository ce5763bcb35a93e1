/**
 * Turns at limited partners over all processes: implements `@sluice/http-client/PartnerTurns`. A row for each limited
 * host says when the next request may begin, a row for each process how many it has open there. Each process asks for
 * all its waiting requests at once, and stores what it takes if no other process has stored meanwhile; only hosts with
 * limits are asked for. Times are the database's, so that processes agree on them; each knows its offset within a
 * question's duration.
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
import { allocate, type Allocation, lateMs, patienceMs, turnsNear } from "./TurnAllocation.ts"
import * as TurnQueue from "./TurnQueue.ts"

/** Between two questions for turns that only others can free. */
const lookEveryMs = 40

/** The longest pause between two questions while requests wait, in milliseconds: limits may have changed. */
const longestRestMs = 500

/** The longest time that a question is expected to take, in milliseconds. */
const longestQuestionMs = 200

/** An open request keeps its place while this process renews it. */
const renewEveryMs = 2000
export const staleAfter = "interval '8 seconds'"

interface Waiter extends TurnQueue.Waiter {
  /** Answers with the time of the turn by the database's clock, in milliseconds. */
  readonly settle: (answer: number | TurnNotNear) => void
}

interface Host {
  readonly name: string
  readonly waiters: Set<Waiter>
  /** The requests that count: open ones, and those with a time at which to begin. */
  open: number
  /** The numbers of open and of waiting requests that are stored in the database. */
  stored: number
  storedQueued: number
  running: boolean
  /** True if the database has to be asked at once: places were freed, or there are requests that it does not know. */
  changed: boolean
  /** The monotonic time until which asking cannot give a turn, because the rate has none. */
  restsUntil: number
  wake: (() => void) | undefined
  readonly served: Map<string, number>
  turns: number
}

/** The answer of the database to those who wait. */
interface Answer extends Allocation {
  /** Those who may have a turn, in the order of their turns. */
  readonly order: ReadonlyArray<Waiter>
  /** The open and the waiting requests of this process that were stored with the answer. */
  readonly stored: number
  readonly queued: number
}

/** The times that are measured with each question, in milliseconds. */
interface Timing {
  /** The offset of the database's clock to the monotonic one, within the bounds of each answer. */
  offset: number | undefined
  /** The time from the answer until turns are stored, during which none can be used. */
  takes: number
}

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const settings = yield* Settings
  const clock = yield* Clock.Clock
  const process = yield* newUuid
  const hosts = new Map<string, Host>()
  const fork = yield* FiberSet.makeRuntime()
  const timing: Timing = { offset: undefined, takes: 0 }
  return { clock, fork, hosts, process, settings, sql, timing }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const now = ({ clock }: Services) => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** The database's time. */
const databaseNow = (services: Services) => now(services) + (services.timing.offset ?? 0)

/** Corrects the offset of the database's clock: the database read `read` between two times of this process. */
const compare = ({ timing }: Services, read: number, sentAt: number, arrivedAt: number) => {
  const estimate = timing.offset ?? read - (sentAt + arrivedAt) / 2
  timing.offset = Math.min(Math.max(estimate, read - arrivedAt), read - sentAt)
}

/** Updates `takes`: the moving average of twice the time that the rest of a question took. */
const measure = ({ timing }: Services, took: number) => {
  timing.takes += (Math.min(2 * took, longestQuestionMs) - timing.takes) / 8
}

const limitsOf = ({ settings }: Services, host: string): PartnerLimits | undefined =>
  settings.current().partners?.get(host)

/** A limited host as the database has it. `version` changes whenever a process is given turns or ends requests. */
interface Row {
  readonly version: string
  /** The time of the next turn that the rate allows, and the time of the answer, in epoch milliseconds. */
  readonly next: number
  readonly now: number
  /** The open requests of other processes. */
  readonly open: number
  /** True if runs wait for the host without an executor: requests that come now go behind them. */
  readonly held: boolean
}

const read = (sql: SqlClient.SqlClient, name: string, process: string) =>
  sql<
    Row
  >`select l.xmin::text as version, extract(epoch from greatest(l.next_turn, to_timestamp(0)))::float8 * 1000 as next,
      extract(epoch from clock_timestamp())::float8 * 1000 as now,
      (select coalesce(sum(t.open), 0)::int4 from partner_turns t where t.host = l.host
        and t.process <> ${process}::uuid and t.at > clock_timestamp() - ${sql.literal(staleAfter)}) as open,
      exists (select from runs where held_for = l.host) as held
    from partner_limits l where l.host = ${name}`

interface Change {
  readonly version: string
  /** Epoch milliseconds. */
  readonly nextTurn: number
  readonly open: number
  readonly queued: number
}

/** Stores the turns that are given, and what this process has open; no row if another process was faster. */
const store = (sql: SqlClient.SqlClient, name: string, process: string, { nextTurn, open, queued, version }: Change) =>
  sql`with l as (
      update partner_limits set next_turn = ${PgTypes.timestamptz(nextTurn)}
      where host = ${name} and xmin::text = ${version} returning host
    )
    insert into partner_turns (host, process, open, queued, at)
    select host, ${process}::uuid, ${open}::int4, ${queued}::int4, clock_timestamp() from l
    on conflict (host, process) do update set open = excluded.open, queued = excluded.queued, at = excluded.at
    returning true as stored`

/**
 * Stores what this process has open, and gets turns for those who wait; `undefined` where the host has no limits. Reads,
 * decides, and stores if nothing was stored meanwhile: no lock is held while this process is busy with something else.
 */
const ask = Effect.fnUntraced(function*(services: Services, host: Host, limits: PartnerLimits) {
  const { process, sql, timing } = services
  const { name, served, waiters } = host
  for (;;) {
    const sentAt = now(services)
    const [row] = yield* read(sql, name, process)
    if (row === undefined) return undefined
    const readAt = now(services)
    compare(services, row.now, sentAt, readAt)
    TurnQueue.place(waiters, row.held)
    const order = TurnQueue.inTurns(waiters, served)
    const counted = order.filter((waiter) => waiter.counted).length
    const { open } = host
    const allocation = allocate({
      limits,
      now: databaseNow(services) + timing.takes,
      nextTurn: row.next,
      open: open + row.open,
      wanted: order.length - counted,
      counted
    })
    const { length } = allocation.turns
    const stored = open + Math.max(0, length - counted)
    const queued = order.length - length
    const done = yield* store(sql, name, process, {
      version: row.version,
      nextTurn: length > 0 ? allocation.nextTurn : row.next,
      open: stored,
      queued
    })
    measure(services, now(services) - readAt)
    const answer: Answer = { ...allocation, order, queued, stored }
    if (done.length > 0) return answer
  }
})

const refuse = (host: Host, waiter: Waiter, limits: PartnerLimits) => {
  host.waiters.delete(waiter)
  waiter.settle(new TurnNotNear({ host: host.name, message: waitText(host.name, limits) }))
}

/** Gives each of those who wait a turn at once: there is no limit any more. */
const admitAll = (host: Host) => {
  for (const waiter of host.waiters) {
    host.waiters.delete(waiter)
    if (!waiter.counted) host.open++
    waiter.settle(0)
  }
}

const give = (services: Services, host: Host, answer: Answer, limits: PartnerLimits) => {
  const { againMs, nextTurn, order, queued, stored, turns } = answer
  // Some may have gone meanwhile: their turns are the next ones'.
  const present = order.filter((waiter) => host.waiters.has(waiter))
  for (const [index, turn] of turns.entries()) {
    const waiter = present[index]
    if (waiter === undefined) break
    host.waiters.delete(waiter)
    host.served.set(waiter.line, ++host.turns)
    if (!waiter.counted) host.open++
    waiter.settle(turn)
  }
  const time = now(services)
  const { ratePerSecond } = limits
  const near = ratePerSecond === undefined ? Infinity : turnsNear(ratePerSecond, nextTurn - databaseNow(services))
  for (const waiter of TurnQueue.putOff(present.slice(turns.length), { near, now: time, patienceMs })) {
    refuse(host, waiter, limits)
  }
  for (const waiter of host.waiters) if (waiter.behind === true) refuse(host, waiter, limits)
  if (host.served.size > 1000) host.served.clear()
  host.stored = stored
  host.storedQueued = queued
  // Requests have ended meanwhile, or have gone before they got their turns.
  if (host.open !== stored) host.changed = true
  host.restsUntil = againMs > 0 ? time + Math.min(againMs, longestRestMs) : 0
}

const sleepUntilWoken = (host: Host, ms: number) =>
  Effect.callback<void>((resume) => {
    if (host.changed) return resume(Effect.void)
    host.wake = () => resume(Effect.void)
    return Effect.sync(() => {
      host.wake = undefined
    })
  }).pipe(Effect.timeoutOption(ms))

/** Asks for turns, and stores the number of open requests, until none is waiting or open. */
const work = Effect.fnUntraced(function*(services: Services, host: Host) {
  for (;;) {
    const limits = limitsOf(services, host.name)
    if (limits === undefined) admitAll(host)
    else if (limits.paused) { for (const waiter of host.waiters) refuse(host, waiter, limits) }
    if (host.waiters.size === 0 && host.open === 0 && host.stored === 0 && host.storedQueued === 0) break
    const rest = host.waiters.size === 0 ? 0 : host.restsUntil - now(services)
    if (rest > 0) yield* Effect.sleep(rest)
    host.changed = false
    const asked = limits === undefined
      ? undefined
      : yield* Effect.catch(
        ask(services, host, limits),
        (error) => Effect.as(Effect.logDebug("turns at a partner cannot be asked for", error), undefined)
      )
    if (asked === undefined || limits === undefined) {
      if (limits === undefined) {
        host.stored = 0
        host.storedQueued = 0
      } else {
        for (const waiter of host.waiters) if (now(services) - waiter.since >= patienceMs) refuse(host, waiter, limits)
      }
      if (host.waiters.size === 0 && host.open === 0) break
      yield* Effect.sleep(lookEveryMs)
      continue
    }
    give(services, host, asked, limits)
    // Requests that were put off since the question are not to be taken for waiting ones: fewer runs would be released.
    if (host.waiters.size === 0) {
      yield* sleepUntilWoken(host, host.open === 0 || host.storedQueued > 0 ? 1 : renewEveryMs)
    } else if (asked.againMs === 0) yield* sleepUntilWoken(host, lookEveryMs)
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
    storedQueued: 0,
    running: false,
    changed: false,
    restsUntil: 0,
    wake: undefined,
    served: new Map(),
    turns: 0
  }
  hosts.set(name, host)
  return host
}

/**
 * Queues a request; returns the time of its turn by the database's clock. Where the request is interrupted after it was
 * given one, its place is freed again.
 */
const queue = (services: Services, host: Host, request: Pick<Waiter, "line" | "released" | "counted">) => {
  let mine: number | TurnNotNear | undefined
  return Effect.onInterrupt(
    Effect.callback<number, TurnNotNear>((resume) => {
      const waiter: Waiter = {
        ...request,
        since: now(services),
        behind: undefined,
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
    const left = time - databaseNow(services)
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
