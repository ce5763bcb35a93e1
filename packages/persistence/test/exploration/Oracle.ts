/**
 * Watches what processes send and write, and says what contract section 10 forbids: beside the code that is explored, and
 * from the tables and the partner's own log alone.
 */
import type { OutboundRequest } from "@sluice/http-client/Outbound"
import { Cause, Exit } from "effect"
import type { Canon } from "./Canon.ts"
import { valueOf } from "./DatabaseModel.ts"
import type { Scenario } from "./Scenario.ts"
import type { Row } from "./StatementModels.ts"
import { openStates, type RunRow, type Tables } from "./Tables.ts"

/** A request as the partner got it. */
interface Request {
  readonly process: string
  /** `step0`, `undo2` */
  readonly target: string
  readonly attempt: number
  readonly key: string
  readonly body: string
}

interface Written {
  readonly name: string
  readonly process: { readonly name: string }
  readonly parameters: ReadonlyArray<unknown>
}

type Client = "waits" | "gone" | "cancelled" | "too late"

/** A partner's answer to its callback URL, and what it was told. */
interface CalledBack {
  readonly process: string
  readonly said: string
  /** It came after a cancel of which its client had been told, and before it none was taken. */
  readonly afterCancel: boolean
  told: "waits" | "gone" | "taken" | "CallbackConflict" | "CallbackTooLate"
}

const describe = ({ attempt, process, target }: Request) => `${target} attempt ${attempt} by ${process}`

