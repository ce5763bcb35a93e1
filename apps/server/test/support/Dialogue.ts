/** One connection of PostgreSQL's protocol, as far as it shows which request commits and when it was answered. */

interface Framed {
  readonly type: string
  readonly body: Buffer
}

/** Splits a stream into messages; the first of a client has no type. */
const framer = (typed: boolean) => {
  let rest: Buffer = Buffer.alloc(0)
  let started = typed
  return (data: Buffer): ReadonlyArray<Framed> => {
    rest = Buffer.concat([rest, data])
    const messages: Array<Framed> = []
    for (;;) {
      const head = started ? 1 : 0
      if (rest.length < head + 4) return messages
      const end = head + rest.readInt32BE(head)
      if (rest.length < end) return messages
      messages.push({
        type: started ? String.fromCharCode(rest[0] ?? 0) : "startup",
        body: rest.subarray(head + 4, end)
      })
      rest = rest.subarray(end)
      started = true
    }
  }
}

const text = (body: Buffer, index: number): string => body.toString("utf8").split("\0")[index] ?? ""

export interface Dialogue {
  /** True if the request commits something. */
  readonly request: (data: Buffer) => boolean
  /** The answer to the request that came last is kept from the client. */
  readonly loseAnswer: () => void
  /** True if the client may read the server's answer. */
  readonly answer: (data: Buffer) => boolean
  /** The server has answered, and the client will not hear of it. */
  readonly lost: () => boolean
}

export const makeDialogue = (): Dialogue => {
  const fromClient = framer(false)
  const fromServer = framer(true)
  const statements = new Map<string, string>()
  let inTransaction = false
  let losing = false
  let lost = false

  const commits = (sql: string): boolean => {
    const [word = ""] = sql.trim().toLowerCase().split(/\s/, 1)
    if (word === "begin") inTransaction = true
    if (word === "commit" || word === "rollback") inTransaction = false
    const changes = word === "with"
      // A renewal of the lease alone is no change that anybody asked for.
      ? /\b(insert\s+into|update\s+(?!workers\b)\w+\s+set|delete\s+from)\b/i.test(sql)
      : ["insert", "update", "delete"].includes(word)
    return word === "commit" || (changes && !inTransaction)
  }

  return {
    request: (data) => {
      let found = false
      for (const { body, type } of fromClient(data)) {
        if (type === "P") statements.set(text(body, 0), text(body, 1))
        if (type === "B") found = commits(statements.get(text(body, 1)) ?? "") || found
      }
      return found
    },
    loseAnswer: () => {
      losing = true
    },
    answer: (data) => {
      const messages = fromServer(data)
      if (losing && messages.some(({ type }) => type === "Z")) lost = true
      return !losing
    },
    lost: () => lost
  }
}
