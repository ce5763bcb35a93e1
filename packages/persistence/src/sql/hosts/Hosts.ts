/**
 * Chooses the host of `DATABASE_URL` to which new connections go. A single host is always chosen. Where a host has to
 * accept writes, the one that does is searched for when none is known: at the start, after a connection to it was lost
 * or refused, after it refused a write because it has become read-only, and while commits stall. Contract: section 2.
 *
 * | a host | is chosen |
 * | --- | --- |
 * | accepts writes | the one on the highest timeline: a promotion begins a new one, so a primary that was failed over and came back is not taken for the new one |
 * | is a standby, or read-only | never; `any`: the first that lets us in |
 * | does not answer within 2 s | never |
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Clock, Duration, Effect, Redacted, Result, type Scope, Semaphore } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { connect, isIP, type Socket } from "node:net"
import { sqlText } from "../SqlFault.ts"
import { type DatabaseUrl, formatHost, type Host } from "./DatabaseUrl.ts"

/** The result of asking a host. */
export interface Word {
  readonly host: Host
  /** The reason why the host cannot be used; `undefined` if it can. */
  readonly refusal: string | undefined
  /** The timeline in hexadecimal; empty if the host does not report it. */
  readonly timeline: string
}

export interface Hosts {
  /** True if hosts are searched for; false if there is only one, and any kind will do. */
  readonly searches: boolean
  /** A socket to the chosen host. Throws where none is chosen. */
  readonly connect: () => Socket
  /** Chooses a host where none is chosen. Never fails: what the hosts said is thrown by `connect`. */
  readonly choose: Effect.Effect<void>
  /** The last answer of each host, if none is usable. */
  readonly refusals: () => ReadonlyArray<Word> | undefined
  /** The chosen host has refused a write: its connections are closed, and another is searched for. */
  readonly becameReadOnly: () => void
  /** Commits stall on the chosen host: moves to another where that one accepts writes on a higher timeline. */
  readonly reconsider: Effect.Effect<void>
  /** For TLS: the name of the chosen host. */
  readonly serverName: () => string | undefined
}

/** For one host to answer a probe. */
const patience = "2 seconds"

/** The time in which other hosts may still answer after one has accepted. */
const grace = "250 millis"

/** The time for which the result that no host is usable is kept, in milliseconds. */
const refusedFor = 200

/** Idle time before the system asks whether the other side is still there. Milliseconds. */
const keepAlive = 15_000

const open = ({ name, port }: Host): Socket => {
  const socket = name.startsWith("/")
    ? connect({ path: `${name}/.s.PGSQL.${port}` })
    : connect({ host: name, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAlive })
  return socket
}

const timelineText = "select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
const statusText = "select pg_is_in_recovery(), current_setting('transaction_read_only')"

/** Asks one host, on a connection of its own. */
const ask = Effect.fn("Hosts.ask")(
  function*({ target, url }: DatabaseUrl, host: Host): Effect.fn.Return<Word, SqlError, Scope.Scope> {
    const session = yield* PgConnection.make({
      url,
      stream: () => open(host),
      applicationName: "sluice",
      connectTimeout: patience,
      ...tlsOf(url, () => host.name)
    })
    if (target === "any") return { host, refusal: undefined, timeline: "" }
    const [[recovering, readOnly] = []] = yield* session.queryValues(statusText, [], false)
    const refusal = recovering === true ? "is a standby" : readOnly === "on" ? "is read-only" : undefined
    if (refusal !== undefined) return { host, refusal, timeline: "" }
    const [[timeline] = []] = yield* Effect.orElseSucceed(session.queryValues(timelineText, [], false), () => [])
    return { host, refusal, timeline: typeof timeline === "string" ? timeline : "" }
  },
  Effect.scoped,
  (word, _, host) =>
    word.pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.succeed({ host, refusal: "does not answer", timeline: "" })
      }),
      Effect.catch((error) => Effect.succeed({ host, refusal: sqlText(error), timeline: "" }))
    )
)

/** TLS against a name that is known only when the connection is made, unless the URL leaves TLS to the server. */
const tlsOf = (url: Redacted.Redacted, serverName: () => string | undefined) => {
  const mode = new URL(Redacted.value(url)).searchParams.get("sslmode")
  if (mode === null || mode === "disable" || mode === "prefer" || mode === "allow") return {}
  const ssl = {
    get servername() {
      return serverName()
    }
  }
  return { ssl }
}

/** The host to use, by what the hosts answered; the first of several in the order of the URL. */
export const best = (words: ReadonlyArray<Word>): Word | undefined =>
  words.filter(({ refusal }) => refusal === undefined).toSorted((a, b) =>
    a.timeline < b.timeline ? 1 : a.timeline > b.timeline ? -1 : 0
  )[0]

