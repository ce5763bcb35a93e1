/** The commands for a developer's machine, installed: an example order, and its message forwarded to a local program. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { promisify } from "node:util"
import { Webhook } from "standardwebhooks"

const run = promisify(execFile)

/** Runs the installed command line, which finds the server in SLUICE_URL. */
const sluice = async (...args: ReadonlyArray<string>): Promise<string> =>
  (await run("node_modules/.bin/sluice", [...args])).stdout

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
writeFileSync(
  "settings-of-developer.json",
  JSON.stringify({
    pipelines: [{ name: "triggered", match: { orderTypes: ["NEW_ORDER"] }, completedStatus: "Active", steps: [] }],
    webhookEndpoints: [
      { id: "my-machine", url: "https://hooks.example.com/", types: ["order.submitted"], secret, disabled: true }
    ]
  })
)
await sluice("apply", "settings-of-developer.json", "--yes")
assert.match(await sluice("trigger", "NEW_ORDER", "--wait"), /completed/)

const received: Array<{ readonly body: string; readonly headers: IncomingHttpHeaders }> = []
const server = createServer(async (request, response) => {
  let body = ""
  for await (const chunk of request.setEncoding("utf8")) body += chunk
  received.push({ body, headers: request.headers })
  response.writeHead(204).end()
})
await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
const said = await sluice("listen", "--endpoint", "my-machine", "--to", to, "--after", "0", "--count", "1")
server.close()

assert.match(said, /204 {2}order\.submitted/)
const [message] = received
assert(message !== undefined && received.length === 1)
assert.equal(message.headers["webhook-type"], "order.submitted")
const order = new Webhook(secret).verify(message.body, message.headers as Record<string, string>)
assert.equal((order as { readonly orderType: string }).orderType, "NEW_ORDER")
