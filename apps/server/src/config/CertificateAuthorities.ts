/** `SLUICE_CA_CERTS`: a PEM file with further certificate authorities for outbound TLS. Contract: section 2. */
import { certificatesIn } from "@sluice/http-client/internal/connection/ClientTls"
import { Effect, FileSystem, Schema } from "effect"

/** The file cannot be used. The message is one line that names how to mend it. */
export class CertificateAuthoritiesInvalid extends Schema.TaggedError<CertificateAuthoritiesInvalid>()(
  "CertificateAuthoritiesInvalid",
  { message: Schema.String }
) {}

/** Reads and checks the file; no text if there is no file. */
export const read = Effect.fnUntraced(function*(file: string | undefined) {
  if (file === undefined) return []
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(file),
    ({ message }) =>
      new CertificateAuthoritiesInvalid({
        message: `SLUICE_CA_CERTS ${file} cannot be read: ${message}: correct the path, or unset it`
      })
  )
  const certificates = certificatesIn(text)
  return typeof certificates === "string"
    ? yield* new CertificateAuthoritiesInvalid({ message: `SLUICE_CA_CERTS ${file} ${certificates}` })
    : [text]
})
