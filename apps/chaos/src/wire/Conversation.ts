/**
 * One connection of a process to its database, seen from a proxy: the client's messages are grouped into cycles (one
 * statement each, up to its `Sync`), and a listener decides about each before it is sent and after it is answered.
 */
import type { Socket } from "node:net"
import * as Pg from "./PgMessages.ts"
import { nameOf } from "./Points.ts"

/**
 * The decision about a cycle: forwarded, never sent (or never answered), or answered with an error in the server's
 * place.
 */
export type Fate = "pass" | "hold" | { readonly sqlState: string }

/** A listener to cycles, which may change them. */
export interface Listener {
  /** Replaces the text of a statement. */
  readonly rewrite?: (text: string) => string
  /** Called before a cycle is sent; decides about it. */
  readonly asked?: (text: string) => Fate
  /** Called when a cycle was executed and, outside of a transaction, committed, before the client gets the answer. */
  readonly answered?: (text: string) => "pass" | "hold"
  /** Called when the process registers as a worker with this id. */
  readonly entered?: (worker: string) => void
  /** True to answer the client although nothing is committed: `Sync` is withheld, and its answer is made up. */
  readonly uncommitted?: (text: string) => boolean
}

interface Cycle {
  readonly text: string
  /** The id under which a worker registers in this cycle, if one does. */
  readonly enters: string | undefined
  readonly madeUp: boolean
  /** The error that answers a commit which is rolled back instead. */
  readonly refusal?: Pg.Message
}

const bytesOf = (messages: ReadonlyArray<Pg.Message>) => Buffer.concat(messages.map(({ bytes }) => bytes))

/** Messages outside of cycles: passwords, copies, termination. */
const passing = new Set(["", "p", "X", "H", "d", "c", "f"])

export interface Conversation {
  readonly heardFromClient: (chunk: Buffer) => void
  readonly heardFromServer: (chunk: Buffer) => void
}

/** One cycle of a client, not yet sent. */
interface Asked extends Pick<Cycle, "text" | "enters"> {
  readonly messages: ReadonlyArray<Pg.Message>
}

/** Groups a client's messages: answers the cycle that a message completes. */
const makeGrouping = (rewrite: Listener["rewrite"]) => {
  const texts = new Map<string, string>()
  let messages: Array<Pg.Message> = []
  let text = ""
  let enters: string | undefined

  return (message: Pg.Message): Asked | undefined => {
    switch (message.type) {
      case "P": {
        const parse = Pg.readParse(message)
        const rewritten = rewrite?.(parse.text) ?? parse.text
        texts.set(parse.name, rewritten)
        messages.push(rewritten === parse.text ? message : Pg.withText(message, rewritten))
        return undefined
      }
      case "B":
        text = texts.get(Pg.readBind(message)) ?? ""
        enters = nameOf(text) === "worker.enter" ? Pg.readFirstUuid(message) : undefined
        break
      case "Q":
        text = Pg.readQuery(message)
    }
    messages.push(message)
    if (message.type !== "S" && message.type !== "Q") return undefined
    const asked = { messages, text, enters }
    messages = []
    text = ""
    enters = undefined
    return asked
  }
}

export const make = (client: Socket, server: Socket, listener: Listener): Conversation => {
  const cutClient = Pg.makeCutter(true)
  const cutServer = Pg.makeCutter(false)
  const group = makeGrouping(listener.rewrite)
  const pending: Array<Cycle> = []
  let answer: Array<Pg.Message> = []
  let status: Pg.TransactionStatus = "I"
  let held = false

  const toClient = (messages: ReadonlyArray<Pg.Message>) => {
    if (!held && !client.destroyed) client.write(bytesOf(messages))
  }

  /** Answers the first waiting cycle with the messages that have arrived. */
  const answerHead = (last: Pg.Message) => {
    const done = pending.shift()
    const messages = done?.refusal === undefined ? [...answer, last] : [done.refusal, Pg.readyForQuery("I")]
    answer = []
    if (done?.enters !== undefined) listener.entered?.(done.enters)
    if (done !== undefined && (listener.answered?.(done.text) ?? "pass") === "hold") held = true
    toClient(messages)
  }

  const send = ({ enters, messages, text }: Asked) => {
    const fate = listener.asked?.(text) ?? "pass"
    if (fate === "hold") {
      held = true
    } else if (fate === "pass") {
      const madeUp = listener.uncommitted?.(text) ?? false
      pending.push({ text, enters, madeUp })
      if (!server.destroyed) server.write(bytesOf(madeUp ? [...messages.slice(0, -1), Pg.flush] : messages))
    } else {
      const refusal = Pg.error(fate.sqlState, `planted: ${fate.sqlState}`)
      if (/^commit/i.test(text)) {
        // A commit that fails ends its transaction: the server has to know.
        pending.push({ text: "", enters: undefined, madeUp: false, refusal })
        if (!server.destroyed) server.write(Pg.query("ROLLBACK").bytes)
        return
      }
      status = status === "I" ? "I" : "E"
      toClient([refusal, Pg.readyForQuery(status)])
    }
  }

  const fromClient = (message: Pg.Message) => {
    if (held) return
    if (passing.has(message.type)) {
      if (!server.destroyed) server.write(message.bytes)
      return
    }
    const asked = group(message)
    if (asked !== undefined) send(asked)
  }

  const fromServer = (message: Pg.Message) => {
    const [head] = pending
    // A notification, or the conversation's beginning.
    if (head === undefined) return toClient([message])
    if (message.type === "Z") {
      status = Pg.statusOf(message)
      return answerHead(message)
    }
    if (head.madeUp && (message.type === "C" || message.type === "E")) {
      answer.push(message)
      return answerHead(Pg.readyForQuery("I"))
    }
    answer.push(message)
  }

  return {
    heardFromClient: (chunk) => cutClient(chunk).forEach(fromClient),
    heardFromServer: (chunk) => cutServer(chunk).forEach(fromServer)
  }
}
