/**
 * The settings in force, in memory, for the hot path of runs. Replaced at once by a change made in this process, and
 * within a second by one made in another, which PostgreSQL announces. Announcements are lost while the listening
 * connection is being re-established, so everything is compared after each connect and every 5 seconds (0.2 statements
 * a second). Contract: section 4.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { isStorable } from "@sluice/domain/order/Order"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Settings, type SettingsSnapshot } from "@sluice/engine/settings/Settings"
import { Context, Effect, Layer, Queue, Semaphore, type Stream, SubscriptionRef } from "effect"
import { EncryptionKeyMissing, SecretBox } from "../secrets/SecretBox.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { channel } from "./Announcement.ts"
import { load, type LoadedSettings, loadPipeline } from "./LoadedSettings.ts"

/** The longest time until a change is noticed when no announcement arrives. */
const slowCheck = "5 seconds"

/** Between two attempts to listen. */
const pause = "250 millis"

/** Pipeline versions that runs still use beside the newest ones. */
const keptVersions = 256

/**
 * Secrets that were replaced stay hidden: what a partner was sent a moment ago can still turn up in an answer.
 * The oldest go first.
 */
const keptSecrets = 1_000

/** The secrets that this process has seen in force, oldest first, and the calls that keep them. */
const makeSeenSecrets = () => {
  const seen = new Set<string>()
  return {
    /** `false` where all were known. */
    remember: (secrets: ReadonlyArray<string>): boolean => {
      const before = seen.size
      for (const secret of secrets) seen.add(secret)
      return seen.size > before
    },
    withSeen: (loaded: LoadedSettings): LoadedSettings => {
      for (const secret of loaded.secrets) {
        // Those in force are the youngest, and never dropped.
        seen.delete(secret)
        seen.add(secret)
      }
      for (const secret of seen) {
        if (seen.size <= Math.max(keptSecrets, loaded.secrets.length)) break
        seen.delete(secret)
      }
      return { ...loaded, secrets: [...seen] }
    }
  }
}

/** Logs which settings are disabled, whenever that has changed. */
const makeDisabledLog = () => {
  let logged = ""
  return ({ unreadable }: LoadedSettings) => {
    const lines = unreadable.map((setting) => `${kindText[setting.kind]} ${setting.id}: ${setting.message}`)
    const changed = lines.join("\n") !== logged
    logged = lines.join("\n")
    return changed ? Effect.forEach(lines, (line) => Effect.logError(line), { discard: true }) : Effect.void
  }
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const box = yield* SecretBox
  const one = yield* Semaphore.make(1)
  const { remember, withSeen } = makeSeenSecrets()
  const versions = new Map<string, Pipeline>()
  const loaded = orUnavailable(load(sql, box))
  const logDisabled = makeDisabledLog()
  const read = loaded.pipe(Effect.tap(logDisabled), Effect.map(withSeen))
  const first = yield* loaded
  const sealed = first.unreadable.filter(({ secrets }) => secrets.length > 0)
  if (!box.hasKey && sealed.length > 0) {
    return yield* new EncryptionKeyMissing({
      message: `SLUICE_ENCRYPTION_KEY is not set, and secrets are stored sealed (${sealed.length} settings, among them `
        + `${sealed[0]?.id}): set it to the key that they were stored with, 32 bytes in base64`
    })
  }
  yield* logDisabled(first)
  const state = yield* SubscriptionRef.make(withSeen(first))

  /** The number of reads begun so far; a read that began after a change was committed sees it. */
  let begun = 0
  let done = 0
  const readAnew = Effect.gen(function*() {
    const own = ++begun
    yield* SubscriptionRef.set(state, yield* read)
    done = own
  })

  // One at a time, each reading after the one before: what is in memory never goes back. Those who wait while one reads
  // share the next: forty settings that are saved at once are read anew a few times, not forty.
  const refresh = Effect.suspend(() => {
    const before = begun
    return one.withPermit(Effect.suspend(() => done > before ? Effect.void : readAnew))
  })

  const check = Effect.gen(function*() {
    const [row] = yield* orUnavailable(sql<{ readonly revision: bigint }>`SELECT revision FROM settings_revision`)
    if (row?.revision !== SubscriptionRef.getUnsafe(state).revision) yield* refresh
  })

  const watch = Effect.gen(function*() {
    const announcements = yield* sql.listen(channel)
    yield* check
    return yield* Effect.forever(
      Effect.andThen(Effect.raceFirst(Queue.take(announcements), Effect.sleep(slowCheck)), check)
    )
  }).pipe(
    Effect.scoped,
    // The outage is reported by the requests that need the database.
    Effect.catch((error) => Effect.logDebug("settings are not watched for a moment", error)),
    Effect.andThen(Effect.sleep(pause)),
    Effect.forever
  )
  yield* BackgroundLoop.fork("settings-watch", watch)

  const old = Effect.fnUntraced(function*(name: string, version: number) {
    const key = `${version} ${name}`
    const known = versions.get(key)
    if (known !== undefined) return known
    const read = isStorable(name) ? yield* orUnavailable(loadPipeline(sql, box, name, version)) : undefined
    if (read === undefined) return undefined
    const [oldest] = versions.keys()
    if (versions.size >= keptVersions && oldest !== undefined) versions.delete(oldest)
    versions.set(key, read.pipeline)
    if (remember(read.secrets)) yield* one.withPermit(SubscriptionRef.update(state, withSeen))
    return read.pipeline
  })

  return SettingsLive.of({
    current: () => SubscriptionRef.getUnsafe(state),
    pipeline: (name, version) => {
      const newest = SubscriptionRef.getUnsafe(state).pipelines.find((pipeline) => pipeline.name === name)
      return newest?.version === version ? Effect.succeed(newest) : old(name, version)
    },
    refresh,
    changes: SubscriptionRef.changes(state)
  })
})

export class SettingsLive extends Context.Service<SettingsLive, {
  readonly current: () => LoadedSettings
  readonly pipeline: (name: string, version: number) => Effect.Effect<Pipeline | undefined, JournalUnavailable>
  /** Reads all settings again; returns once every change committed before the call is in force. */
  readonly refresh: Effect.Effect<void, JournalUnavailable>
  /** The current snapshot, and then each one that replaces it. */
  readonly changes: Stream.Stream<SettingsSnapshot>
}>()("@sluice/persistence/SettingsLive") {
  /** Watches while its scope is open; the engine's port comes with it. Holds one connection of the pool. */
  static readonly layer: Layer.Layer<
    SettingsLive | Settings,
    JournalUnavailable | EncryptionKeyMissing,
    PgClient.PgClient | SecretBox
  > = Layer.effectContext(
    Effect.map(make, (live) =>
      Context.make(SettingsLive, live).pipe(
        Context.add(Settings, { current: live.current, pipeline: live.pipeline })
      ))
  )
}
