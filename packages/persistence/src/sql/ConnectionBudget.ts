/** The connections to the database that a process may need, by purpose. Documented in docs/several-processes.md. */
export const connectionBudget = {
  /** Requests, lists, takeover, settings; two of them listen for notifications. */
  pool: 10,
  /** The writer's connections: small writes, large ones, and what a run's end leaves behind. */
  journal: 3,
  /** To claim deliveries, to record attempts, and to hear of other processes' deliveries. */
  deliveries: 3,
  /** To note what blocks the process, when something does. */
  watchdog: 1
}

/** The number of connections that a process opens. `executes`: the process has the role `worker`. */
export const connectionsOf = (executes: boolean): number =>
  connectionBudget.pool + connectionBudget.journal +
  (executes ? connectionBudget.deliveries + connectionBudget.watchdog : 0)
