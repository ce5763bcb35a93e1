/**
 * TLS with a pre-shared key between the processes of a cluster: a process proves its first key, and accepts each of its
 * own, so that keys can be rotated. A connection without one ends with the handshake.
 */
import { Redacted } from "effect"
import { createHash, createHmac } from "node:crypto"
import type { Address } from "./Address.ts"

/** This process as a member of the cluster. */
export interface Member {
  readonly address: Address
  /** 32 bytes each. The first is proved to others; each is accepted from them. */
  readonly keys: ReadonlyArray<Redacted.Redacted<Uint8Array>>
}

export interface Proof {
  readonly identity: string
  readonly psk: Buffer
}

/**
 * The proof of a key in the TLS handshake: a value derived from it, so that the key itself never leaves the process.
 */
export const proofOf = (key: Redacted.Redacted<Uint8Array>): Proof => {
  const psk = createHmac("sha256", Redacted.value(key)).update("sluice cluster").digest()
  return { psk, identity: createHash("sha256").update(psk).digest("hex").slice(0, 32) }
}

export const tls = {
  ciphers: "ECDHE-PSK-CHACHA20-POLY1305",
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.2"
} as const

/** Headers between the processes of a cluster; they are removed from requests of clients. */
export const cellHeader = "sluice-cell"
export const callerHeader = "sluice-caller"
export const addressHeader = "sluice-remote-address"

/** The status of an answer by a process that does not own the cell any more, or not yet. */
export const notOwner = 421
