/** An HTTP client that returns every answer; a failure to answer is not an error here. */
import { Effect } from "effect"
import { request as httpRequest } from "node:http"

export interface Answer {
  /** The status; 0 if no answer came. */
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

const none: Answer = { status: 0, json: {} }

/** Longer than the server promises to take for a no. */
const patienceMs = 9000

const parsed = (text: string): Answer["json"] => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value as Answer["json"] : {}
  } catch {
    return {}
  }
}

export const ask = (
  base: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): Effect.Effect<Answer> =>
  Effect.callback<Answer>((resume) => {
    const text = body === undefined ? "" : JSON.stringify(body)
    const end = (answer: Answer) => resume(Effect.succeed(answer))
    const request = httpRequest(base, {
      method,
      path,
      agent: false,
      timeout: patienceMs,
      headers: { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)), ...headers }
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        end(
          response.complete
            ? { status: response.statusCode ?? 0, json: parsed(Buffer.concat(chunks).toString()) }
            : none
        ))
      response.on("error", () => end(none))
      response.on("close", () => end(none))
    })
    request.on("error", () => end(none))
    request.on("timeout", () => request.destroy())
    request.end(text)
    return Effect.sync(() => request.destroy())
  })
