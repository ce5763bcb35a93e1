/** The connections to the database that a process may need, by purpose. Documented in docs/several-processes.md. */
export const connectionBudget = {
  /** Requests, lists, takeover, settings; two of them listen for notifications. */
  pool: 10,
  /** The writer's connections: for small writes, for large writes, and for entries that make deliveries. */
  journal: 3,
  /** Connections that claim deliveries, that record attempts, and that listen for other processes' deliveries. */
  deliveries: 3,
  /** A connection to record which step blocks the process, when one does. */
  watchdog: 1
}

/** The number of connections that a process opens. `executes`: the process has the role `worker`. */
export const connectionsOf = (executes: boolean): number =>
  connectionBudget.pool + connectionBudget.journal +
  (executes ? connectionBudget.deliveries + connectionBudget.watchdog : 0)
