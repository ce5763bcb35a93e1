/** The command line's key, and passwords in its addresses, sought in everything that it prints, also when it fails. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { Console, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { createServer, type RequestListener } from "node:http"
import process from "node:process"
import { run } from "../src/Program.ts"

const key = "cnrykeyZq7fXw9Kd2"
const password = "cnrypasswordZq7fXw9Kd2"

/** Answers every request as told. */
const serving = (answer: RequestListener) =>
  Effect.map(LoopbackServer.listen(createServer(answer)), (port) => `127.0.0.1:${port}`)

/** The standard output and the standard error of a command. */
const printed = Effect.fnUntraced(function*(url: string, key: string, words: ReadonlyArray<string>) {
  const lines: Array<string> = []
  const print = (...line: ReadonlyArray<unknown>) => void lines.push(line.join(" "))
  const code = yield* run(words, { url, key }).pipe(
    Effect.provideService(Console.Console, { ...globalThis.console, log: print, error: print })
  )
  return { code, text: lines.join("\n") }
})

const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["orders"],
  ["orders", "--json"],
  ["show", "process_event-x"],
  ["api-keys"],
  ["audit", "--json"],
  ["settings"]
]

/** Repeats the request's credentials, in a problem and as what is no JSON. */
const echoing = (status: number, type: string): RequestListener => ({ headers }, response) =>
  void response.writeHead(status, { "content-type": type, "x-echo": JSON.stringify(headers) }).end(
    type === "text/html" ? `<html>${JSON.stringify(headers)}` : JSON.stringify({
      type: "urn:sluice:problem:unauthorized",
      title: "Unauthorized",
      status,
      detail: JSON.stringify(headers),
      errors: [{ path: "", message: JSON.stringify(headers) }]
    })
  )

const servers: ReadonlyArray<readonly [name: string, answer: RequestListener]> = [
  ["a problem that repeats it", echoing(401, "application/problem+json")],
  ["a page that repeats it", echoing(200, "text/html")],
  ["an error that repeats it", echoing(500, "text/html")],
  ["a connection that ends", ({ socket }) => void socket.destroy()]
]

const clients = [["fetch", FetchHttpClient.layer], ["undici", NodeHttpClient.layerUndici]] as const

describe.each(clients)("sluice over %s", (_, client) => {
  const layers = Layer.merge(client, NodeServices.layer)

  it.live.each(servers)("prints no key where the server answers with %s", ([, answer]) =>
    Effect.gen(function*() {
      const at = yield* serving(answer)
      for (const words of commands) {
        const { code, text } = yield* printed(`http://${at}`, key, words)
        assert.isAbove(code, 0, words.join(" "))
        assert.notInclude(text, key, words.join(" "))
      }
    }).pipe(Effect.scoped, Effect.provide(layers)))

  it.live("prints no password of an address, and no key that cannot be sent", () =>
    Effect.gen(function*() {
      const at = yield* serving(({ socket }) => void socket.destroy())
      const tries = [
        [`http://u:${password}@${at}`, key],
        [`http://u:${password}@127.0.0.1:1`, key],
        [`http://u:${password}@ bad`, key],
        [`ftp://u:${password}@127.0.0.1`, key],
        [`u:${password}@127.0.0.1`, key],
        ["http://127.0.0.1:1", key],
        ["http://127.0.0.1:1", `${key}\r\nx: y`],
        ["http://127.0.0.1:1", `${key}é`]
      ] as const
      for (const [url, given] of tries) {
        for (const words of [["orders"], ["orders", "--json"], ["orders", "--url", url, "--key", given]]) {
          const { code, text } = yield* printed(url, given, words)
          assert.isAbove(code, 0, url)
          assert.notInclude(text, password, text)
          assert.notInclude(text, key, text)
        }
      }
    }).pipe(Effect.scoped, Effect.provide(layers)))
})

describe("sluice on a terminal", () => {
  it.live("prints no command to the terminal that a server's answer holds", () =>
    Effect.gen(function*() {
      const at = yield* serving((_, response) =>
        void response.writeHead(401, { "content-type": "application/problem+json" }).end(JSON.stringify({
          type: "urn:sluice:problem:unauthorized",
          status: 401,
          title: "Unauthorized",
          detail: "a\u001b]0;title\u0007b\u001b[2Jc\u202ed\u009be\rf",
          errors: []
        }))
      )
      const { text } = yield* printed(`http://${at}`, key, ["orders"])
      assert.include(text, "\\u001b]0;title\\u0007b")
      for (const obeyed of ["\u001b]", "\u0007", "\u001b[2", "\u202e", "\u009b", "\r"]) assert.notInclude(text, obeyed)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(FetchHttpClient.layer, NodeServices.layer))))
})

/** `keys rotate` reads its secrets from the environment itself. */
describe("sluice keys rotate", () => {
  it.live.each([
    { DATABASE_URL: `postgres://u:${password}@127.0.0.1:1/sluice`, SLUICE_ENCRYPTION_KEY: "" },
    { DATABASE_URL: `postgres://u:${password}@127.0.0.1:1/sluice`, SLUICE_ENCRYPTION_KEY: key },
    {
      DATABASE_URL: `postgres://u:${password}@127.0.0.1:1/sluice`,
      SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
    },
    { DATABASE_URL: `mysql://u:${password}@127.0.0.1/sluice`, SLUICE_ENCRYPTION_KEY: key },
    { DATABASE_URL: `postgres://u:${password}@a,b:x/sluice`, SLUICE_ENCRYPTION_KEY: key }
  ])("prints no secret of its environment where it fails", (environment) =>
    Effect.gen(function*() {
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]))
          Object.assign(process.env, environment)
          return before
        }),
        (before) =>
          Effect.sync(() => {
            for (const [name, value] of Object.entries(before)) {
              if (value === undefined) delete process.env[name]
              else process.env[name] = value
            }
          })
      )
      const { code, text } = yield* printed("http://127.0.0.1:1", key, ["keys", "rotate"])
      assert.isAbove(code, 0)
      assert.notInclude(text, password)
      assert.notInclude(text, key)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(FetchHttpClient.layer, NodeServices.layer))))
})
