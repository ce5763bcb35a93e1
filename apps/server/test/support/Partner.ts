/**
 * A partner system that answers as it is told and remembers what it was asked. It fails the test that it is closed after
 * if a webhook that it received does not fit the schema of its type.
 */
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { Context, Effect, Layer } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { deviation } from "./SentBodies.ts"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

export class Partner extends Context.Service<Partner, {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  /** Answers requests whose path begins with `prefix` from now on. Default: 200 and `{}`. */
  readonly answer: (prefix: string, handle: (asked: Asked, response: ServerResponse) => void) => void
  /** The bodies of requests whose path begins so are not checked: an endpoint's `payload` made them. */
  readonly shapes: (prefix: string) => void
}>()("@sluice/server/test/Partner") {
  static readonly layer = Layer.effect(
    Partner,
    Effect.gen(function*() {
      const asked: Array<Asked> = []
      const deviations: Array<string> = []
      const shaped: Array<string> = []
      const handlers = new Map<string, (asked: Asked, response: ServerResponse) => void>()
      const server = createServer(async (request, response) => {
        const chunks: Array<Buffer> = []
        for await (const chunk of request) chunks.push(chunk)
        const one = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks).toString("utf8")
        }
        asked.push(one)
        const found = shaped.some((prefix) => one.path.startsWith(prefix))
          ? undefined
          : deviation(String(one.headers["webhook-type"]), one.body)
        if (found !== undefined) deviations.push(found)
        const handle = [...handlers].find(([prefix]) => one.path.startsWith(prefix))?.[1]
        if (handle !== undefined) return handle(one, response)
        response.setHeader("content-type", "application/json")
        response.end("{}")
      })
      yield* Effect.addFinalizer(() =>
        deviations.length === 0 ? Effect.void : Effect.die(new Error([...new Set(deviations)].join("\n")))
      )
      const port = yield* LoopbackServer.listen(server)
      return Partner.of({
        url: `http://127.0.0.1:${port}`,
        asked,
        answer: (prefix, handle) => void handlers.set(prefix, handle),
        shapes: (prefix) => void shaped.push(prefix)
      })
    })
  )
}
