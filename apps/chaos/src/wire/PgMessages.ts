/**
 * PostgreSQL's wire protocol, version 3, as far as a proxy has to read it: splits messages, reads and replaces a
 * statement's text, and makes up an error and the end of a cycle. Untouched messages keep their bytes.
 */

/** One message: its type, a byte as a letter (empty for the startup), and all of its bytes. */
export interface Message {
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts a stream into messages. The client's first message has no type; the server's always have one. */
export const makeCutter = (untypedFirst: boolean) => {
  let rest: Buffer = Buffer.alloc(0)
  let untyped = untypedFirst
  return (chunk: Buffer): ReadonlyArray<Message> => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const messages: Array<Message> = []
    for (;;) {
      const head = untyped ? 0 : 1
      if (rest.length < head + 4) return messages
      const length = head + rest.readInt32BE(head)
      if (rest.length < length) return messages
      messages.push({ type: untyped ? "" : String.fromCharCode(rest[0] ?? 0), bytes: rest.subarray(0, length) })
      untyped = false
      rest = rest.subarray(length)
    }
  }
}

const cString = (bytes: Buffer, from: number): { readonly text: string; readonly end: number } => {
  const end = bytes.indexOf(0, from)
  return { text: bytes.toString("utf8", from, end), end: end + 1 }
}

/** The statement's name and text in a `Parse` message. */
export const readParse = ({ bytes }: Message): { readonly name: string; readonly text: string } => {
  const name = cString(bytes, 5)
  return { name: name.text, text: cString(bytes, name.end).text }
}

/** The name of the statement that a `Bind` message uses. */
export const readBind = ({ bytes }: Message): string => cString(bytes, cString(bytes, 5).end).text

/** The first parameter of a `Bind` message, if it is a UUID in binary form, as the driver sends it. */
export const readFirstUuid = ({ bytes }: Message): string | undefined => {
  let at = cString(bytes, cString(bytes, 5).end).end
  at += 2 + 2 * bytes.readInt16BE(at)
  if (bytes.readInt16BE(at) === 0) return undefined
  const length = bytes.readInt32BE(at + 2)
  const value = bytes.subarray(at + 6, at + 6 + length)
  const hex = length === 16 ? value.toString("hex") : value.toString("latin1").replaceAll("-", "")
  return /^[0-9a-f]{32}$/.test(hex)
    ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    : undefined
}

/** The text of a simple query. */
export const readQuery = ({ bytes }: Message): string => cString(bytes, 5).text

const message = (type: string, payload: Buffer): Message => {
  const head = Buffer.alloc(5)
  head.write(type, "latin1")
  head.writeInt32BE(payload.length + 4, 1)
  return { type, bytes: Buffer.concat([head, payload]) }
}

/** A `Parse` message with another text. */
export const withText = (parse: Message, text: string): Message => {
  const name = cString(parse.bytes, 5)
  const after = cString(parse.bytes, name.end).end
  return message(
    "P",
    Buffer.concat([parse.bytes.subarray(5, name.end), Buffer.from(`${text}\0`), parse.bytes.subarray(after)])
  )
}

/** A message with a simple query. */
export const query = (text: string): Message => message("Q", Buffer.from(`${text}\0`))

/** Asks for the answers so far without ending the implicit transaction, as `Sync` would. */
export const flush: Message = message("H", Buffer.alloc(0))

/** The transaction status of a connection: outside of a transaction (`I`), in one (`T`), in a failed one (`E`). */
export type TransactionStatus = "I" | "T" | "E"

export const readyForQuery = (status: TransactionStatus): Message => message("Z", Buffer.from(status, "latin1"))

export const statusOf = ({ bytes }: Message): TransactionStatus =>
  String.fromCharCode(bytes[5] ?? 0x49) as TransactionStatus

/** An error message of the server, with a SQLSTATE. */
export const error = (sqlState: string, text: string): Message =>
  message("E", Buffer.from(`SERROR\0VERROR\0C${sqlState}\0M${text}\0\0`))
