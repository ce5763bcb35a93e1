/** Sluice's own server, started as a user starts it. */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

export interface RunningServer {
  readonly pid: number
  readonly url: string
  /** From the start of the process to a ready answer, in milliseconds. */
  readonly readyAfterMs: number
  /** All that it has printed so far. */
  readonly said: () => string
  readonly stop: () => Promise<void>
}

const main = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url))

/** `environment` beside what every start needs. Fails where the server ends before it is ready. */
export const startServer = async (
  environment: Readonly<Record<string, string>>,
  execArgv: ReadonlyArray<string> = []
): Promise<RunningServer> => {
  const begun = performance.now()
  const child = spawn(process.execPath, ["--conditions=@sluice/source", ...execArgv, main], {
    env: {
      PATH: process.env["PATH"],
      HOST: "127.0.0.1",
      PORT: "0",
      SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
      SLUICE_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
      ...environment
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const leave = () => child.kill("SIGTERM")
  process.once("exit", leave)
  const ended = once(child, "exit")
  let said = ""
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString()
      const at = /ready at (http:\/\/\S+)/.exec(said)?.[1]
      if (at !== undefined) resolve(at)
    }
    child.stdout.on("data", listen)
    child.stderr.on("data", listen)
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)))
  })
  const ready = await fetch(`${url}/health/ready`)
  if (!ready.ok) throw new Error(`not ready: ${ready.status} ${await ready.text()}`)
  return {
    pid: child.pid ?? 0,
    url,
    readyAfterMs: performance.now() - begun,
    said: () => said,
    stop: async () => {
      process.off("exit", leave)
      leave()
      await ended
    }
  }
}
