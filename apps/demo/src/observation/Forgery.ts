/** Sends a forged webhook: a receiver that verifies signatures must reject it. */
import { cut, fit, type Style } from "@sluice/terminal/Style"
import { Effect, Option, Result, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { EndedRun } from "./EndedRun.ts"

const receiver = "crm"

const decodeRefusal = Schema.decodeResult(Schema.fromJsonString(Schema.Struct({ error: Schema.String })))

export interface Forgery {
  readonly line: string
  readonly refused: boolean
}

/**
 * Sends the receiver a copy of an earlier webhook with one byte changed and the same headers; the answer must be 401.
 */
export const forgery = Effect.fnUntraced(function*(orders: ReadonlyArray<EndedRun>, style: Style) {
  const ended = orders.find(({ heard }) => heard.some(({ partner }) => partner === receiver))
  const original = ended?.heard.find(({ partner }) => partner === receiver)
  if (ended === undefined || original === undefined) return Option.none<Forgery>()
  const bytes = Result.getOrThrow(Base64.decode(original.bodyBytes))
  bytes[bytes.length >> 1]! ^= 1
  const sent = Object.entries(original.headers).filter(([name]) => name.startsWith("webhook-"))
  const response = yield* HttpClient.execute(
    HttpClientRequest.post(`${ended.partners[receiver]}${original.path}`).pipe(
      HttpClientRequest.setHeaders(Object.fromEntries(sent)),
      HttpClientRequest.bodyUint8Array(bytes, "application/json")
    )
  )
  const refused = response.status === 401
  const finding = Result.getOrElse(decodeRefusal(yield* response.text), () => ({ error: "nothing" })).error
  const answer = `a webhook with one byte changed: ${receiver} answered ${response.status}, ${finding}`
  const verdict = refused ? style.paint("green", "ok   ") : style.paint("red", "WRONG")
  return Option.some<Forgery>({ line: `  ${verdict} ${fit("forgery", 13)} ${cut(answer, style.width - 23)}`, refused })
})
