/**
 * The partner system: answers every POST with 200 and 1 KB of JSON. A process of its own, so that its work is counted
 * on neither side. Started with `fork`: tells its port, and lives until it is told to end.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { nextAnswer } from "./PartnerAnswers.ts"

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    const { answer, head } = nextAnswer()
    response.writeHead(200, head)
    response.end(answer)
  })
})
// Longer than any pause between two rounds.
server.keepAliveTimeout = 600_000
server.listen(0, "127.0.0.1")
await once(server, "listening")

process.on("message", () => process.exit())
process.on("disconnect", () => process.exit())
process.send?.({ port: (server.address() as AddressInfo).port })
