/** Starts the server of `apps/server`, configured by its environment alone. Contract: section 2. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { ApiClient } from "@sluice/api/ApiClient"
import { Context, Effect, Layer, Schedule, Schema } from "effect"
import { randomInt } from "node:crypto"
import { createServer } from "node:http"
import { start } from "./Program.ts"

const host = "127.0.0.1"

/** The time limit of a first start, which also creates a database. */
const startLimit = "5 minutes"

export class ServerNotReady extends Schema.TaggedError<ServerNotReady>()("ServerNotReady", {
  message: Schema.String
}) {}

/**
 * A port that was free a moment ago, below those that systems give to outgoing connections (from 32768 on): the first start
 * takes seconds, and some other connection would take such a port meanwhile.
 */
const freePort = Effect.suspend(() => NodeHttpServer.make(createServer, { host, port: randomInt(20_000, 32_000) }))
  .pipe(
    Effect.map(({ address }) => "port" in address ? address.port : 0),
    Effect.scoped,
    Effect.eventually
  )

/** Variables of the user's shell that must not influence the demo. */
const notInherited = {
  DATABASE_URL: undefined,
  SLUICE_API_KEYS: undefined,
  SLUICE_ENCRYPTION_KEY: undefined,
  SLUICE_RETENTION: undefined,
  SLUICE_ROLES: undefined
}

/** Starts the server and waits until it is ready; returns its address, a client, and an effect that stops it. */
export const startServer = Effect.fnUntraced(function*(options: {
  readonly dataDirectory: string
  readonly settingsFile: string
  readonly logFile: string
}) {
  const port = yield* freePort
  const baseUrl = `http://${host}:${port}`
  const program = yield* start({
    name: "apps/server",
    main: new URL("../../../server/src/main.ts", import.meta.url),
    env: {
      ...notInherited,
      HOST: host,
      PORT: String(port),
      SLUICE_DATA_DIR: options.dataDirectory,
      SLUICE_CONFIG: options.settingsFile,
      SLUICE_ALLOW_NETWORKS: "127.0.0.0/8"
    },
    logFile: options.logFile
  })
  const client = Context.get(yield* Layer.build(ApiClient.layer({ baseUrl })), ApiClient)
  const ready = client.health.ready().pipe(
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.timeoutOrElse({
      duration: startLimit,
      orElse: () => new ServerNotReady({ message: `apps/server is not ready after ${startLimit}: ${options.logFile}` })
    })
  )
  yield* Effect.raceFirst(ready, program.ended)
  return { baseUrl, client, stop: program.stop, ended: program.ended }
})
