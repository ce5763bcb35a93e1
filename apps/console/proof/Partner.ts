/** A partner of the proof's own: answers well, badly, at length, with a patch, or not at all. */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const large = JSON.stringify({
  rows: Array.from({ length: 1000 }, (_, n) => ({ n, text: "x".repeat(80), token: "t" }))
})

const answers: Readonly<Record<string, readonly [status: number, body: string]>> = {
  "/ok": [200, JSON.stringify({ accountId: "ACC-1", nested: { list: [1, 2, 3] } })],
  "/fail": [500, JSON.stringify({ error: "out of order" })],
  "/patch": [
    200,
    JSON.stringify({ OrderActionExecutionResults: [{ ActionStatus: "Success" }], OrderPatch: { Status: "Validated" } })
  ],
  "/large": [200, large],
  "/hook": [200, ""]
}

export interface Partner {
  readonly origin: string
  readonly close: () => void
}

export const startPartner = async (): Promise<Partner> => {
  const held = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    request.resume()
    const [status, body] = answers[request.url ?? ""] ?? [0, ""]
    if (status === 0) {
      held.add(response)
      return
    }
    response.writeHead(status, { "content-type": "application/json" }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      for (const response of held) response.destroy()
      server.close()
      server.closeAllConnections()
    }
  }
}
