/**
 * The export of a customer who is known in several cells, as one document of the same form, merged while it is sent: each
 * cell's export is read as far as the member that is being written, so that a piece of each is in memory. Where several
 * cells store a customer of that name, `customer` is the first of them, and `customers` lists all.
 */

type Pieces = AsyncIterable<Uint8Array>

/** The members of an export that are lists, in their order, after `customer`. */
const lists = ["orders", "processEvents", "deliveries", "subscriptions", "audit"] as const

const [quote, comma, openBracket, backslash, closeBracket, openBrace, closeBrace] = [34, 44, 91, 92, 93, 123, 125]

/** Reads the members of one JSON object in turn, and holds no more than a piece of it. */
class Members {
  private readonly pieces: AsyncIterator<Uint8Array>
  private readonly decoder = new TextDecoder()
  private text = ""
  private at = 0

  constructor(pieces: Pieces) {
    this.pieces = pieces[Symbol.asyncIterator]()
  }

  /** True if there is a character at `at`. */
  private async hasMore(): Promise<boolean> {
    while (this.at >= this.text.length) {
      const { done, value } = await this.pieces.next()
      if (done === true) return false
      this.text = this.decoder.decode(value, { stream: true })
      this.at = 0
    }
    return true
  }

  /** Skips the text before the next value: a brace or comma, and a name, which contains no colon. */
  private async skipName(): Promise<void> {
    while (await this.hasMore()) if (this.text[this.at++] === ":") return
    throw new Error("the export of a cell ended before its last member")
  }

  /** The text of the next member's value, in pieces; of a list, the text between its brackets. */
  async *next(isList: boolean): AsyncGenerator<string, void> {
    await this.skipName()
    let [depth, inString, isEscaped] = [0, false, false]
    while (await this.hasMore()) {
      let from = this.at
      for (; this.at < this.text.length; this.at++) {
        const code = this.text.charCodeAt(this.at)
        if (isEscaped) isEscaped = false
        else if (code === quote) inString = !inString
        else if (inString) isEscaped = code === backslash
        else if (depth === 0 && (code === comma || code === closeBrace)) {
          yield this.text.slice(from, this.at)
          return
        } else if (code === openBracket || code === openBrace) {
          if (depth++ === 0 && isList) from = this.at + 1
        } else if ((code === closeBracket || code === closeBrace) && --depth === 0 && isList) {
          yield this.text.slice(from, this.at++)
          return
        }
      }
      yield this.text.slice(from)
    }
    throw new Error("the export of a cell ended within a member")
  }
}

const whole = async (pieces: AsyncIterable<string>): Promise<string> => {
  let text = ""
  for await (const piece of pieces) text += piece
  return text
}

const customersText = (customers: ReadonlyArray<string>): string =>
  `{"customer":${customers[0] ?? "null"}${customers.length > 1 ? `,"customers":[${customers.join(",")}]` : ""}`

/** Merges the exports of one customer from several cells into one document, whose text it yields in pieces. */
export const mergeExports = async function*(exports: ReadonlyArray<Pieces>): AsyncGenerator<string, void> {
  const cells = exports.map((pieces) => new Members(pieces))
  const customers: Array<string> = []
  for (const cell of cells) customers.push(await whole(cell.next(false)))
  yield customersText(customers.filter((customer) => customer !== "null"))
  for (const name of lists) {
    yield `,"${name}":[`
    let isEmpty = true
    for (const cell of cells) {
      let isFirst = true
      for await (const piece of cell.next(true)) {
        if (piece === "") continue
        yield isFirst && !isEmpty ? `,${piece}` : piece
        isFirst = false
        isEmpty = false
      }
    }
    yield "]"
  }
  yield "}"
}
