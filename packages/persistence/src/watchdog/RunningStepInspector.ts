/**
 * Asks the main thread which step it is working on, although its event loop does not turn: the debugger of V8 halts
 * JavaScript between two of its instructions, evaluates one expression and lets it go on. No port is opened. Code that is
 * not JavaScript (a synchronous system call) cannot be halted, and is not found out.
 */
import type * as Inspector from "node:inspector"
import type { Step } from "./Suspicion.ts"

/** The place where the main thread leaves the function that reports its current work, as JSON. */
export const markSymbol = "@sluice/persistence/watchdog/running"

const expression = `globalThis[Symbol.for(${JSON.stringify(markSymbol)})]?.() ?? null`

/** Milliseconds in which JavaScript is halted, however busy the machine is. */
const patience = 5000

const stepOf = (value: unknown): Step | undefined => typeof value === "string" ? JSON.parse(value) as Step : undefined

/**
 * The running step; `undefined` where there is none, or the main thread cannot be halted. Only for threads beside the
 * main one.
 */
export const runningStep = ({ Session }: typeof Inspector): Promise<Step | undefined> =>
  new Promise((resolve) => {
    const session = new Session()
    let timer: NodeJS.Timeout | undefined
    const end = (step: Step | undefined) => {
      clearTimeout(timer)
      session.disconnect()
      resolve(step)
    }
    session.connectToMainThread()
    session.once("Debugger.paused", () => {
      session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, answer) => {
        session.post("Debugger.resume")
        session.post("Debugger.disable", () => end(error === null ? stepOf(answer.result.value) : undefined))
      })
    })
    // oxlint-disable-next-line eslint/no-restricted-globals -- no Effect is loaded here
    timer = setTimeout(() => end(undefined), patience)
    session.post("Debugger.enable", () => session.post("Debugger.pause"))
  })
