/** Runs the pnpm that runs this script, else the one that npx brings. */
import { spawnSync } from "node:child_process"

export interface Ran {
  /** The exit code; `null` where it did not end in time. */
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

export const pnpm = (...args: ReadonlyArray<string>): Ran => {
  const own = process.env["npm_execpath"]
  const [command, ...before] = own === undefined || !/pnpm/.test(own)
    ? ["npx", "-y", "pnpm@12"]
    : /\.[cm]?js$/.test(own)
    ? [process.execPath, own]
    : [own]
  const ran = spawnSync(command ?? "npx", [...before, ...args], {
    encoding: "utf8",
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024
  })
  return { code: ran.status, output: ran.stdout ?? "", errors: ran.error?.message ?? ran.stderr ?? "" }
}
