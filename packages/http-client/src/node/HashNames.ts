/** The names of hash algorithms in `node:crypto`. */
import type { Digest } from "effect/crypto"

export const hashNames: Readonly<Record<Digest.Algorithm["name"], string>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512"
}
