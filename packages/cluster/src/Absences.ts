/**
 * The cells that a worker cannot own because it does not reach their databases while another worker does. Each worker
 * says in its registration which databases do not answer it. Pure. Contract: section 11, "Owners".
 *
 * | the database answers | then |
 * | --- | --- |
 * | every worker | no absence |
 * | no worker | no absence: the cell is away, and stays with its owner |
 * | some workers, for three seconds | the others do not own the cell, until ten seconds after this has ended |
 */

/** The worker is passed over after this long: a database that fails over is away from different workers at different moments. */
const patienceMs = 3000

/** The worker is not taken back sooner: a network that comes and goes would move the cell each time. */
const pauseMs = 10_000

interface Absence {
  /** The begin of the time in which others reached the cell; `undefined` while none does. */
  readonly since: number | undefined
  readonly until: number
}

/** The absences by `<worker> <cell>`. */
export type Absences = ReadonlyMap<string, Absence>

export const none: Absences = new Map()

/** The cells whose databases do not answer a worker, by the name of the worker. */
export type Unreachable = ReadonlyMap<string, ReadonlySet<number>>

const keyOf = (worker: string, cell: number): string => `${worker} ${cell}`

/** The absences after the workers' newest registrations; `now` in milliseconds. */
export const next = (before: Absences, said: Unreachable, now: number): Absences => {
  const after = new Map<string, Absence>()
  for (const [key, { until }] of before) if (until > now) after.set(key, { since: undefined, until })
  for (const [worker, cells] of said) {
    for (const cell of cells) {
      const key = keyOf(worker, cell)
      const isReached = [...said.values()].some((others) => !others.has(cell))
      const since = isReached ? before.get(key)?.since ?? now : undefined
      const isOver = since !== undefined && now - since >= patienceMs
      after.set(key, { since, until: isOver ? now + pauseMs : before.get(key)?.until ?? 0 })
    }
  }
  return after
}

/** True if the worker must not own the cell, because only others reach its database. */
export const isAbsent = (absences: Absences, worker: string, cell: number, now: number): boolean =>
  (absences.get(keyOf(worker, cell))?.until ?? 0) > now

const prefix = "unreachable-"

/** Encodes cells as groups of the worker's registration, the only field in which it can publish data of its own. */
export const groupsOf = (cells: Iterable<number>): ReadonlyArray<string> =>
  [...cells].map((cell) => `${prefix}${cell}`).toSorted()

/** Decodes the cells of a registration's groups. */
export const cellsOf = (groups: ReadonlyArray<string>): ReadonlySet<number> =>
  new Set(groups.filter((group) => group.startsWith(prefix)).map((group) => Number(group.slice(prefix.length))))
