/**
 * The child process's entry: answers the requests of its parent, one after the other, until the channel closes.
 * It imports neither Effect nor a workspace package, so that it starts fast, may read no file but its own code, and runs
 * from source and from `dist` alike.
 */
import { Buffer } from "node:buffer"
import { make } from "./Evaluator.ts"
import { drop } from "./Privileges.ts"
import { make as makeSandbox } from "./Sandbox.ts"
import type { Answer, Message, Ready, Start } from "./WorkerProtocol.ts"

const { jsonata, limits } = JSON.parse(process.argv[2] ?? "") as Start
const answer = make(makeSandbox(jsonata), limits)
drop()

const send = (message: Answer | Ready): void => {
  process.send?.(message)
}

// Ctrl-C goes to the whole group, and the parent still drains: its orders need their expressions to the end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {})
process.on("disconnect", () => process.exit(0))

let message: Message | undefined
let input: Array<Buffer> = []
let received = 0

/** Answers when the request and its scope are both here; they come on two channels. */
const proceed = (): void => {
  if (message === undefined || (message.kind === "evaluate" && received < message.scopeBytes)) return
  const scope = Buffer.concat(input).toString()
  const request = message
  message = undefined
  input = []
  received = 0
  send(answer(request.kind === "check" ? request : { ...request, scope }))
}
process.stdin.on("data", (bytes: Buffer) => {
  input.push(bytes)
  received += bytes.length
  proceed()
})
process.on("message", (asked: Message) => {
  message = asked
  proceed()
})
send({ kind: "ready" })
