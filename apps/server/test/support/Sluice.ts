/** A whole Sluice on a real socket and a database of its own, for a test; it ends with the scope. */
import type { Json } from "@sluice/domain/json/Json"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Context, Effect, Layer, Redacted, Result, Schedule } from "effect"
import { HttpServer } from "effect/http"
import { request as httpRequest } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import * as Application from "../../src/Application.ts"
import * as ServerConfig from "../../src/config/ServerConfig.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
  readonly text: string
  /** The body as JSON; `undefined` where it is none. */
  readonly json: any
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: Json | undefined
  readonly raw?: string | Uint8Array | undefined
  /** Gives the first answer, also one that asks to try again. */
  readonly once?: boolean
}

/** One exchange on a connection of its own. Sends `raw`, else `body` as JSON. */
export const exchange = (base: string, method: string, path: string, ask: Ask = {}): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const body = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body))
    const request = httpRequest(base, {
      method,
      path,
      agent: false,
      headers: {
        ...(ask.raw === undefined && body !== undefined && { "content-type": "application/json" }),
        ...(body !== undefined && ask.headers?.["transfer-encoding"] === undefined
          && { "content-length": String(Buffer.byteLength(body)) }),
        ...ask.headers
      }
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk) => chunks.push(chunk))
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text, json }))
      })
    })
    // A server that refuses a body may close before all of it was sent; the answer is what counts.
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

/** Asks again for as long as the answer is 503, also where the change may have been stored: where a repetition harms nothing. */
export const untilAvailable = (ask: Effect.Effect<Answer>): Effect.Effect<Answer> =>
  Effect.repeat(ask, { until: ({ status }) => status !== 503, schedule: Schedule.spaced("200 millis") })

/** True of the 503 of a slow database or a full queue, if nothing was stored or a repetition changes nothing more. */
const asksToRepeat = ({ json, status }: Answer, method: string, headers: Ask["headers"] = {}): boolean =>
  status === 503 && /:(?:unavailable|queue-full)$/.test(json?.type)
  && (/Try again/.test(json.detail) ||
    (/repeat it with the same key/.test(json.detail) && (method === "PUT" || "idempotency-key" in headers)))

/**
 * Asks as a client does: again, on a new connection, for as long as the answer asks to try again. On a busy machine the
 * database may not answer in the time that a request has. `once` gives that answer too.
 */
export const request = (base: string, method: string, path: string, ask: Ask = {}): Effect.Effect<Answer> =>
  Effect.flatMap(
    exchange(base, method, path, ask),
    (answer) =>
      // The health of a process is what a test asks for there.
      path.startsWith("/v1/") && ask.once !== true && asksToRepeat(answer, method, ask.headers)
        // By the machine's clock: a test clock may stand still.
        ? Effect.andThen(Effect.promise(() => pause(200)), Effect.suspend(() => request(base, method, path, ask)))
        : Effect.succeed(answer)
  )

/** The path by which `POST /v1/orders` and `POST /v1/events` come in: an empty query leaves them to the router. */
export type IntakePath = "direct" | "router"

export const intakePaths: ReadonlyArray<IntakePath> = ["direct", "router"]

const directTargets: ReadonlySet<string> = new Set(["/v1/orders", "/v1/events"])

const targetOn = (intake: IntakePath, method: string, path: string): string =>
  intake === "router" && method === "POST" && directTargets.has(path) ? `${path}?` : path

export class Sluice extends Context.Service<Sluice, {
  readonly url: string
  readonly ask: (method: string, path: string, ask?: Ask) => Effect.Effect<Answer>
}>()("@sluice/server/test/Sluice") {
  /** With the environment of a developer's machine, and `environment` over it. */
  static readonly layer = (environment: ServerConfig.Environment = {}, intake: IntakePath = "direct") =>
    Layer.effect(
      Sluice,
      Effect.map(HttpServer.HttpServer, ({ address }) => {
        const url = HttpServer.formatAddress(address)
        return { url, ask: (method, path, ask) => request(url, method, targetOn(intake, method, path), ask) }
      })
    ).pipe(
      Layer.provideMerge(Layer.unwrap(Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const whole = {
          PORT: "0",
          DATABASE_URL: Redacted.value(url),
          SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
          SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
          ...environment
        }
        const config = yield* Effect.orDie(Effect.fromResult(Result.mapError(ServerConfig.decode(whole), String)))
        return Layer.orDie(Application.layer(config, whole))
      }))),
      Layer.provideMerge(DatabaseTest.layer)
    )
}
