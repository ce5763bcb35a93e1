/**
 * Two processes, a database and a partner, and everything that may happen to them next. Every statement, every answer of
 * the partner, every end of a wait is an action of its own; between two actions the processes run until all of them
 * wait. A world is made anew for each path: fibers cannot be copied.
 */
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import { TakeCallback } from "@sluice/engine/commands/TakeCallback"
import type { OutboundRequest, OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Exit, Layer, Logger, Scope } from "effect"
import { ConnectionError, LockTimeoutError, SqlError } from "effect/sql/SqlError"
import { leaseSeconds } from "../../src/journal/lease/Lease.ts"
import * as Canon from "./Canon.ts"
import { execute, statementOf, valueOf } from "./DatabaseModel.ts"
import type { Fault } from "./Faults.ts"
import { hasSubmission } from "./FlushModel.ts"
import { actionsOf, type Within } from "./Happenings.ts"
import * as Oracle from "./Oracle.ts"
import { type Beyond, type Database, layer } from "./Process.ts"
import { pipelineOf, type Scenario } from "./Scenario.ts"
import * as Stage from "./Stage.ts"
import type { Row } from "./StatementModels.ts"
import { empty, openStates, type RunRow, type Tables } from "./Tables.ts"
import * as Transactions from "./Transactions.ts"
import { type Call, changesNothing, isPassing, isVoid, locked, locking, type Process, type Sent } from "./UnderWay.ts"

const names = ["A", "B"]

const lost = new SqlError({ reason: new ConnectionError({ cause: new Error("the connection is gone") }) })

const conflict = new SqlError({ reason: new LockTimeoutError({ cause: new Error("canceling statement") }) })

/** The submission, with a key where it may be repeated. */
const submissionOf = ({ repeats }: Scenario) => ({
  body: { orderType: "NEW" },
  ...(repeats > 0 && { idempotencyKey: "once" })
})

export type World = ReturnType<typeof make>