/** The text of what each host answered: `h1:5432: is a standby; h2:5432: connect ECONNREFUSED 127.0.0.1:5432` */
export const formatWords = (words: ReadonlyArray<Word>): string =>
  words.map(({ host, refusal }) => `${formatHost(host)}: ${refusal ?? "accepts writes"}`).join("; ")

/** The answers of the hosts: of all, or of those that answered shortly after the first usable one. */
const askAll = Effect.fnUntraced(function*(database: DatabaseUrl): Effect.fn.Return<ReadonlyArray<Word>> {
  const words: Array<Word> = []
  const all = Effect.forEach(
    database.hosts,
    (host) => Effect.tap(ask(database, host), (word) => Effect.sync(() => words.push(word))),
    { concurrency: "unbounded", discard: true }
  )
  const enough: Effect.Effect<void> = Effect.suspend(() =>
    best(words) === undefined
      ? Effect.andThen(Effect.sleep("20 millis"), enough)
      : Effect.sleep(grace)
  )
  yield* Effect.raceFirst(all, enough)
  return database.hosts.flatMap((host) => words.filter((word) => word.host === host))
})

export const make = Effect.fnUntraced(function*(database: DatabaseUrl) {
  const clock = yield* Clock.Clock
  const [first, ...others] = database.hosts
  const searches = others.length > 0 || database.target === "read-write"
  const oneAtATime = yield* Semaphore.make(1)
  const sockets = new Map<Socket, Host>()
  let chosen: Host | undefined = searches ? undefined : first
  let chosenTimeline = ""
  let refused: { readonly words: ReadonlyArray<Word>; readonly at: number } | undefined

  const forget = (host: Host) => {
    if (searches && chosen === host) chosen = undefined
  }

  const leave = (host: Host) => {
    forget(host)
    for (const [socket, to] of sockets) if (to === host) socket.destroy()
  }

  const socketTo = (host: Host): Socket => {
    const socket = open(host)
    sockets.set(socket, host)
    const goesFirst = () => {
      if (!socket.writableEnded) forget(host)
    }
    // The other side ends it. Asked before Node ends our side in turn.
    socket.prependListener("end", goesFirst)
    socket.on("close", () => {
      sockets.delete(socket)
      // It was never reached, or is reset.
      goesFirst()
    })
    return socket
  }

  const search = Effect.map(askAll(database), (words) => {
    const found = best(words)
    refused = found === undefined ? { words, at: clock.currentTimeMillisUnsafe() } : undefined
    return found
  })

  const choose = oneAtATime.withPermit(Effect.suspend(() => {
    if (chosen !== undefined) return Effect.void
    if (refused !== undefined && clock.currentTimeMillisUnsafe() - refused.at < refusedFor) return Effect.void
    return Effect.map(search, (found) => {
      chosen = found?.host
      chosenTimeline = found?.timeline ?? ""
    })
  }))

  const reconsider = searches
    ? oneAtATime.withPermit(Effect.map(search, (found) => {
      const before = chosen
      if (found === undefined || found.host === before) return
      if (before !== undefined && found.timeline <= chosenTimeline) return
      chosen = found.host
      chosenTimeline = found.timeline
      if (before !== undefined) leave(before)
    }))
    : Effect.void

  const hosts: Hosts = {
    searches,
    connect: () => {
      if (chosen !== undefined) return socketTo(chosen)
      throw new Error(
        refused === undefined ? "no host is known to accept writes" : `no host will do: ${formatWords(refused.words)}`
      )
    },
    choose,
    refusals: () => chosen === undefined ? refused?.words : undefined,
    becameReadOnly: () => {
      if (searches && chosen !== undefined) leave(chosen)
    },
    reconsider,
    serverName: () => chosen === undefined || isIP(chosen.name) !== 0 ? undefined : chosen.name
  }
  return { hosts, config: configOf(database, hosts, searches) }
})

/** The driver's configuration: each connection is preceded by the choice of a host. */
const configOf = ({ url }: DatabaseUrl, hosts: Hosts, searches: boolean) => {
  if (!searches) return { url, stream: hosts.connect }
  const password = Redacted.make(decodeURIComponent(new URL(Redacted.value(url)).password))
  return {
    url,
    stream: hosts.connect,
    password: Effect.as(hosts.choose, password),
    ...tlsOf(url, hosts.serverName)
  }
}

/** Chooses a host, again and again until one will do; fails with what each said. */
export const chooseWithin = Effect.fn("Hosts.chooseWithin")(function*(
  hosts: Hosts,
  patience: Duration.Input
): Effect.fn.Return<Result.Result<void, ReadonlyArray<Word>>> {
  const clock = yield* Clock.Clock
  const end = clock.currentTimeMillisUnsafe() + Duration.toMillis(Duration.fromInputUnsafe(patience))
  for (;;) {
    yield* hosts.choose
    const words = hosts.refusals()
    if (words === undefined) return Result.void
    if (clock.currentTimeMillisUnsafe() >= end) return Result.fail(words)
    yield* Effect.sleep("500 millis")
  }
})
