/** The body of `PUT /v1/partners/{host}`, read by hand so that each fault names its member. Contract: section 7. */
import { JsonReader } from "@sluice/domain/internal/decode/JsonReader"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import type { LimitsChange, Partner } from "@sluice/persistence/internal/queries/PartnerSettings"
import { Effect } from "effect"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import { onlyThese, reasonOf, refusing } from "../../wire/ReasonBody.ts"

/** Members that `GET` answers and `PUT` ignores. */
const answered = ["state", "since", "failures", "waiting", "nextTryAt", "open", "last10m"]

const settable = ["maxConcurrent", "ratePerSecond", "paused", "reason"]

/** The most requests, at once or in a second: above it a limit limits nothing. */
const most = 10_000

/** The host as `URL.host` writes it. */
export const hostOf = (text: string) => {
  const host = text.toLowerCase()
  return urlHost(`http://${host}/`) === host || urlHost(`https://${host}/`) === host
    ? Effect.succeed(host)
    : Effect.fail(ErrorMapping.invalid([{
      path: "host",
      message: "is no host as in a URL: write one like partner.example or partner.example:8443"
    }]))
}

/** The lowest rate, a request in 11.6 days: nothing is sent to a partner that is paused. */
const lowestRate = 0.000_001

const nullable = <A>(reader: JsonReader, name: string, read: () => A | undefined): A | null | undefined =>
  Object.hasOwn(reader.source, name) && reader.source[name] === null ? null : read()

const whole = (reader: JsonReader, name: string): number | undefined => {
  const value = reader.positive(name, most)
  return value === undefined || Number.isInteger(value) ? value : reader.fault(name, "must be a whole number")
}

const rate = (reader: JsonReader): number | undefined => {
  const value = reader.positive("ratePerSecond", most)
  return value === undefined || value >= lowestRate
    ? value
    : reader.fault("ratePerSecond", "must be at least 0.000001: pause the partner to send it nothing")
}

/** The change in a body: an absent member keeps its value, `null` removes the limit. */
export const limits = (host: string, body: JsonObject) => {
  const faults: Array<Fault> = []
  const reader = new JsonReader(body, "", faults)
  onlyThese(reader, ["host", ...settable, ...answered])
  const named = reader.string("host")
  if (named !== undefined && named.toLowerCase() !== host) reader.fault("host", `differs from the path, ${host}`)
  const maxConcurrent = nullable(reader, "maxConcurrent", () => whole(reader, "maxConcurrent"))
  const ratePerSecond = nullable(reader, "ratePerSecond", () => rate(reader))
  const paused = nullable(reader, "paused", () => reader.boolean("paused"))
  const reason = nullable(reader, "reason", () => reasonOf(reader, reader.string("reason")))
  const change: LimitsChange = {
    ...(maxConcurrent !== undefined && { maxConcurrent }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(paused !== undefined && { paused: paused ?? false }),
    ...(reason !== undefined && { reason })
  }
  return refusing(faults, change)
}

/** A host of which nothing is stored, as the API shows it. */
export const nothingKnown = (host: string): Partner => ({
  host,
  state: "closed",
  failures: 0,
  waiting: 0,
  open: 0,
  paused: false,
  last10m: { calls: 0, failures: 0, p50: null, p95: null }
})
