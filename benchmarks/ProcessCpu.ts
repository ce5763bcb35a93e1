/** Processor time of other processes, from /proc; `undefined` where there is none (other systems than Linux). */
import { readdirSync, readFileSync } from "node:fs"

/** Kernel ticks are 10 ms on every Linux that Node runs on. */
const msPerTick = 10

/** Fields of /proc/<pid>/stat, from the state on. */
const fieldsOf = (pid: string): ReadonlyArray<string> | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name before the state may hold blanks and brackets.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")
  } catch {
    return undefined
  }
}

/** User and system time of a process, with that of its children that have ended. */
const ticksOf = (pid: string): number => {
  const fields = fieldsOf(pid)
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields?.[field] ?? 0), 0)
}

/** Of a process, and where `withChildren` of those that it started, in milliseconds since they began. */
export const cpuMsOf = (pid: number, withChildren: boolean): number | undefined => {
  if (process.platform !== "linux") return undefined
  const own = String(pid)
  const children = withChildren
    ? readdirSync("/proc").filter((name) => /^\d+$/.test(name) && fieldsOf(name)?.[1] === own)
    : []
  return [own, ...children].reduce((sum, each) => sum + ticksOf(each), 0) * msPerTick
}
