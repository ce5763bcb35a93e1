/** A server of the proof's own, with a database of its own, started as anybody would start it. */
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

export interface Sluice {
  readonly base: string
  readonly request: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<any>
  readonly stop: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export const startSluice = async (environment: Record<string, string> = {}): Promise<Sluice> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-console-"))
  // Started by root, the server's PostgreSQL runs as another user, who must get through to its data.
  chmodSync(directory, 0o711)
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const server = spawn(process.execPath, ["--conditions=@sluice/source", "apps/server/src/main.ts"], {
    env: {
      ...process.env,
      DATABASE_URL: "",
      SLUICE_API_KEYS: "",
      PORT: String(port),
      SLUICE_DATA_DIR: directory,
      SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
      ...environment
    },
    stdio: ["ignore", "ignore", "inherit"]
  })
  const ended = new Promise((resolve) => server.once("exit", resolve))
  for (let i = 0;; i++) {
    const answer = await fetch(`${base}/health/ready`).catch(() => undefined)
    if (answer?.status === 200) break
    if (i > 600 || server.exitCode !== null) throw new Error("the server did not become ready")
    await sleep(100)
  }
  return {
    base,
    request: async (method, path, body, headers = {}) => {
      const answer = await fetch(`${base}${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return text === "" ? undefined : JSON.parse(text)
    },
    stop: async () => {
      server.kill("SIGTERM")
      await ended
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