export const make = (tables: Tables, canon: Canon) => {
  const requests: Array<Request> = []
  const found = new Set<string>()
  const clients: Array<{ readonly process: string; state: Client }> = []
  const calledBack: Array<CalledBack> = []
  /** Clients that repeat the submission, and what they were told. */
  const repeated: Array<{ readonly process: string; told: "waits" | "gone" | "repeated" }> = []
  let accepted = false

  const theRun = (): RunRow | undefined => tables.runs.values().next().value

  const holderOf = (run: RunRow): string => {
    const worker = tables.workers.get(run.owner ?? "")
    return worker === undefined || worker.fenced ? "" : canon.label(worker.id)
  }

  const holds = (process: string): boolean => {
    const run = theRun()
    return run !== undefined && holderOf(run).startsWith(`worker of ${process}`)
  }

  const checkRequest = (request: Request) => {
    const { attempt, body, key, target } = request
    const what = describe(request)
    const run = theRun()
    const index = /^step(\d+)$/.exec(target)?.[1]
    if (index !== undefined && tables.steps.has(`${run?.id} ${index}`)) found.add(`a finished step was sent: ${what}`)
    if (run === undefined || !openStates.has(run.state)) found.add(`sent after the run's end: ${what}`)
    else if (!holds(request.process)) found.add(`sent by a process that does not hold the run: ${what}`)
    for (const other of requests) {
      if (other.target !== target) continue
      if (other.attempt === attempt) found.add(`an X-Delivery-Count was sent twice: ${what}`)
      if (other.key !== key) found.add(`attempts of one step were sent under two keys: ${what}`)
      if (other.body !== body) found.add(`attempts of one step said two things: ${what}`)
    }
  }

  /** Everything of the run that a statement may change. */
  const footprint = () => {
    const run = theRun()
    return { run, sizes: `${tables.steps.size} ${tables.callouts.size} ${tables.versions.size}` }
  }

  const checkWrite = ({ parameters, process }: Written, before: ReturnType<typeof footprint>) => {
    const after = footprint()
    if (before.run === after.run && before.sizes === after.sizes) return
    const worker = tables.workers.get(valueOf(parameters[0]) as string)
    if (worker?.fenced !== false) found.add(`written after the fence, by ${process.name}`)
    if (before.run === undefined) return
    if (!openStates.has(before.run.state)) found.add(`written after the run's end, by ${process.name}`)
    else if (before.run.owner !== worker?.id) found.add(`written by ${process.name}, which does not hold the run`)
  }

  /** An open run has an owner, a due time or a hold: the CHECK of migration 0009. */
  const checkHasNext = ({ name, process }: Written) => {
    for (const run of tables.runs.values()) {
      if (openStates.has(run.state) && run.owner === null && run.due_at === null && run.held_for === null) {
        found.add(`an open run was left without an owner, a due time and a hold, by ${process.name}: ${name}`)
      }
    }
  }

  const documentOf = (run: RunRow): { readonly status?: string } => {
    const version = tables.orders.get(run.order_id)?.version ?? 0
    return JSON.parse(tables.versions.get(`${run.order_id} ${version}`) ?? "{}") as { readonly status?: string }
  }

  /** Of each step's first call. */
  const recordsOf = () =>
    [...tables.callouts.values()].map(({ outcome, record, step }) => {
      const { attempt, callback, request } = JSON.parse(record) as {
        readonly attempt: number
        readonly callback?: true
        readonly request: number
      }
      return { step, request, attempt, outcome, callback }
    }).filter(({ request }) => request === 0)

  /** Checks the answers to the callback URL once the run has ended. */
  const checkCallbacks = (run: RunRow, wrong: Set<string>) => {
    const records = recordsOf().filter(({ callback }) => callback === true)
    if (records.length > 1) wrong.add("two callbacks of one step were recorded")
    const [row] = tables.callbacks.values()
    const taken = calledBack.filter(({ told }) => told === "taken")
    const first = taken[0]
    if (new Set(taken.map(({ said }) => said)).size > 1) wrong.add("two answers that differ were both taken")
    if (first !== undefined && row?.closed !== false) wrong.add("a callback was taken, and is not stored")
    for (const { said, told } of first === undefined ? [] : calledBack.slice(calledBack.indexOf(first) + 1)) {
      const expected = said === first?.said ? "taken" : "CallbackConflict"
      if (told !== "gone" && told !== expected) wrong.add(`after an answer was taken, ${said} was told ${told}`)
    }
    if (calledBack.some(({ afterCancel, told }) => afterCancel && told !== "gone" && told !== "CallbackTooLate")) {
      wrong.add("an answer that came after the cancel was taken")
    }
    if (row?.closed === false && calledBack.every(({ told }) => told === "CallbackTooLate")) {
      wrong.add("an answer was refused as too late, and stored")
    }
    if (run.state === "cancelled") return
    const outcome = row?.closed === false ? "succeeded" : "timed-out"
    if (records[0]?.outcome !== outcome) wrong.add(`the callback's record is ${records[0]?.outcome}, not ${outcome}`)
  }

  const checkRecords = (scenario: Scenario, wrong: Set<string>) => {
    const records = recordsOf().filter(({ callback }) => callback !== true)
    for (let step = 0; step < scenario.steps; step++) {
      const own = records.filter((record) => record.step === step)
      const attempts = own.map(({ attempt }) => attempt)
      if (new Set(attempts).size < attempts.length) wrong.add(`an attempt of step${step} has two records`)
      if (own.filter(({ outcome }) => outcome === "succeeded").length > 1) {
        wrong.add(`two answers of step${step} were recorded`)
      }
      for (const request of requests) {
        if (request.target === `step${step}` && !attempts.includes(request.attempt)) {
          wrong.add(`no outcome is recorded: ${describe(request)}`)
        }
      }
    }
  }

  const checkEnd = (run: RunRow, scenario: Scenario, wrong: Set<string>) => {
    const { status } = documentOf(run)
    if (run.cancel_requested !== (run.state === "cancelled")) {
      wrong.add(`the run is ${run.state}, and a cancel was ${run.cancel_requested ? "" : "not "}accepted`)
    }
    for (const client of clients) {
      if (client.state === "cancelled" && run.state !== "cancelled") wrong.add(`cancelled, and ended ${run.state}`)
      if (client.state === "too late" && run.state === "cancelled") wrong.add("refused a cancel, and ended cancelled")
    }
    if (run.state === "cancelled") {
      if (status === "Done") wrong.add("a cancelled run set the order's status")
      return
    }
    if (scenario.callbacks > 0 && [...tables.callbacks.values()][0]?.closed !== false) {
      if (run.state !== "failed") wrong.add(`no callback came, and the run ended ${run.state}`)
      return
    }
    if (run.state !== "completed") wrong.add(`the run ended ${run.state}: ${run.reason}`)
    if (status !== "Done") wrong.add(`the run completed, and the order's status is ${status}`)
    for (let step = 0; step < scenario.steps; step++) {
      const row = tables.steps.get(`${run.id} ${step}`)
      if (row?.state !== "succeeded") wrong.add(`the run completed, and step${step} is ${row?.state}`)
    }
  }

  return {
    /** A request leaves. */
    sent: (process: string, { body, headers, url }: OutboundRequest) => {
      const target = new URL(url).host.replace(".example", "")
      const before = requests.filter((request) => request.target === target)
      const request = {
        process,
        target,
        attempt: Number(headers["x-delivery-count"] ?? before.length + 1),
        key: headers["idempotency-key"] ?? "",
        body: String(body)
      }
      checkRequest(request)
      requests.push(request)
      return { call: `call of ${target} (${request.attempt})`, attempt: request.attempt, first: before.length === 0 }
    },
    /** A statement is executed. */
    watching: (one: Written, run: () => ReadonlyArray<Row>): ReadonlyArray<Row> => {
      const before = footprint()
      const rows = run()
      if (one.name === "flush") checkWrite(one, before)
      checkHasNext(one)
      return rows
    },
    submitted: (ok: boolean) => {
      accepted = ok
    },
    isAccepted: () => accepted,
    /** A client asks; what it returns is to be told the answer. */
    cancelling: (process: string) => {
      const client: { readonly process: string; state: Client } = { process, state: "waits" }
      clients.push(client)
      return (exit: Exit.Exit<unknown, unknown>) => {
        client.state = Exit.isSuccess(exit)
          ? "cancelled"
          : (Cause.squash(exit.cause) as { readonly _tag?: string })._tag === "RunEnded"
          ? "too late"
          : "gone"
      }
    },
    /** A client repeats the submission; what it returns is to be told the answer. */
    repeating: (process: string) => {
      const one: (typeof repeated)[number] = { process, told: "waits" }
      repeated.push(one)
      return (exit: Exit.Exit<unknown, unknown>) => {
        one.told = Exit.isSuccess(exit) ? "repeated" : "gone"
      }
    },
    callingBack: (process: string, said: string) => {
      const isCancelled = clients.some(({ state }) => state === "cancelled")
      const afterCancel = isCancelled && calledBack.every(({ told }) => told === "CallbackTooLate")
      const one: CalledBack = { process, said, afterCancel, told: "waits" }
      calledBack.push(one)
      return (exit: Exit.Exit<unknown, unknown>) => {
        const tag = Exit.isSuccess(exit)
          ? "taken"
          : (Cause.squash(exit.cause) as { readonly _tag?: string })._tag
        one.told = tag === "taken" || tag === "CallbackConflict" || tag === "CallbackTooLate" ? tag : "gone"
      }
    },
    isAnswering: () => calledBack.some(({ told }) => told === "waits"),
    hasCalledBack: () => calledBack.length > 0,
    /** Its clients are left without an answer. */
    died: (process: string) => {
      for (const one of repeated) if (one.process === process && one.told === "waits") one.told = "gone"
      for (const one of calledBack) if (one.process === process && one.told === "waits") one.told = "gone"
      for (const client of clients) if (client.process === process && client.state === "waits") client.state = "gone"
    },
    waitsForCancel: () => clients.find(({ state }) => state === "waits")?.process,
    violations: (): ReadonlyArray<string> => [...found],
    verdict: (scenario: Scenario): ReadonlyArray<string> => {
      const wrong = new Set(found)
      const run = theRun()
      if (tables.orders.size > 1) wrong.add("a repetition was stored as another order")
      if (run !== undefined) {
        checkEnd(run, scenario, wrong)
        checkRecords(scenario, wrong)
        if (scenario.callbacks > 0) checkCallbacks(run, wrong)
      } else if (accepted) wrong.add("accepted, and not stored")
      return [...wrong]
    },
    memory: () => [
      requests.map(({ attempt, target }) => `${target} ${attempt}`).toSorted(),
      clients.map(({ process, state }) => [process, state]),
      calledBack.map(({ afterCancel, process, said, told }) => [process, said, afterCancel, told]),
      repeated.map(({ process, told }) => [process, told]),
      accepted
    ],
    /** The requests that the partner has received: target and attempt. */
    requested: () => requests.map(({ attempt, target }) => `${target} ${attempt}`).toSorted()
  }
}
