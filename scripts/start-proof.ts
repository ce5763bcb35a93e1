/**
 * Starts the production build once, as in a deployment: plain JavaScript, its own data directory, an order through a
 * pipeline, SIGTERM, exit code 0.
 */
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

const directory = mkdtempSync(join(tmpdir(), "sluice-proof-"))
// Started by root, the server's PostgreSQL runs as another user, who must get through to its data.
chmodSync(directory, 0o711)
const begun = performance.now()
const server = spawn(process.execPath, ["apps/server/dist/main.js"], {
  env: { ...process.env, HOST: "127.0.0.1", PORT: "0", SLUICE_DATA_DIR: directory },
  stdio: ["ignore", "pipe", "inherit"]
})
const ended = new Promise<number | null>((resolve) => server.once("exit", resolve))

// Where it listens, once it is ready. However slow the machine is: what never comes ends with the server.
const ready = new Promise<string>((resolve, reject) => {
  createInterface({ input: server.stdout }).on("line", (line) => {
    process.stdout.write(`${line}\n`)
    const url = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
    if (url !== undefined) resolve(url)
  })
  void ended.then((code) => reject(new Error(`the server ended with exit code ${code}`)))
})

const json = (url: string, method: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", prefer: "wait=60" }
  })

try {
  const base = await ready
  process.stdout.write(`ready after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  const saved = await json(`${base}/v1/pipelines/proof`, "PUT", { steps: [] })
  const answer = await json(`${base}/v1/orders`, "POST", { orderType: "NEW_ORDER" })
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
  await ended
} finally {
  rmSync(directory, { recursive: true, force: true })
}
