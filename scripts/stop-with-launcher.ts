/**
 * Loaded before a program that `npx pnpm <script>` starts: stops the program when what launched it is gone.
 *
 * npm ends on SIGTERM without telling its children, so that stopping `npx -y pnpm@12 start` would leave a server
 * behind. pnpm passes the signal on. Linux and macOS; elsewhere this does nothing.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

const everyMs = 250

interface Ancestor {
  readonly parent: number
  readonly command: string
}

const fromProc = (pid: number): Ancestor => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  return {
    // The name in parentheses may hold anything; the parent is the second field after it.
    parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]),
    command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
  }
}

const fromPs = (pid: number): Ancestor => {
  const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" }).trim()
  return { parent: Number.parseInt(line, 10), command: line.replace(/^\d+\s+/, "") }
}

const ancestor = process.platform === "linux" ? fromProc : fromPs

/** The launchers between this process and the person: `pnpm start`, `sh -c pnpm start`, `npm exec pnpm@12 start`. */
const launchers = (): ReadonlyArray<number> => {
  const found: Array<number> = []
  try {
    for (let pid = process.ppid; pid > 1;) {
      const { parent, command } = ancestor(pid)
      if (!/\b(?:pnpm|npm|npx)\b/.test(command)) break
      found.push(pid)
      pid = parent
    }
  } catch {
    return []
  }
  return found
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

if (process.env.npm_lifecycle_event !== undefined && process.platform !== "win32") {
  const watched = launchers()
  const timer = setInterval(() => {
    if (watched.every(isAlive)) return
    clearInterval(timer)
    process.kill(process.pid, "SIGTERM")
  }, everyMs)
  timer.unref()
}
