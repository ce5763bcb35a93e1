/**
 * Restate: its server as a child of this process, bound to the loopback address, without telemetry; a service with three
 * durable steps in this process; orders through its ingress. It stores the invocation's input (the order), each step's
 * result (the callout's record) and the output (version 2 with the outcome) in its own log, synced to disk, and keeps
 * the journal for a day, as it comes.
 */
import { type Context, endpoint, service } from "@restatedev/restate-sdk"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http2"
import { createRequire } from "node:module"
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Pool } from "undici"
import { uuidV7 } from "../baseline/Uuid.ts"
import { steps } from "../Order.ts"
import { given, serve } from "../Side.ts"
import * as Callouts from "./Callouts.ts"
import { firstVersion, lastVersion } from "./OrderText.ts"

const callouts = Callouts.open(given().partnerUrl)

const orders = service({
  name: "orders",
  handlers: {
    process: async (ctx: Context, { document, id }: { readonly id: string; readonly document: object }) => {
      const text = JSON.stringify(document)
      for (const [index, step] of steps.entries()) {
        await ctx.run(step, () => callouts.call(id, index, step, text))
      }
      return lastVersion(document)
    }
  }
})

/** The address of a port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

const binary = (): string => {
  const require = createRequire(createRequire(import.meta.url).resolve("@restatedev/restate-server/package.json"))
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`
  return join(require.resolve(`${name}/package.json`), "..", "bin", "restate-server")
}

const services = createServer(endpoint().setLogger(() => {}).bind(orders).http2Handler())
services.listen(0, "127.0.0.1")
await once(services, "listening")
const servicesUrl = `http://127.0.0.1:${(services.address() as AddressInfo).port}`

const [ingressPort, adminPort, nodePort] = await Promise.all([freePort(), freePort(), freePort()])
const directory = mkdtempSync(join(tmpdir(), "sluice-bench-restate-"))
const server = spawn(binary(), ["--base-dir", directory, "--no-logo"], {
  cwd: directory,
  env: {
    PATH: process.env["PATH"],
    DO_NOT_TRACK: "1",
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_ADVERTISED_HOST: "127.0.0.1",
    RESTATE_NODE_NAME: "benchmark",
    RESTATE_BIND_PORT: String(nodePort),
    RESTATE_INGRESS__BIND_PORT: String(ingressPort),
    RESTATE_ADMIN__BIND_PORT: String(adminPort),
    RESTATE_ADMIN__DISABLE_WEB_UI: "true",
    // Its look for a newer version, which may find no network.
    RESTATE_LOG_FILTER: "error,octocrab=off",
    ...(process.env["BENCH_PARTITIONS"] && { RESTATE_DEFAULT_NUM_PARTITIONS: process.env["BENCH_PARTITIONS"] })
  },
  stdio: ["ignore", "inherit", "inherit"]
})
const leave = () => server.kill("SIGKILL")
process.once("exit", () => {
  leave()
  rmSync(directory, { recursive: true, force: true })
})

const admin = `http://127.0.0.1:${adminPort}`
for (let attempt = 0;; attempt++) {
  const isUp = await fetch(`${admin}/health`).then(({ ok }) => ok, () => false)
  if (isUp) break
  if (attempt > 300) throw new Error("Restate's server did not come up")
  await sleep(100)
}
const registered = await fetch(`${admin}/deployments`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ uri: servicesUrl })
})
if (!registered.ok) throw new Error(`Restate refused the service: ${await registered.text()}`)

const ingress = new Pool(`http://127.0.0.1:${ingressPort}`, { connections: 64 })
const headers = { "content-type": "application/json" }

serve(async (submitted) => {
  const id = uuidV7()
  const { document } = firstVersion(id, submitted)
  const body = JSON.stringify({ id, document })
  const answer = await ingress.request({ method: "POST", path: "/orders/process", headers, body })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`Restate answered ${answer.statusCode}: ${text}`)
}, async () => {
  await ingress.close()
  server.kill("SIGTERM")
  await once(server, "exit")
  await callouts.close()
})
