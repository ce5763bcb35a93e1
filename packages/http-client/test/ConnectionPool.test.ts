import { assert, describe, it } from "@effect/vitest"
import { lookup } from "node:dns"
import { once } from "node:events"
import { createServer, type OutgoingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { setImmediate } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { ConnectionPool } from "../src/connection/ConnectionPool.ts"
import { UndiciRequest } from "../src/connection/UndiciRequest.ts"

/** Large enough to be unpacked in several pieces, after the connection is closed. */
const body = Buffer.alloc(300_000, "x")

const answers: ReadonlyArray<readonly [string, OutgoingHttpHeaders, Buffer]> = [
  ["a plain answer", {}, body],
  ["a compressed answer", { "content-encoding": "gzip" }, gzipSync(body)]
]

describe("ConnectionPool", () => {
  for (const [name, headers, bytes] of answers) {
    it(`forgets a host that closes its connection after ${name}`, async () => {
      const server = createServer((_, response) =>
        response.writeHead(200, { ...headers, connection: "close" }).end(bytes)
      )
      await once(server.listen(0, "127.0.0.1"), "listening")
      const pool = new ConnectionPool({}, { lookup })
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const request = { method: "GET", url: url.href, headers: {}, timeoutMs: 1000 }
      await new Promise<unknown>((resolve) => new UndiciRequest(pool, url, request, resolve))
      // Ends with the test's time where it is never forgotten.
      while (pool.knows(url.origin)) await setImmediate()
      assert.isFalse(pool.knows(url.origin))
      server.close()
      await pool.shutdown()
    })
  }
})
