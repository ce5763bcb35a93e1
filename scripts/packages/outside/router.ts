/** The shop behind Effect's HttpRouter. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { expectSale, warehouse } from "./Partner.ts"
import { sell, shop } from "./Shop.ts"

const route = HttpRouter.add(
  "POST",
  "/books/:isbn",
  Effect.gen(function*() {
    const { isbn = "" } = yield* HttpRouter.params
    return HttpServerResponse.jsonUnsafe(yield* Effect.orDie(sell(isbn)))
  })
)

const server = HttpRouter.serve(route, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 })),
  Layer.provide(shop(process.argv[2], await warehouse()))
)

const program = Effect.gen(function*() {
  const { address } = yield* HttpServer.HttpServer
  yield* Effect.promise(() => expectSale(HttpServer.formatAddress(address)))
})

await Effect.runPromise(program.pipe(Effect.provide(server)))
