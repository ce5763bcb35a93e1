/** All partner systems of the demo and the tests, each on a port of its own, with one log. */
import { Context, Effect, Layer } from "effect"
import type { HttpServerError } from "effect/http"
import { serveLog } from "./LogServer.ts"
import type { Partner } from "./Partner.ts"
import { analytics } from "./partner/Analytics.ts"
import { billing } from "./partner/Billing.ts"
import { flaky } from "./partner/Flaky.ts"
import { fulfilment } from "./partner/Fulfilment.ts"
import { nonsense } from "./partner/Nonsense.ts"
import { provisioning } from "./partner/Provisioning.ts"
import { makeSalesforce } from "./partner/Salesforce.ts"
import { scripted } from "./partner/Scripted.ts"
import { slow } from "./partner/Slow.ts"
import { nordic, validation, worldwide } from "./partner/Validation.ts"
import { crm, warehouse } from "./partner/WebhookReceiver.ts"
import { makeZuora } from "./partner/Zuora.ts"
import { start } from "./PartnerServer.ts"
import { RequestLog } from "./RequestLog.ts"

/** Every partner, as it is before the first request. */
export const directory = (): ReadonlyArray<Partner> => [
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
  makeZuora(),
  makeSalesforce(),
  crm,
  warehouse
]

export class Partners extends Context.Service<Partners, {
  /** By partner name, `http://host:port`. */
  readonly origins: Readonly<Record<string, string>>
  /** Where the log is read: `GET /log`. */
  readonly log: string
}>()("@sluice/partners/Partners") {
  /**
   * Starts all partners. With a `port`, the log listens there and the partners on the ports after it, in the order of
   * the directory; without one, everything takes a free port.
   */
  static readonly layerOptions = (
    options: { readonly host?: string; readonly port?: number }
  ): Layer.Layer<Partners | RequestLog, HttpServerError.ServeError> =>
    Layer.effect(
      Partners,
      Effect.gen(function*() {
        const host = options.host ?? "127.0.0.1"
        const port = (offset: number) => options.port === undefined ? 0 : options.port + offset
        const origins: Record<string, string> = {}
        for (const [index, partner] of directory().entries()) {
          origins[partner.name] = yield* start(partner, { host, port: port(index + 1) })
        }
        const log = yield* serveLog(origins, { host, port: port(0) })
        return Partners.of({ origins, log })
      })
    ).pipe(Layer.provideMerge(RequestLog.layer))

  static readonly layer = Partners.layerOptions({})
}
