/**
 * The child process's entry: answers the requests of its parent, one after the other, until the channel closes.
 * It imports neither Effect nor a workspace package, so that it starts fast and runs from source and from `dist` alike.
 */
import { make } from "./Evaluator.ts"
import { make as makeSandbox } from "./Sandbox.ts"
import type { Answer, Limits, Ready, Request } from "./WorkerProtocol.ts"

const limits = JSON.parse(process.argv[2] ?? "") as Limits
const answer = make(makeSandbox(), limits)

const send = (message: Answer | Ready): void => {
  process.send?.(message)
}

// Ctrl-C goes to the whole group, and the parent still drains: its orders need their expressions to the end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {})
process.on("disconnect", () => process.exit(0))
process.on("message", (request: Request) => send(answer(request)))
send({ kind: "ready" })
