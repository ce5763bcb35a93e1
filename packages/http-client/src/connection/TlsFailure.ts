/**
 * The errors of OpenSSL and Node for a refused TLS connection, in words that name the reason and the mend. Pure.
 * Contract: section 5, code `tls`.
 */

const authority = "give its authority as caCertificate, or in SLUICE_CA_CERTS"

/** The reasons by the code of the error; the first that matches counts. */
const reasons: ReadonlyArray<readonly [code: RegExp, words: string]> = [
  [/^CERT_HAS_EXPIRED$/, "its certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "its certificate is for another host"],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, `its certificate is self-signed: ${authority}`],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED|INVALID_CA)$/,
    `its certificate is from an authority that is not trusted: ${authority}`
  ],
  [/^CERT_REVOKED$/, "its certificate was revoked"],
  [/^(CERT_SIGNATURE_FAILURE|ERR_SSL_CA_MD_TOO_WEAK|ERR_SSL_EE_KEY_TOO_SMALL)/, "its certificate is signed too weakly"],
  [/^ERR_TLS_IDENTITY$/, "the TLS settings for it cannot be used"],
  [
    /^ERR_SSL_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|TLSV1_ALERT_PROTOCOL_VERSION|TLSV13_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE|WRONG_SSL_VERSION)$/,
    "it speaks no TLS 1.2 or newer"
  ],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG)$/, "it does not speak TLS on this port"],
  [
    /^ERR_SSL_\w*ALERT_(CERTIFICATE_REQUIRED|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/,
    "it refuses our client certificate, or wants one: check clientCertificate and clientKey"
  ],
  [
    /^ERR_SSL_\w*(HANDSHAKE_FAILURE|NO_SHARED_CIPHER|NO_CIPHER_MATCH)$/,
    "it shares no way of TLS with us, or wants a client certificate"
  ]
]

const tls =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_C)/

/** True if the code is one of TLS. */
export const isTlsCode = (code: string): boolean => tls.test(code)

/**
 * True if the partner refused the connection with an alert. In TLS 1.3 that may come after the request was sent, and it
 * says that the request was not accepted.
 */
export const isTlsRefusal = (code: string): boolean => /^ERR_SSL_\w*ALERT_/.test(code)

/** The reason in words; what Node says where none is known. */
export const tlsReason = (code: string, message: string): string => {
  const words = reasons.find(([pattern]) => pattern.test(code))?.[1]
  if (words === undefined) return message
  // Here the message names the certificate's host, or the fault of the settings.
  return code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "ERR_TLS_IDENTITY" ? `${words}: ${message}` : words
}
