/**
 * Starts the production build once, as somebody who deploys it would: plain JavaScript, a data directory of its own, an
 * order through a pipeline, SIGTERM, exit code 0.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const directory = mkdtempSync(join(tmpdir(), "sluice-proof-"))
const port = await freePort()
const base = `http://127.0.0.1:${port}`
const begun = performance.now()
const server = spawn(process.execPath, ["apps/server/dist/main.js"], {
  env: { ...process.env, PORT: String(port), SLUICE_DATA_DIR: directory },
  stdio: "inherit"
})
const ended = new Promise<number | null>((resolve) => server.once("exit", resolve))

const ready = async (): Promise<void> => {
  for (let i = 0; i < 300; i++) {
    if (server.exitCode !== null) throw new Error(`the server ended with exit code ${server.exitCode}`)
    const answer = await fetch(`${base}/health/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(100)
  }
  throw new Error("the server was not ready within 30 s")
}

const json = (method: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${base}${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", prefer: "wait=10" }
  })

try {
  await ready()
  process.stdout.write(`ready after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  const saved = await json("PUT", "/v1/pipelines/proof", { steps: [] })
  const answer = await json("POST", "/v1/orders", { orderType: "NEW_ORDER" })
  const { processEvent } = await answer.json() as { processEvent?: { state?: string } }
  if (saved.status !== 201 || answer.status !== 200 || processEvent?.state !== "completed") {
    throw new Error(`an order did not complete: ${saved.status}, ${answer.status}, ${processEvent?.state}`)
  }
  const page = await (await fetch(base, { headers: { accept: "text/html" } })).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
  if (script === undefined || (await fetch(`${base}${script}`)).status !== 200) {
    throw new Error("the console is not there")
  }
  server.kill("SIGTERM")
  const code = await ended
  if (code !== 0) throw new Error(`SIGTERM ended the server with exit code ${code}`)
  process.stdout.write("an order completed, the console is there, and SIGTERM ended the server with exit code 0\n")
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${String(error)}\n`)
  server.kill("SIGKILL")
} finally {
  rmSync(directory, { recursive: true, force: true })
}
