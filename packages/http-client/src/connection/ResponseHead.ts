/**
 * Prepares the head of an answer for undici's parser: interim answers (1xx) are removed, folded header lines joined.
 *
 * The parser refuses both, and every client has to accept them (RFC 9110, section 15.2; RFC 9112, section 5.2), in
 * whatever pieces they arrive. Contract: section 5.
 *
 * ```
 *            1xx head                      other head
 *  held ──────────────▶ dropped    held ──────────────▶ passed on, unfolded
 *            anything that is no head of lines that end in CR LF: passed on as it is, for the parser to judge
 * ```
 */

const cr = 0x0d
const lf = 0x0a
const space = 0x20
const tab = 0x09

const version = Buffer.from("HTTP/1.")
/** The offset of the status code's first digit. */
const statusAt = 9

/** The largest number of bytes of interim answers before one answer; more is treated as an attack. */
const maxInterimBytes = 1024 * 1024

/** The index after the blank line that ends the head, 0 where it has not come, -1 where a line ends without a CR. */
const headEnd = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(lf, from); at >= 0; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at - 1] !== cr) return -1
    if (bytes[at + 1] === cr && bytes[at + 2] === lf) return at + 3
    if (bytes[at + 1] === lf) return -1
  }
  return 0
}

/** Each line break that a blank follows becomes one space, with the blanks around it; nothing is copied where none is. */
const unfolded = (bytes: Buffer, end: number): Buffer => {
  for (let at = bytes.indexOf(lf); at >= 0 && at < end; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at + 1] !== space && bytes[at + 1] !== tab) continue
    const head = bytes.toString("latin1", 0, end).replace(/[ \t]*\r\n[ \t]+/g, " ")
    return Buffer.concat([Buffer.from(head, "latin1"), bytes.subarray(end)])
  }
  return bytes
}

/** True if the bytes can still become the head of an HTTP/1 answer. */
const isHead = (bytes: Buffer): boolean => {
  const length = Math.min(bytes.length, version.length)
  return bytes.compare(version, 0, length, 0, length) === 0
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

const isInterim = (bytes: Buffer): boolean =>
  bytes[statusAt] === 0x31 && isDigit(bytes[statusAt + 1]) && isDigit(bytes[statusAt + 2])

/** The heads of the answers on one connection. */
export class ResponseHead {
  readonly #maxBytes: number
  #held: Buffer | undefined
  #interimBytes = 0
  #passed = true

  /** `maxBytes`: a longer head is passed on as it came. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The next bytes are those of a new answer. */
  begin(): void {
    this.#held = undefined
    this.#interimBytes = 0
    this.#passed = false
  }

  /** Returns the part of `chunk` for the parser; `undefined` if there is none yet. */
  next(chunk: Buffer): Buffer | undefined {
    if (this.#passed) return chunk
    const before = this.#held?.length ?? 0
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk])
    let from = Math.max(0, before - 3)
    for (;;) {
      if (!isHead(bytes)) return this.#pass(bytes)
      const end = headEnd(bytes, from)
      if (end < 0 || (end === 0 && bytes.length > this.#maxBytes)) return this.#pass(bytes)
      if (end === 0) {
        this.#held = bytes
        return undefined
      }
      if (!isInterim(bytes)) return this.#pass(unfolded(bytes, end))
      this.#interimBytes += end
      if (this.#interimBytes > maxInterimBytes) return this.#pass(bytes)
      if (end === bytes.length) {
        this.#held = undefined
        return undefined
      }
      bytes = bytes.subarray(end)
      from = 0
    }
  }

  #pass(bytes: Buffer): Buffer {
    this.#held = undefined
    this.#passed = true
    return bytes
  }
}
