/** A process of the benchmark, and what it is asked over its channel: one question at a time. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"

export interface Child {
  /** Its first word. */
  readonly greeting: unknown
  readonly pid: number
  readonly ask: (question: unknown) => Promise<unknown>
  /** Sends what is not answered. */
  readonly tell: (message: unknown) => void
  readonly end: () => Promise<void>
}

const answerOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`))
    child.once("exit", ended)
    child.once("message", (answer) => {
      child.off("exit", ended)
      resolve(answer)
    })
  })

export const start = async (
  file: string,
  environment: Readonly<Record<string, string>> = {},
  execArgv: ReadonlyArray<string> = []
): Promise<Child> => {
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...environment },
    execArgv: ["--conditions=@sluice/source", ...execArgv]
  })
  const greeting = await answerOf(child)
  return {
    greeting,
    pid: child.pid ?? 0,
    ask: (question) => {
      const answer = answerOf(child)
      child.send(question as object)
      return answer
    },
    tell: (message) => {
      child.send(message as object)
    },
    end: async () => {
      const ended = once(child, "exit")
      child.send("end")
      await ended
    }
  }
}
