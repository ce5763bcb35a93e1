/**
 * PostgreSQL's binary form of one-dimensional arrays. `pg` sends a Buffer as it is, in binary, while it writes a list out as
 * text: numbers, quotes and escapes, which PostgreSQL then has to read again.
 */

/** Writes one value at `at`; the bytes that it takes. */
interface Element<Value> {
  readonly oid: number
  readonly sizeOf: (value: Value) => number
  readonly write: (buffer: Buffer, value: Value, at: number, size: number) => void
}

/** Dimensions, nulls, type, length, lower bound. */
const headBytes = 20

const arrayOf = <Value>({ oid, sizeOf, write }: Element<Value>) => (values: ReadonlyArray<Value | null>): Buffer => {
  const sizes = values.map((value) => value === null ? -1 : sizeOf(value))
  const bytes = sizes.reduce((sum, size) => sum + 4 + Math.max(size, 0), headBytes)
  const buffer = Buffer.allocUnsafe(values.length === 0 ? 12 : bytes)
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0)
  buffer.writeInt32BE(sizes.includes(-1) ? 1 : 0, 4)
  buffer.writeInt32BE(oid, 8)
  if (values.length === 0) return buffer
  buffer.writeInt32BE(values.length, 12)
  buffer.writeInt32BE(1, 16)
  let at = headBytes
  values.forEach((value, i) => {
    const size = sizes[i]!
    at = buffer.writeInt32BE(size, at)
    if (value === null) return
    write(buffer, value, at, size)
    at += size
  })
  return buffer
}

export const texts = arrayOf<string>({
  oid: 25,
  sizeOf: (value) => Buffer.byteLength(value),
  write: (buffer, value, at, size) => void buffer.write(value, at, size, "utf8")
})

export const uuids = arrayOf<string>({
  oid: 2950,
  sizeOf: () => 16,
  write: (buffer, value, at) => void buffer.write(value.replaceAll("-", ""), at, 16, "hex")
})

export const integers = arrayOf<number>({
  oid: 23,
  sizeOf: () => 4,
  write: (buffer, value, at) => void buffer.writeInt32BE(value, at)
})

/** Milliseconds of PostgreSQL's first moment, 2000-01-01. */
const epoch = 946_684_800_000

/** Of milliseconds since 1970. */
export const moments = arrayOf<number>({
  oid: 1184,
  sizeOf: () => 8,
  write: (buffer, value, at) => void buffer.writeBigInt64BE(BigInt(value - epoch) * 1000n, at)
})

export const bytes = arrayOf<Uint8Array>({
  oid: 17,
  sizeOf: (value) => value.length,
  write: (buffer, value, at) => void buffer.set(value, at)
})
