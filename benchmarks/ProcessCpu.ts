/** Processor time and memory of other processes, from /proc; `undefined` where there is none (other than Linux). */
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

const childrenOf = (pid: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name) && fieldsOf(name)?.[1] === pid)

/** A process, and where `withDescendants` those that it started and theirs. */
const treeOf = (pid: string, withDescendants: boolean): ReadonlyArray<string> =>
  withDescendants ? [pid, ...childrenOf(pid).flatMap((child) => treeOf(child, true))] : [pid]

const isReadable = process.platform === "linux"

/** Of a process, and where `withDescendants` of those that it started, in milliseconds since they began. */
export const cpuMsOf = (pid: number, withDescendants: boolean): number | undefined =>
  isReadable
    ? treeOf(String(pid), withDescendants).reduce((sum, each) => sum + ticksOf(each), 0) * msPerTick
    : undefined

/** The number behind `name` in one of a process's files; nothing where the process has ended or may not be read. */
const lineOf = (pid: string, file: string, name: string): number => {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const sumOf = (pid: number, file: string, name: string): number | undefined =>
  isReadable ? treeOf(String(pid), true).reduce((sum, each) => sum + lineOf(each, file, name), 0) : undefined

const inMiB = (kiB: number | undefined): number | undefined => kiB === undefined ? undefined : kiB / 1024

/** The most that a process and its descendants have held since each began (resident). */
export const peakMiBOf = (pid: number): number | undefined => inMiB(sumOf(pid, "status", "VmHWM"))

/** The memory of the process now, with pages that several processes share divided among them. */
export const sharedMiBOf = (pid: number): number | undefined => inMiB(sumOf(pid, "smaps_rollup", "Pss"))

/** The bytes that the process has written to the disk. */
export const writtenBytesOf = (pid: number): number | undefined => sumOf(pid, "io", "write_bytes")

/** Busy time of all processors together since the machine began, in milliseconds, with what its host took from it. */
export const machineBusyMs = (): number | undefined => {
  if (!isReadable) return undefined
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]
    ?.split(/\s+/).map(Number) ?? []
  return [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * msPerTick
}
