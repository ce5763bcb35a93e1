/** Lays out one attempt of a step: outcome, request and response. */
import type { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import { duration, type Style } from "@sluice/terminal/Style"

const headerLines = (headers: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`)

const bodyLines = (body: unknown): ReadonlyArray<string> =>
  body === undefined || body === null
    ? []
    : ["", typeof body === "string" ? body : JSON.stringify(body, undefined, 2)]

/** The attempt as lines: its outcome, then the request and the response as HTTP shows them. */
export const calloutLines = (callout: CalloutView, style: Style): ReadonlyArray<string> => {
  const { attempt, durationMs, endpoint, error, outcome, request, response, startedAt, unknown } = callout
  const colour = outcome === "succeeded" ? "green" : "red"
  return [
    `attempt ${attempt} at ${startedAt}: ${style.paint(colour, outcome)} after ${duration(durationMs)}`
    + (unknown === true ? ", unknown if it took effect" : ""),
    ...(error === undefined ? [] : [error.message]),
    ...(request === undefined
      ? []
      : ["", style.paint("bold", `${request.method} ${endpoint}`), ...headerLines(request.headers)]),
    ...(request === undefined ? [] : bodyLines(request.body)),
    ...(response === undefined
      ? []
      : ["", style.paint("bold", String(response.status)), ...headerLines(response.headers)]),
    ...(response === undefined ? [] : bodyLines(response.body ?? response.bodyBase64))
  ]
}
