/** The actions that the explorer chooses from in a state. */
import type { Scenario } from "./Scenario.ts"
import type { RunRow } from "./Tables.ts"
import type { Call, Process, Sent } from "./UnderWay.ts"

/** The state of the world on which the choice depends, and the effects of the actions on it. */
export interface Within {
  readonly processes: ReadonlyArray<Process>
  /** The number of faults and events of each kind that may still happen. */
  readonly left: { -readonly [Name in keyof Scenario]: Scenario[Name] }
  readonly sent: () => ReadonlyArray<Sent>
  readonly calls: () => ReadonlyArray<Call>
  readonly run: () => RunRow | undefined
  readonly isOver: () => boolean
  readonly isOpen: () => boolean
  readonly isLate: (one: Process) => boolean
  readonly isBusy: (one: Process) => boolean
  /** The process that a client waits at. */
  readonly waitsForCancel: () => string | undefined
  readonly isAccepted: () => boolean
  /** The tokens that the partner was sent, oldest first. */
  readonly tokens: () => ReadonlyArray<string>
  /** A client's answer to a callback URL is under way. */
  readonly isAnswering: () => boolean
  readonly hasCalledBack: () => boolean
  /** The statement waits for the locked row of the run. */
  readonly isBlocked: (one: Sent) => boolean
  readonly perform: (one: Sent, answered?: boolean) => void
  readonly lose: (one: Sent) => void
  readonly mayBeRefused: (one: Sent) => boolean
  readonly refuse: (one: Sent) => void
  readonly answer: (one: Call) => void
  readonly pass: () => void
  readonly wake: (one: Process) => void
  readonly crash: (one: Process) => void
  readonly cancel: (by: Process, runId: string) => void
  readonly callBack: (to: Process, token: string, said: string) => void
  readonly repeat: (to: Process) => void
}

/**
 * Answers of the partner to a callback URL: to that of its newest request or of its first, before the run's end and after
 * it. The first one is "yes": it makes no difference which comes first.
 */
const callbacksOf = (within: Within, found: Map<string, () => void>): void => {
  const { left, processes } = within
  const tokens = within.tokens()
  const [first] = tokens
  if (left.callbacks === 0 || first === undefined || within.isAnswering()) return
  const newest = tokens.at(-1) ?? first
  const running = processes.filter(({ state }) => state === "running")
  for (const to of within.isOver() ? running.slice(0, 1) : running) {
    for (const said of within.hasCalledBack() ? ["yes", "no"] : ["yes"]) {
      for (const token of new Set([newest, first])) {
        found.set(`callback ${said} to ${to.name}${token === newest ? "" : ", to the first request"}`, () => {
          left.callbacks--
          within.callBack(to, token, said)
        })
      }
    }
  }
}

/** Everything that can happen next, by name. */
export const actionsOf = (within: Within): ReadonlyMap<string, () => void> => {
  const { left, processes } = within
  const sent = within.sent()
  const calls = within.calls()
  const found = new Map<string, () => void>()
  for (const one of sent) if (!within.isBlocked(one)) found.set(one.label, () => within.perform(one))
  for (const one of calls) {
    if (one.process.state !== "running") continue
    found.set(one.label, () => within.answer(one))
  }
  const over = within.isOver()
  const nothingElse = [...sent, ...calls].every((one) => one.process.state !== "running")
  const running = processes.filter(({ state }) => state === "running")
  const run = within.run()
  const open = within.isOpen()
  const isAwaited = open || running.some(({ name }) => name === within.waitsForCancel())
    || processes.some((one) => one.state === "paused" && !within.isLate(one))
  if (nothingElse && !over && isAwaited) {
    found.set("time passes", within.pass)
  }
  for (const one of processes) {
    if (one.state === "paused" && within.isLate(one)) {
      found.set(`${one.name} wakes`, () => within.wake(one))
    }
  }
  if (left.cancels > 0 && run !== undefined && within.isAccepted()) {
    for (const one of over ? running.slice(0, 1) : running) {
      found.set(`cancel by ${one.name}`, () => {
        left.cancels--
        within.cancel(one, run.id)
      })
    }
  }
  for (const one of running) {
    if (!within.isBusy(one) || !(open || run === undefined)) continue
    if (left.crashes > 0 && processes.filter(({ state }) => state !== "dead").length > 1) {
      found.set(`${one.name} crashes`, () => {
        left.crashes--
        within.crash(one)
      })
    }
    // After the refusals of the database: a pause without them is a scenario of its own.
    if (left.pauses > 0 && left.conflicts === 0 && (sent.length > 0 || calls.length > 0)) {
      found.set(`${one.name} stands still`, () => {
        left.pauses--
        one.state = "paused"
      })
    }
  }
  if (left.losses > 0) {
    for (const one of sent.filter(({ name, process }) => name === "flush" && process.state === "running")) {
      found.set(`${one.label} is executed, its answer lost`, () => {
        left.losses--
        within.perform(one, false)
      })
      found.set(`${one.label} never arrives`, () => {
        left.losses--
        within.lose(one)
      })
    }
  }
  if (left.conflicts > 0) {
    for (const one of sent.filter(within.mayBeRefused)) {
      found.set(`${one.label} is refused`, () => {
        left.conflicts--
        within.refuse(one)
      })
    }
  }
  if (left.repeats > 0 && open && within.isAccepted()) {
    for (const one of running) {
      found.set(`the order is repeated to ${one.name}`, () => {
        left.repeats--
        within.repeat(one)
      })
    }
  }
  callbacksOf(within, found)
  if (left.ticks > 0 && !nothingElse && run?.cancel_requested === true && open) {
    found.set("time passes meanwhile", () => {
      left.ticks--
      within.pass()
    })
  }
  return found
}
