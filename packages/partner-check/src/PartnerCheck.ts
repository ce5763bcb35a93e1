/**
 * Plays the contract's cases against a partner's endpoint and reports what its answers would do to orders.
 *
 * Real requests go out, through the engine itself: body, headers, keys, retries, judgement, decision and patch are those
 * of a run. The engine's waits between attempts are skipped. No order is stored anywhere, but the partner is really
 * asked: give it the address of a test system. Contract: sections 5 and 6.
 */
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Settings, type SettingsSnapshot } from "@sluice/engine/settings/Settings"
import type { SettingsInvalid } from "@sluice/engine/settings/SettingsStatic"
import type { Credentials } from "@sluice/http-client/Credentials"
import type { Outbound } from "@sluice/http-client/Outbound"
import { Clock, Effect } from "effect"
import { answerOf, attemptsOf, effectOf } from "./Answered.ts"
import { checkedSettings, type PartnerCheckOptions, type Policy, stepOf, timeoutOf } from "./CheckedSettings.ts"
import { findingsOf } from "./Findings.ts"
import type { CheckedCase, PartnerReport } from "./PartnerReport.ts"
import * as Play from "./Play.ts"
import { changedFindings, repeatFindings, speedFindings } from "./Repetition.ts"
import { large, minimal, ordinary, readOnly, unusual } from "./SampleOrders.ts"

interface Planned {
  readonly name: string
  readonly title: string
  readonly order: JsonObject
}

const samples: ReadonlyArray<Planned> = [
  { name: "order", title: "an ordinary order", order: ordinary },
  { name: "minimal", title: "an order with an id and an orderType, and nothing else", order: minimal },
  { name: "unusual", title: "other alphabets, empty and null members, unknown members", order: unusual },
  { name: "large", title: "an order of 4,000 lines", order: large },
  { name: "read-only", title: "an order that must not be changed", order: readOnly }
]

const planned = ({ orders, step }: PartnerCheckOptions): ReadonlyArray<Planned> =>
  orders !== undefined && orders.length > 0
    ? orders.map(({ name, order }) => ({ name, title: "an order that was given", order }))
    // A callout patches nothing.
    : samples.filter(({ name }) => step !== "calloutPlugin" || name !== "read-only")

const pipelineOf = (snapshot: SettingsSnapshot, policy: Policy) => {
  const pipeline = snapshot.pipelines.find(({ name }) => name === policy)
  return pipeline === undefined ? Effect.die(`a check has no pipeline ${policy}`) : Effect.succeed(pipeline)
}

const verdictOf = (cases: ReadonlyArray<CheckedCase>): PartnerReport["verdict"] => {
  const levels = new Set(cases.flatMap(({ findings }) => findings.map(({ level }) => level)))
  return levels.has("fail") ? "broken" : levels.has("warn") ? "careful" : "ready"
}

/** The address without user and password. */
const shown = (url: string): string => {
  const parsed = URL.parse(url)
  if (parsed === null) return url
  parsed.username = ""
  parsed.password = ""
  return parsed.href
}

const speedCase = (timeoutMs: number, plays: ReadonlyArray<Play.Played>): CheckedCase => ({
  name: "speed",
  title: "the same order, each time under a key of its own",
  attempts: [],
  findings: speedFindings(
    plays.flatMap(({ observations }) =>
      observations.filter(({ assumed }) => !assumed).map(({ durationMs }) => durationMs)
    ),
    timeoutMs
  )
})

const check = Effect.fnUntraced(function*(options: PartnerCheckOptions) {
  const snapshot = (yield* Settings).current()
  const player = yield* Play.make
  const [critical, tolerant] = [yield* pipelineOf(snapshot, "critical"), yield* pipelineOf(snapshot, "tolerant")]
  const [step, timeoutMs] = [stepOf(options), timeoutOf(options)]
  const at = yield* Clock.currentTimeMillis
  const cases: Array<CheckedCase> = []

  const send = (runId: string, order: JsonObject) => player.live({ runId, order, at, pipeline: critical })

  const orderCase = Effect.fnUntraced(function*({ name, order, title }: Planned, runId: string) {
    const played = yield* send(runId, order)
    const again = yield* player.again({ runId, order, at, pipeline: tolerant }, played.observations)
    cases.push({
      name,
      title,
      attempts: attemptsOf(played),
      critical: effectOf(played),
      tolerant: effectOf(again),
      findings: findingsOf({ played, step, timeoutMs, ordinary: cases.length === 0 })
    })
    return played
  })

  const report = (): PartnerReport => ({ url: shown(options.url), step, timeoutMs, verdict: verdictOf(cases), cases })

  const [first, ...others] = planned(options)
  if (first === undefined) return report()
  const runId = yield* newUuid
  const played = yield* orderCase(first, runId)
  // No answer: the other cases would end the same way, slowly.
  if (answerOf(played) === undefined) return report()

  const repeated = yield* send(runId, first.order)
  const changed = yield* send(runId, { ...first.order, externalId: "sluice-check-changed" })
  const plays: Array<Play.Played> = []
  for (let i = 0; i < Math.min(100, Math.max(1, options.speedSamples ?? 5)); i++) {
    plays.push(yield* send(yield* newUuid, first.order))
  }
  cases.push(
    {
      name: "repeat",
      title: "the same bytes under the same key, as after a crash",
      attempts: attemptsOf(repeated),
      findings: repeatFindings(played, repeated, plays[0])
    },
    {
      name: "changed-bytes",
      title: "another order under the same key",
      attempts: attemptsOf(changed),
      findings: changedFindings(played, changed, plays[0])
    },
    speedCase(timeoutMs, plays)
  )
  for (const one of others) yield* orderCase(one, yield* newUuid)
  return report()
})

/** Sends about a dozen requests, one after another. Fails only where the options could not be saved as settings. */
export const checkPartner = (
  options: PartnerCheckOptions
): Effect.Effect<PartnerReport, SettingsInvalid, Outbound | Credentials> =>
  Effect.flatMap(checkedSettings(options), (settings) => Effect.provideService(check(options), Settings, settings))
