/**
 * Simulates a day of many cells, second by second: incoming orders, runs that wait for an unavailable partner, stored
 * and deleted data, the polls of idle processes, and a cell that is moved. Seeded and pure: the same parameters give
 * the same figures. The capacity of one cell is measured; the simulation computes the totals.
 */
import * as Random from "../Random.ts"

export interface Parameters {
  readonly seed: number
  readonly cells: number
  readonly ordersPerDay: number
  /** The rate of the busiest hour over the mean rate; 1 for an even day. */
  readonly peak: number
  /** Orders that one cell takes in and executes in a second, on two cores. */
  readonly cellRate: number
  readonly orderBytes: number
  /** Bytes of the write-ahead log for an order. */
  readonly walBytes: number
  /** The number of callout records of an order; `deletionsPerSecond`: those that one process deletes in a second. */
  readonly recordsPerOrder: number
  readonly deletionsPerSecond: number
  /** The number of processes: each may own cells, and takes requests for all. */
  readonly workers: number
  /** Connections of a process to a cell that it owns; `otherConnections`: to one that it does not. */
  readonly ownConnections: number
  readonly otherConnections: number
  /** Statements a second that an idle process sends to a cell: its poll, and its heartbeat in cell 0. */
  readonly looks: number
  /**
   * The share of orders that call the partner that becomes unavailable; then for how many seconds, and how many seconds
   * each call takes afterwards.
   */
  readonly outageShare: number
  readonly outageSeconds: number
  readonly answerSeconds: number
  /** The largest number of calls to one host that a process has open. */
  readonly callsPerHost: number
  /** The largest number of queued runs of a cell, above which it refuses orders. Held runs are not queued. */
  readonly queueLimit: number
  /** The number of days whose data the moving cell holds; `copyRate`: the bytes a second of its copy. */
  readonly daysStored: number
  readonly copyRate: number
  readonly switchSeconds: number
}

/** The figures measured in the documentation, for 10^9 orders a day over 14 cells. */
export const measured: Parameters = {
  seed: 1,
  cells: 14,
  ordersPerDay: 1e9,
  peak: 1,
  cellRate: 844,
  orderBytes: 12_000,
  walBytes: 14_300,
  recordsPerOrder: 3,
  deletionsPerSecond: 5000,
  workers: 1000,
  ownConnections: 17,
  otherConnections: 4,
  looks: 2,
  outageShare: 0.2,
  outageSeconds: 1800,
  answerSeconds: 0.2,
  callsPerHost: 256,
  queueLimit: 2_000_000,
  daysStored: 30,
  copyRate: 200e6,
  switchSeconds: 3.3
}

interface Cell {
  /** The number of runs that are accepted and not executed yet. */
  queued: number
  /** The number of runs that wait for the unavailable partner. */
  held: number
  stored: number
}

export interface Figures {
  readonly accepted: number
  readonly refused: number
  readonly completed: number
  readonly openAtTheEnd: number
  /** The largest number of queued runs in one cell; `mostHeld`: of held runs. */
  readonly mostQueued: number
  readonly mostHeld: number
  /** The longest time that a new order waited for its turn, in seconds. */
  readonly longestWait: number
  /** The time from the partner's return until the last held run had ended, in seconds. */
  readonly recoverySeconds: number
  readonly storedTerabytes: number
  readonly walMegabytesPerSecond: number
  /** The number of a day's records that each cell could not delete in time. */
  readonly deletionBehind: number
  readonly connectionsPerCell: number
  readonly connectionsOfCell0: number
  readonly idleQuestionsPerSecond: number
  /** The number of rows in `workers` of cell 0 that all processes together read in a second. */
  readonly workerRowsPerSecond: number
  readonly copyHours: number
  readonly refusedByMove: number
}

const day = 86_400

/** The rate of a second over the mean: an even day, or a wave with its crest at 18:00. */
const waveAt = (second: number, peak: number): number => 1 + (peak - 1) * Math.cos(2 * Math.PI * (second / day - 0.75))

