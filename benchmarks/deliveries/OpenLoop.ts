/**
 * Events at a fixed rate: each is due at its time, even if earlier ones are late. Reports when each commit was
 * acknowledged, on the clock that all processes of the machine share.
 */

export interface Load {
  readonly eventsPerSecond: number
  readonly seconds: number
}

/** Milliseconds on the machine's monotonic clock. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6

export interface Committed {
  /** Of each event: its UUID and when its commit was acknowledged. */
  readonly events: ReadonlyArray<readonly [id: string, at: number]>
  /** When the first was due. */
  readonly begun: number
  /** From the moment at which the last event was due to the last acknowledgement. */
  readonly lagMs: number
  /** Of the side's process, while it took events in. */
  readonly cpuMs: number
}

/** `store` answers with the event's id, after its commit. */
export const run = async ({ eventsPerSecond, seconds }: Load, store: () => Promise<string>): Promise<Committed> => {
  const events: Array<readonly [string, number]> = []
  const cpu = process.cpuUsage()
  const begun = clock()
  const count = Math.round(eventsPerSecond * seconds)
  const one = async () => {
    const id = await store()
    events.push([id, clock()])
  }
  const pending: Array<Promise<void>> = []
  await new Promise<void>((resolve) => {
    const tick = () => {
      const due = Math.min(count, Math.floor((clock() - begun) / 1000 * eventsPerSecond) + 1)
      while (pending.length < due) pending.push(one())
      if (pending.length < count) setTimeout(tick, 1)
      else resolve()
    }
    tick()
  })
  await Promise.all(pending)
  const used = process.cpuUsage(cpu)
  const last = begun + (count - 1) / eventsPerSecond * 1000
  return {
    events,
    begun,
    lagMs: Math.max(...events.map(([, at]) => at)) - last,
    cpuMs: (used.user + used.system) / 1000
  }
}
