/**
 * The body of one answer, read up to a bound. What is bounded is the decompressed length: a few kilobytes can unpack to
 * gigabytes, so decompression goes chunk by chunk and ends with the byte that is one too many.
 */
import type { Transform } from "node:stream"
import * as zlib from "node:zlib"

/** The length that a head announces, in bytes; absent if it announces none that can be read. */
export const announcedLengthOf = (headers: Readonly<Record<string, string | undefined>>): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}

/**
 * The receiver of a body, called once. `cut`: the body was longer than the bound. An error means that it could not be
 * decompressed.
 */
export interface BodyListener {
  readonly onBody: (body: Uint8Array, cut: boolean) => void
  readonly onBodyError: (error: Error) => void
  /** Called when the decompressor has processed its input, after `write` returned `false`. */
  readonly onDrain: () => void
}

/** The bytes of an answer that are kept unless the request says otherwise. Contract: section 5. */
export const defaultMaxBytes = 1024 * 1024

/** More codings than this on one answer is an attack on our processor. */
const maxCodings = 3

export class BoundedBody {
  readonly #maxBytes: number
  readonly #codings: ReadonlyArray<string>
  readonly #listener: BodyListener
  /** True if the partner announced more bytes than are kept, so that the body is known to be longer. */
  readonly #isLonger: boolean
  readonly #chunks: Array<Uint8Array> = []
  #size = 0
  #done = false
  #decoders: Array<Transform> | undefined

  /**
   * Prepares the body for its content coding; an unknown coding leaves it as it came, since some partners put a
   * character set there.
   */
  constructor(
    head: { readonly contentEncoding: string | undefined; readonly announcedLength: number | undefined },
    maxBytes: number,
    listener: BodyListener
  ) {
    const { announcedLength, contentEncoding } = head
    this.#maxBytes = maxBytes
    this.#listener = listener
    const codings = contentEncoding === undefined ?
      [] :
      contentEncoding.toLowerCase().split(",").map((name) => name.trim())
        .filter((name) => name !== "" && name !== "identity")
    this.#codings = codings.every((name) => Object.hasOwn(decoderOf, name)) ? codings : []
    this.#isLonger = this.#codings.length === 0 && announcedLength !== undefined && announcedLength > maxBytes
  }

  /** Adds bytes of the body; returns `false` when the sender should pause until `onDrain`. */
  write(chunk: Uint8Array): boolean {
    if (this.#done) return true
    if (this.#codings.length === 0) {
      this.#keep(chunk)
      return true
    }
    this.#decoders ??= this.#start(chunk)
    return this.#decoders[0]?.write(chunk) ?? true
  }

  end(): void {
    const first = this.#decoders?.[0]
    if (first === undefined) this.#finish(false)
    else first.end()
  }

  destroy(): void {
    this.#done = true
    for (const decoder of this.#decoders ?? []) decoder.destroy()
  }

  #keep(chunk: Uint8Array): void {
    if (this.#done) return
    const room = this.#maxBytes - this.#size
    if (chunk.byteLength <= room) {
      this.#chunks.push(chunk)
      this.#size += chunk.byteLength
      if (this.#size === this.#maxBytes && this.#isLonger) this.#finish(true)
      return
    }
    this.#chunks.push(chunk.subarray(0, room))
    this.#size = this.#maxBytes
    this.#finish(true)
  }

  #finish(cut: boolean): void {
    if (this.#done) return
    this.destroy()
    this.#listener.onBody(this.#joined(), cut)
  }

  /** Returns a copy, unless the only chunk is most of the buffer that it would keep alive: undici passes views. */
  #joined(): Uint8Array {
    const [first] = this.#chunks
    if (first !== undefined && this.#chunks.length === 1) {
      const { buffer, byteLength, byteOffset } = first
      return buffer.byteLength <= 2 * byteLength
        ? new Uint8Array(buffer, byteOffset, byteLength)
        : new Uint8Array(first)
    }
    const body = new Uint8Array(this.#size)
    let offset = 0
    for (const chunk of this.#chunks) {
      body.set(chunk, offset)
      offset += chunk.byteLength
    }
    return body
  }

  #start(firstChunk: Uint8Array): Array<Transform> {
    const fail = (error: Error) => {
      if (this.#done) return
      this.destroy()
      this.#listener.onBodyError(error)
    }
    if (this.#codings.length > maxCodings) {
      fail(new Error(`${this.#codings.length} content codings, but at most ${maxCodings} are undone`))
      return []
    }
    // Codings are listed in the order in which they were applied.
    const decoders = this.#codings.toReversed().map((name, index) =>
      decoderOf[name as Coding](index === 0 ? firstChunk : undefined)
    )
    decoders.forEach((decoder, index) => {
      const next = decoders[index + 1]
      decoder.on("error", fail)
      if (next !== undefined) decoder.pipe(next)
      else decoder.on("data", (chunk: Uint8Array) => this.#keep(chunk)).on("end", () => this.#finish(false))
    })
    decoders[0]?.on("drain", this.#listener.onDrain)
    return decoders
  }
}

type Coding = "gzip" | "x-gzip" | "deflate" | "br" | "zstd"

const gunzip = () => zlib.createGunzip()

const decoderOf: Record<Coding, (firstChunk: Uint8Array | undefined) => Transform> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  // Some servers send bare deflate data under this name; a zlib header starts with the method 8 in its low bits.
  deflate: (firstChunk) =>
    firstChunk === undefined || ((firstChunk[0] ?? 8) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw(),
  br: () => zlib.createBrotliDecompress(),
  // RFC 9659: a window of at most 8 MiB; otherwise one frame may claim 2 GiB.
  zstd: () => zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } })
}
