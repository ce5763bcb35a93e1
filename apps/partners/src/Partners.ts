/** All partner systems of the kit, each on a port of its own, with one log. */
import { Context, Effect, Layer } from "effect"
import type { HttpServerError } from "effect/http"
import { type Desk, serveLog } from "./LogServer.ts"
import { makeAccounts } from "./partner/Accounts.ts"
import { analytics } from "./partner/Analytics.ts"
import { billing } from "./partner/Billing.ts"
import { makeChaotic } from "./partner/Chaotic.ts"
import { flaky } from "./partner/Flaky.ts"
import { makeForgetful } from "./partner/Forgetful.ts"
import { fulfilment } from "./partner/Fulfilment.ts"
import { inbox } from "./partner/Inbox.ts"
import { nonsense } from "./partner/Nonsense.ts"
import { provisioning } from "./partner/Provisioning.ts"
import { makeSalesforce } from "./partner/salesforce/Salesforce.ts"
import { scripted } from "./partner/Scripted.ts"
import { slow } from "./partner/Slow.ts"
import { nordic, validation, worldwide } from "./partner/Validation.ts"
import { crm, warehouse } from "./partner/WebhookReceiver.ts"
import { makeZuora } from "./partner/zuora/Zuora.ts"
import { type RunningPartner, start } from "./PartnerServer.ts"
import { RequestLog } from "./RequestLog.ts"
import { ScriptFault } from "./Script.ts"
import { scriptable, type ScriptedPartner } from "./Scriptable.ts"
import { defaultSeed } from "./Seed.ts"

/** Every partner in its initial state, in the order of their ports: new partners come last. */
export const directory = (seed = defaultSeed): ReadonlyArray<ScriptedPartner> =>
  [
    provisioning,
    billing,
    fulfilment,
    validation,
    nordic,
    worldwide,
    analytics,
    slow,
    flaky,
    nonsense,
    scripted,
    makeZuora(seed),
    makeSalesforce(seed),
    makeAccounts(seed),
    makeForgetful(seed),
    makeChaotic(seed),
    inbox,
    crm,
    warehouse
  ].map(scriptable)

export interface PartnersOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** The port of the log; the partners use the ports after it, in the order of the directory. Absent: free ports. */
  readonly port?: number
  /** A positive integer; see `Seed`. */
  readonly seed?: number
  /** The initial script of each partner, see `Script`. Restored by `POST /reset`. */
  readonly scripts?: unknown
}

const putScripts = (running: ReadonlyArray<RunningPartner>, scripts: unknown): void => {
  if (typeof scripts !== "object" || scripts === null || Array.isArray(scripts)) {
    throw new ScriptFault({ message: "scripts are an object: a list of items by partner" })
  }
  const known = running.map(({ partner }) => partner.name)
  const stranger = Object.keys(scripts).find((name) => !known.includes(name))
  if (stranger !== undefined) {
    throw new ScriptFault({ message: `no partner is called ${stranger}; there are ${known.join(", ")}` })
  }
  const left = running.map(({ partner }) => partner.script.left())
  try {
    for (const { partner } of running) {
      const items: unknown = Object.entries(scripts).find(([name]) => name === partner.name)?.[1]
      if (items !== undefined) partner.script.put(items)
    }
  } catch (fault) {
    running.forEach(({ partner }, index) => partner.script.put(left[index]))
    throw fault
  }
}

export class Partners extends Context.Service<Partners, {
  /** The origin `http://host:port` of each partner. */
  readonly origins: Readonly<Record<string, string>>
  /** The address of the log: `GET /log`. */
  readonly log: string
}>()("@sluice/partners/Partners") {
  /** Starts all partners. Dies with a `ScriptFault` where the scripts cannot be read. */
  static readonly layerOptions = (
    { host = "127.0.0.1", port, scripts = {}, seed = defaultSeed }: PartnersOptions
  ): Layer.Layer<Partners | RequestLog, HttpServerError.ServeError> =>
    Layer.effect(
      Partners,
      Effect.gen(function*() {
        const log = yield* RequestLog
        const running = directory(seed).map((partner): RunningPartner => ({ partner }))
        const initially = Effect.sync(() => putScripts(running, scripts))
        yield* initially
        const origins: Record<string, string> = {}
        for (const [index, one] of running.entries()) {
          origins[one.partner.name] = yield* start(one, { host, port: port === undefined ? 0 : port + index + 1 })
        }
        const desk: Desk = {
          origins,
          scripts: () => Object.fromEntries(running.map(({ partner }) => [partner.name, partner.script.left()])),
          putScripts: (given) => putScripts(running, given),
          reset: Effect.suspend(() => {
            directory(seed).forEach((partner, index) => {
              const one = running[index]
              if (one !== undefined) one.partner = partner
            })
            return Effect.andThen(log.clear, initially)
          })
        }
        return Partners.of({ origins, log: yield* serveLog(desk, { host, port: port ?? 0 }) })
      })
    ).pipe(Layer.provideMerge(RequestLog.layer))

  static readonly layer = Partners.layerOptions({})
}
