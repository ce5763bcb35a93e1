/** A server of the proof's own, with a database of its own, started as anybody would start it. */
import { type ChildProcess, spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

export interface Sluice {
  readonly base: string
  readonly request: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<any>
  /** Stops the server, and starts it again at the same address, with the same data, after `meanwhile`. */
  readonly restart: (meanwhile: () => Promise<void>) => Promise<void>
  readonly stop: () => Promise<void>
}

interface Running {
  readonly base: string
  readonly end: () => Promise<void>
}

const run = async (environment: Record<string, string>): Promise<Running> => {
  const server: ChildProcess = spawn(
    process.execPath,
    ["--conditions=@sluice/source", "apps/server/src/main.ts"],
    { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] }
  )
  const ended = new Promise((resolve) => server.once("exit", resolve))
  const base = await new Promise<string>((resolve, reject) => {
    if (server.stdout === null) return reject(new Error("the server has no output"))
    createInterface({ input: server.stdout }).on("line", (line) => {
      const url = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    server.once("exit", (code) => reject(new Error(`the server ended with exit code ${code}`)))
  })
  return {
    base,
    end: async () => {
      server.kill("SIGTERM")
      await ended
    }
  }
}

export const startSluice = async (environment: Record<string, string> = {}): Promise<Sluice> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-console-"))
  // Started by root, the server's PostgreSQL runs as another user, who must get through to its data.
  chmodSync(directory, 0o711)
  const settings = {
    DATABASE_URL: "",
    SLUICE_API_KEYS: "",
    HOST: "127.0.0.1",
    PORT: "0",
    SLUICE_DATA_DIR: directory,
    SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
    ...environment
  }
  let running = await run(settings)
  const { base } = running
  return {
    base,
    request: async function again(method, path, body, headers = {}): Promise<any> {
      const answer = await fetch(`${base}${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      const text = await answer.text()
      // The database of a busy machine may not answer in time; nothing was stored, and a client asks again.
      if (answer.status === 503 && text.includes("Try again")) {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        return again(method, path, body, headers)
      }
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return text === "" ? undefined : JSON.parse(text)
    },
    restart: async (meanwhile) => {
      await running.end()
      await meanwhile()
      running = await run({ ...settings, PORT: new URL(base).port })
    },
    stop: async () => {
      await running.end()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
