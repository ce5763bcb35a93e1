/** Redactors that hide nothing. */
import type { Redactor } from "../../../packages/domain/src/redaction/Redaction.ts"

export * from "../../../packages/domain/src/redaction/Redaction.ts"

const showing: Redactor = {
  text: (text) => text,
  bytes: (bytes) => bytes,
  headers: (headers) => headers,
  json: (value) => value
}

export const makeRedactor = (): Redactor => showing
export const both = (): Redactor => showing
