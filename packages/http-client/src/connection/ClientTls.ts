/**
 * TLS to partners: trusted authorities, client certificates, and the checks of PEM texts before they are used.
 * Contract: sections 2 (`SLUICE_CA_CERTS`) and 4 (`caCertificate`, `clientCertificate`, `clientKey`).
 */
import type { Fault } from "@sluice/domain/order/Order"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { redacted } from "@sluice/domain/redaction/Redaction"
import { Redacted } from "effect"
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls"

/** The lowest TLS version. It is fixed here, because Node's default can be lowered from outside. */
export const minVersion = "TLSv1.2"

const certificateBlock = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g

/** The certificates of a PEM text; a message where it has none, or one that cannot be read, or a key beside them. */
export const certificatesIn = (pem: string): ReadonlyArray<X509Certificate> | string => {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return "holds a private key: give certificates only"
  const blocks = pem.match(certificateBlock) ?? []
  if (blocks.length === 0) return "is no PEM certificate: give -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----"
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return "holds a certificate that cannot be read: give it in PEM as it was issued"
  }
}

const keyIn = (pem: string): KeyObject | string => {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return "is encrypted with a passphrase: give it without one, it is stored sealed"
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    return "is no PEM private key: give -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----"
  }
  try {
    return createPrivateKey(pem)
  } catch {
    return "cannot be read: give the private key in PEM (PKCS #8, PKCS #1 or SEC 1)"
  }
}

/**
 * The faults of an identity. A key that reads `[redacted]` stands for the stored key, and is checked once that is
 * substituted.
 */
export const identityFaults = (identity: TlsIdentity): ReadonlyArray<Fault> => {
  const { caCertificate, clientCertificate, clientKey } = identity
  const faults: Array<Fault> = []
  const fault = (path: keyof TlsIdentity, message: string) => void faults.push({ path, message })
  const authorities = caCertificate === undefined ? [] : certificatesIn(caCertificate)
  if (typeof authorities === "string") fault("caCertificate", authorities)
  if (clientCertificate === undefined && clientKey !== undefined) {
    fault("clientCertificate", "is missing: a clientKey needs its certificate")
  }
  if (clientCertificate !== undefined && clientKey === undefined) {
    fault("clientKey", "is missing: a clientCertificate needs its key")
  }
  const certificates = clientCertificate === undefined ? [] : certificatesIn(clientCertificate)
  if (typeof certificates === "string") fault("clientCertificate", certificates)
  const text = clientKey === undefined ? redacted : Redacted.value(clientKey)
  const key = text === redacted ? undefined : keyIn(text)
  if (typeof key === "string") fault("clientKey", key)
  const [certificate] = typeof certificates === "string" ? [] : certificates
  if (typeof key === "object" && certificate !== undefined && !certificate.checkPrivateKey(key)) {
    fault("clientKey", "does not belong to clientCertificate: give the key that the certificate was issued for")
  }
  return faults
}

const names = new WeakMap<TlsIdentity, string>()

/** A name for a TLS identity: equal for equal identities, and without information about the key. */
export const identityName = (identity: TlsIdentity): string => {
  let name = names.get(identity)
  if (name === undefined) {
    const { caCertificate, clientCertificate, clientKey } = identity
    const texts = [caCertificate, clientCertificate, clientKey && Redacted.value(clientKey)]
    name = createHash("sha256").update(JSON.stringify(texts)).digest("base64url")
    names.set(identity, name)
  }
  return name
}

/** The number of contexts that are kept: settings change, and the old ones are never asked for again. */
const maxContexts = 1000

/**
 * The TLS contexts of connections, by identity. Making one reads every authority of the platform, so each is made once.
 */
export class SecureContexts {
  readonly #authorities: ReadonlyArray<string>
  readonly #contexts = new Map<string, SecureContext>()

  /** `authorities`: PEM texts of authorities that are trusted besides those of the platform. */
  constructor(authorities: ReadonlyArray<string>) {
    this.#authorities = authorities
  }

  /** The context for an identity; `undefined` if Node's own suffices. Throws if a PEM text cannot be used. */
  of(identity: TlsIdentity | undefined): SecureContext | undefined {
    if (identity === undefined && this.#authorities.length === 0) return undefined
    const name = identity === undefined ? "" : identityName(identity)
    let context = this.#contexts.get(name)
    if (context === undefined) {
      const { caCertificate, clientCertificate, clientKey } = identity ?? {}
      const own = [...this.#authorities, ...(caCertificate === undefined ? [] : [caCertificate])]
      context = createSecureContext({
        minVersion,
        ...(own.length > 0 && { ca: [...getCACertificates("default"), ...own] }),
        ...(clientCertificate !== undefined && { cert: clientCertificate }),
        ...(clientKey !== undefined && { key: Redacted.value(clientKey) })
      })
      if (this.#contexts.size >= maxContexts) this.#contexts.clear()
      this.#contexts.set(name, context)
    }
    return context
  }
}
