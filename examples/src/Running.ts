/** A server and its partners, as programs of their own, on free ports and in a directory of their own. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, openSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

export interface Running {
  readonly server: string
  /** Where the partners' log and scripts are. */
  readonly desk: string
  readonly partners: Readonly<Record<string, string>>
}

const program = (path: string): ReadonlyArray<string> => [
  "--conditions=@sluice/source",
  fileURLToPath(new URL(`../../apps/${path}/src/main.ts`, import.meta.url))
]

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const stopped = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null ? Promise.resolve() : new Promise((resolve) => {
    child.once("exit", () => resolve())
    child.kill("SIGTERM")
  })

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the partners ended with ${code}`)))
    if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve)
  })

const ready = async (child: ChildProcess, url: string): Promise<void> => {
  for (let i = 0; i < 600; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(50)
  }
  throw new Error("the server is not ready after 30 s")
}

/** Starts both, gives them to `use`, and stops them whatever happens. */
export const running = async <A>(use: (running: Running) => Promise<A>): Promise<A> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-use-cases-"))
  const children: Array<ChildProcess> = []
  try {
    const port = await freePort()
    const kit = spawn(process.execPath, program("partners"), { stdio: ["ignore", "pipe", "inherit"] })
    children.push(kit)
    const log = openSync(join(directory, "server.log"), "w")
    const server = spawn(process.execPath, program("server"), {
      env: {
        ...process.env,
        HOST: "127.0.0.1",
        PORT: String(port),
        SLUICE_DATA_DIR: join(directory, "data"),
        SLUICE_ALLOW_NETWORKS: "127.0.0.0/8"
      },
      stdio: ["ignore", log, log]
    })
    children.push(server)
    const { log: desk, partners } = JSON.parse(await firstLine(kit)) as { log: string; partners: Running["partners"] }
    await ready(server, `http://127.0.0.1:${port}`)
    return await use({ server: `http://127.0.0.1:${port}`, desk, partners })
  } finally {
    await Promise.all(children.map(stopped))
    rmSync(directory, { recursive: true, force: true })
  }
}
