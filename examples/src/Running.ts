/** A server and its partners, as programs of their own, on free ports and in a directory of their own. */
import { type ChildProcess, spawn } from "node:child_process"
import { chmodSync, mkdtempSync, openSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

export interface Running {
  readonly server: string
  /** The address of the partners' log and scripts. */
  readonly desk: string
  readonly partners: Readonly<Record<string, string>>
}

const program = (path: string): ReadonlyArray<string> => [
  "--conditions=@sluice/source",
  fileURLToPath(new URL(`../../apps/${path}/src/main.ts`, import.meta.url))
]

const stopped = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => {
    child.once("exit", () => resolve())
    child.kill("SIGTERM")
  })

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the partners ended with ${code}`)))
    if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve)
  })

/** The address of the server, once it is ready. */
const ready = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })

/** Starts both, passes them to `use`, and stops them however it ends. */
export const running = async <A>(use: (running: Running) => Promise<A>): Promise<A> => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-use-cases-"))
  // Started by root, the server's PostgreSQL runs as another user, who must get through to its data.
  chmodSync(directory, 0o711)
  const children: Array<ChildProcess> = []
  try {
    const kit = spawn(process.execPath, program("partners"), { stdio: ["ignore", "pipe", "inherit"] })
    children.push(kit)
    const log = openSync(join(directory, "server.log"), "w")
    const server = spawn(process.execPath, program("server"), {
      env: {
        ...process.env,
        HOST: "127.0.0.1",
        PORT: "0",
        SLUICE_DATA_DIR: join(directory, "data"),
        SLUICE_ALLOW_NETWORKS: "127.0.0.0/8"
      },
      stdio: ["ignore", "pipe", log]
    })
    children.push(server)
    const listening = ready(server)
    // Told below, where the partners do not end first.
    listening.catch(() => undefined)
    const { log: desk, partners } = JSON.parse(await firstLine(kit)) as { log: string; partners: Running["partners"] }
    return await use({ server: await listening, desk, partners })
  } finally {
    await Promise.all(children.map(stopped))
    rmSync(directory, { recursive: true, force: true })
  }
}