/** A Poisson number, by its normal approximation: the means are in the hundreds. */
const around = (mean: number, random: Random.Random): number => {
  const wave = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * wave))
}

/** One second of one cell. */
const step = (cell: Cell, arrivals: number, isOut: boolean, parameters: Parameters) => {
  const { answerSeconds, callsPerHost, cellRate, orderBytes, outageShare, queueLimit } = parameters
  const room = Math.max(0, queueLimit - cell.queued)
  const accepted = Math.min(arrivals, room)
  cell.queued += accepted
  const begun = Math.min(cell.queued, cellRate)
  cell.queued -= begun
  const blocked = isOut ? begun * outageShare : 0
  cell.held += blocked
  // Released runs take what new ones leave of the cell's rate, and of the calls to the partner.
  const release = isOut ? 0 : Math.min(cell.held, cellRate - begun, callsPerHost / answerSeconds)
  cell.held -= release
  cell.stored += accepted * orderBytes
  return { accepted, refused: arrivals - accepted, completed: begun - blocked + release }
}

const connectionsOf = ({ cells, otherConnections, ownConnections, workers }: Parameters) => {
  const owners = Math.min(workers, cells)
  return (workers - 1) * otherConnections + (owners > 0 ? ownConnections : 0)
}

/** Simulates the day. The partner is away from 12:00, and cell 1 is moved at 15:00. */
export const simulate = (parameters: Parameters): Figures => {
  const random = Random.make(parameters.seed, "orders")
  const mean = parameters.ordersPerDay / day / parameters.cells
  const cells = Array.from({ length: parameters.cells }, (): Cell => ({ queued: 0, held: 0, stored: 0 }))
  const outage = { begin: day / 2, end: day / 2 + parameters.outageSeconds }
  const move = { begin: day * 0.625, end: day * 0.625 + parameters.switchSeconds }
  let [accepted, refused, completed, mostQueued, mostHeld, refusedByMove, recoveredAt] = [0, 0, 0, 0, 0, 0, outage.end]
  for (let second = 0; second < day; second++) {
    const isOut = second >= outage.begin && second < outage.end
    for (const [index, cell] of cells.entries()) {
      const arrivals = around(mean * waveAt(second, parameters.peak), random)
      if (index === 1 && second >= move.begin && second < move.end) {
        refusedByMove += arrivals
        refused += arrivals
        continue
      }
      const moved = step(cell, arrivals, isOut, parameters)
      accepted += moved.accepted
      refused += moved.refused
      completed += moved.completed
      mostQueued = Math.max(mostQueued, cell.queued)
      mostHeld = Math.max(mostHeld, cell.held)
      if (second >= outage.end && cell.held > 0) recoveredAt = second
    }
  }
  const { copyRate, daysStored, deletionsPerSecond, looks, recordsPerOrder, workers } = parameters
  const records = mean * day * recordsPerOrder
  const open = cells.reduce((sum, { held, queued }) => sum + held + queued, 0)
  const connections = connectionsOf(parameters)
  return {
    accepted,
    refused,
    completed: Math.round(completed),
    openAtTheEnd: Math.round(open),
    mostQueued: Math.round(mostQueued),
    mostHeld: Math.round(mostHeld),
    longestWait: mostQueued / parameters.cellRate,
    recoverySeconds: recoveredAt - outage.end,
    storedTerabytes: cells.reduce((sum, { stored }) => sum + stored, 0) / 1e12,
    walMegabytesPerSecond: mean * parameters.walBytes / 1e6,
    deletionBehind: Math.max(0, records - deletionsPerSecond * day),
    connectionsPerCell: connections,
    connectionsOfCell0: connections + 2 * workers,
    idleQuestionsPerSecond: workers * looks,
    workerRowsPerSecond: workers * workers,
    copyHours: mean * day * daysStored * parameters.orderBytes / copyRate / 3600,
    refusedByMove
  }
}