export const make = (scenario: Scenario, fault?: Fault) => {
  const stage = Stage.make()
  const tables = empty()
  const canon = Canon.make()
  const oracle = Oracle.make(tables, canon)
  const transactions = Transactions.make(tables)
  const isStatementwise = scenario.transactions === "statementwise"
  const pipeline = pipelineOf(scenario)
  const submission = submissionOf(scenario)
  const left = { ...scenario }
  let sent: Array<Sent> = []
  let calls: Array<Call> = []
  /** Tokens of callback URLs that the partner was sent. */
  const tokens: Array<string> = []
  /** Ends of waits since something else happened. */
  let idle = 0
  let begun = 0

  const theRun = (): RunRow | undefined => tables.runs.values().next().value
  const isOpen = () => openStates.has(theRun()?.state ?? "")

  const process = (name: string): Process => ({
    name,
    state: "running",
    kept: [],
    told: 0,
    heard: 0,
    cancelled: "",
    renewedAt: 0,
    cancelling: undefined,
    answering: undefined,
    submitting: undefined
  })
  const processes = names.map(process)

  const remember = (to: Process, what: string) => {
    to.told = Canon.hash(`${to.told} ${what}`)
  }

  const hear = (one: Sent, said: string) => {
    const { name, process } = one
    if (name === "cancelled") process.cancelled = said
    if (isPassing(one, said)) process.heard = Canon.hash(`${process.heard} ${name} ${said}`)
    else remember(process, `${name} ${said}`)
  }

  /** To a process that is dead nothing comes; one that is paused hears of it when it wakes. */
  const tell = (to: Process, how: () => void) => {
    if (to.state === "dead") return
    if (to.state === "paused") to.kept.push(how)
    else {
      how()
      stage.drain()
      if (!sent.some((one) => one.process === to)) to.heard = 0
    }
  }

  /** The first name of the process's statements like this one that is not in use. */
  const labelOf = (from: Process, name: string): string => {
    const label = `${from.name}: ${name}`
    for (let place = 1;; place++) {
      const found = place === 1 ? label : `${label} (${place})`
      if (!sent.some((other) => other.label === found)) return found
    }
  }

  const query = (from: Process, transaction?: number) => (text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.callback<ReadonlyArray<Row>, SqlError>((resume) => {
      const { name } = statementOf(text)
      if (name === "enter") canon.name(valueOf(parameters[0]) as string, `worker of ${from.name}`)
      const label = labelOf(from, name)
      const one: Sent = { process: from, label, name, text, parameters, transaction, at: stage.now(), answer: resume }
      sent.push(one)
      return Effect.sync(() => {
        sent = sent.filter((other) => other !== one)
      })
    })

  const exchange = (from: Process) => (request: OutboundRequest) =>
    Effect.callback<OutboundResponse>((resume) => {
      request.onSending?.()
      const url = request.headers["sluice-callback-url"]
      if (url !== undefined) tokens.push(url.slice(url.lastIndexOf("/") + 1))
      const { attempt, call, first } = oracle.sent(from.name, request)
      const status = /^call of (?:step|side)/.test(call) && first && attempt === 1
          && scenario.refusals > Number(/(\d+) \(/.exec(call)?.[1])
        ? 503
        : 200
      const one: Call = { process: from, label: `partner answers ${from.name}'s ${call}`, status, answer: resume }
      calls.push(one)
      return Effect.sync(() => {
        calls = calls.filter((other) => other !== one)
      })
    })

  /** Executes a statement, and answers it unless the answer gets lost. */
  const perform = (one: Sent, answered = true) => {
    sent = sent.filter((other) => other !== one)
    const on = (seen: Tables) => (fault?.execute ?? execute)(seen, stage.now(), one.text, one.parameters)
    const rows = oracle.watching(one, () => isStatementwise ? transactions.execute(one, on) : on(tables))
    tell(one.process, () => {
      hear(one, answered ? canon.text(rows) : "lost")
      if (answered && one.text.includes("update workers set alive_until")) one.process.renewedAt = one.at
      one.answer(answered ? Effect.succeed(rows) : Effect.fail(lost))
    })
    if (locking.has(one.name) && rows.length > 0 && !isStatementwise) finish(one.transaction)
  }

  /** Executes the rest of a transaction that holds the lock of the run's row. */
  const finish = (transaction: Sent["transaction"]) => {
    for (;;) {
      const next = sent.find((one) => one.transaction === transaction && locked.has(one.name))
      if (next === undefined || (next.name === "commit" && scenario.transactions === "answered")) return
      perform(next)
    }
  }

  /** Does not execute a statement. */
  const fail = (one: Sent, said: string, error: SqlError) => {
    sent = sent.filter((other) => other !== one)
    tell(one.process, () => {
      hear(one, said)
      one.answer(Effect.fail(error))
    })
  }

  const settle = () => {
    stage.drain()
    for (;;) {
      sent = sent.filter((one) => !isVoid(tables, one))
      const next = sent.find((one) => one.process.state === "running" && changesNothing(tables, stage.now(), one))
      if (next === undefined) return
      perform(next)
    }
  }

  const fork = <A, E>(process: string, effect: Effect.Effect<A, E>) =>
    Effect.runFork(
      effect.pipe(Effect.provideService(Clock.Clock, stage.clockOf(process)), Effect.provide(Logger.layer([]))),
      { scheduler: stage.scheduler }
    )

  /** Lets the process begin, until it has nothing to ask any more. */
  const begin = (one: Process) => {
    const connection = (transaction?: number): Database => {
      const ask = query(one, transaction)
      return {
        query: ask,
        values: (text, parameters) => Effect.map(ask(text, parameters), (rows) => rows.map((row) => Object.values(row)))
      }
    }
    const beyond: Beyond = {
      clock: stage.clockOf(one.name),
      ...connection(),
      transaction: Effect.sync(() => connection(begun++)),
      exchange: exchange(one),
      pipeline
    }
    const building = fork(
      one.name,
      Effect.flatMap(Scope.make(), (scope) => Layer.buildWithScope((fault?.process ?? layer)(beyond), scope))
    )
    for (stage.drain(); sent[0] !== undefined; stage.drain()) perform(sent[0])
    const built = building.pollUnsafe()
    if (built === undefined || Exit.isFailure(built)) {
      throw new Error(`a process does not begin: ${String(built?.cause)}`)
    }
    return Effect.provideContext(built.value)
  }
  const [inA, inB] = processes.map(begin)
  if (inA === undefined || inB === undefined) throw new Error("there are two processes")
  processes.forEach((one, i) => {
    one.cancelling = (runId) =>
      (i === 0 ? inA : inB)(
        Effect.flatMap(
          CancelRun,
          ({ cancel }) => cancel(runId, { reason: "enough", compensate: scenario.compensates })
        )
      )
  })
  processes.forEach((one, i) => {
    one.answering = (token, said) =>
      (i === 0 ? inA : inB)(Effect.flatMap(TakeCallback, ({ take }) => take(token, {}, { errorReason: said })))
  })
  processes.forEach((one, i) => {
    one.submitting = (i === 0 ? inA : inB)(Effect.flatMap(Intake, ({ submit }) => submit(submission)))
  })
  fork(
    "A",
    Effect.onExit(
      inA(Effect.flatMap(Intake, ({ submit }) => submit(submission))),
      (exit) => Effect.sync(() => oracle.submitted(Exit.isSuccess(exit)))
    )
  )
  stage.drain()

  /** Nothing is under way any more but what dead processes left on its way to the database. */
  const isOver = () =>
    !isOpen() && (theRun() !== undefined || processes[0]?.state === "dead")
    && processes.every(({ state }) => state !== "paused")
    && [...sent, ...calls].every((one) => one.process.state === "dead")
    && oracle.waitsForCancel() === undefined && !oracle.isAnswering()

  const isFrozen = (name: string) => processes.some((one) => one.name === name && one.state !== "running")

  /** It may no longer send. A shorter pause is a delay like any other. */
  const isLate = ({ renewedAt }: Process) => stage.now() - renewedAt >= (leaseSeconds - 1) * 1000

  /** Lets time pass until a process sends a statement or a call. */
  const pass = () => {
    idle += 2
    const before = sent.length + calls.length
    for (let i = 0; i < 100 && sent.length + calls.length === before; i++) {
      if (!stage.advance(isFrozen)) return stage.skip(1000)
      settle()
    }
  }

  /** True if a statement or call of the process is under way, or it owns the run. */
  const isBusy = (one: Process) =>
    sent.some(({ process }) => process === one) || calls.some(({ process }) => process === one)
    || canon.label(theRun()?.owner ?? "").startsWith(`worker of ${one.name}`)

  const answer = (one: Call) =>
    tell(one.process, () => {
      calls = calls.filter((other) => other !== one)
      remember(one.process, one.label)
      one.answer(
        Effect.succeed({
          status: one.status,
          headers: {},
          body: new Uint8Array(),
          truncated: false
        })
      )
    })

  const wake = (one: Process) => {
    one.state = "running"
    for (const how of one.kept.splice(0)) {
      how()
      stage.drain()
    }
    stage.thaw(one.name)
    stage.drain()
  }

  const crash = (one: Process) => {
    one.state = "dead"
    transactions.ended(sent.filter(({ process }) => process === one))
    calls = calls.filter((call) => call.process !== one)
    oracle.died(one.name)
  }

  const isBlocked = (one: Sent) => transactions.blocks(one, stage.now())

  /**
   * A client's request that reaches the run's row at once: one that waits on its way there does what a later one does.
   * Unless its process may stand still meanwhile, or time may pass.
   */
  const request = <A, E>(at: Process, effect: Effect.Effect<A, E>) => {
    const before = begun
    fork(at.name, effect)
    if (scenario.pauses > 0 || scenario.ticks > 0) return stage.drain()
    settle()
    const one = sent.find(({ name, transaction = -1 }) => transaction >= before && locking.has(name))
    if (one !== undefined && !isBlocked(one)) perform(one)
  }

  const cancel = (by: Process, runId: string) => {
    const asked = oracle.cancelling(by.name)
    request(by, Effect.onExit(by.cancelling!(runId), (exit) => Effect.sync(() => asked(exit))))
  }

  const callBack = (to: Process, token: string, said: string) => {
    const told = oracle.callingBack(to.name, said)
    request(to, Effect.onExit(to.answering!(token, said), (exit) => Effect.sync(() => told(exit))))
  }

  const repeat = (to: Process) => {
    const told = oracle.repeating(to.name)
    fork(to.name, Effect.onExit(to.submitting!, (exit) => Effect.sync(() => told(exit))))
    stage.drain()
  }

  const within: Within = {
    processes,
    left,
    sent: () => sent,
    calls: () => calls,
    run: theRun,
    isOver,
    isOpen,
    isLate,
    isBusy,
    waitsForCancel: oracle.waitsForCancel,
    isAccepted: oracle.isAccepted,
    isBlocked,
    perform,
    lose: (one) => fail(one, "failed", lost),
    mayBeRefused: ({ name, parameters, process, text }) =>
      name === "flush" && process.state === "running" && hasSubmission(text, parameters.map(valueOf)),
    refuse: (one) => fail(one, "refused", conflict),
    answer,
    pass,
    wake,
    crash,
    cancel,
    callBack,
    repeat,
    tokens: () => tokens,
    isAnswering: oracle.isAnswering,
    hasCalledBack: oracle.hasCalledBack
  }

  return {
    /** Everything that can happen next. */
    actions: () => actionsOf(within),
    isOver,
    /** A process stands still, and may wake. */
    isStill: () => processes.some(({ state }) => state === "paused"),
    act: (action: () => void) => {
      idle = Math.max(0, idle - 1)
      action()
      settle()
    },
    /** The promises that were broken so far. */
    violations: () => idle > 400 ? [...oracle.violations(), "the run does not end"] : oracle.violations(),
    /** The promises that the end of the path breaks. */
    verdict: () => oracle.verdict(scenario),
    /** Two worlds of the same state go on in the same ways. */
    state: () =>
      Canon.hash(JSON.stringify([
        canon.tables(tables, stage.now()),
        processes.map((one) =>
          one.state === "dead" ? "dead" : [
            one.state,
            one.told,
            one.heard,
            one.cancelled,
            one.kept.length,
            Math.min(stage.now() - one.renewedAt, leaseSeconds * 1000),
            stage.timersOf(one.name)
          ]
        ),
        sent.map(({ at, label, parameters, process }) =>
          process.state === "dead" ? [label, canon.text(parameters)] : [label, stage.now() - at]
        ).toSorted(),
        calls.map(({ label }) => label).toSorted(),
        [
          left.crashes,
          left.cancels,
          left.pauses,
          left.losses,
          left.conflicts,
          left.repeats,
          left.callbacks,
          left.ticks
        ],
        oracle.memory(),
        canon.text(transactions.written())
      ])),
    /** The final rows and the requests to the partner, as a hash that is independent of processes and times. */
    outcome: () => Canon.hash(JSON.stringify([canon.rows(tables), oracle.requested()]))
  }
}
