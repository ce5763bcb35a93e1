/**
 * A settings document with its secrets sealed one by one: the rest stays readable in the database, and a secret opens
 * only at its place. Contract: sections 2 and 4.
 */
import type { JsonObject } from "@sluice/domain/json/Json"
import { redacted } from "@sluice/domain/redaction/Redaction"
import {
  type Secret,
  secretsIn,
  type SettingsKind,
  slotText,
  withSecrets
} from "@sluice/domain/settings/SettingsDocument"
import { Effect, JsonPointer, Result } from "effect"
import { type EncryptionKeyMissing, isSealed, type SecretBox, type SecretPlace } from "../secrets/SecretBox.ts"

type Box = SecretBox["Service"]

const pointerTo = ({ path, query }: Secret): string => {
  const member = path.map((token) => `/${JsonPointer.escapeToken(String(token))}`).join("")
  return query === undefined ? member : `${member}?${query.index}=${query.name}`
}

const placeOf = (kind: SettingsKind, id: string, version: number | undefined, secret: Secret): SecretPlace => ({
  kind,
  id,
  pointer: pointerTo(secret),
  ...(version !== undefined && { version })
})

/** A document whose secrets were opened. */
export interface Opened {
  /** The document; secrets that do not open read `[redacted]`. */
  readonly document: JsonObject
  /** The secrets that do not open, as `steps[0].options.headers.X-Key`. */
  readonly unreadable: ReadonlyArray<string>
}

/** Seals the secrets of a document. `version` is that of its row in `pipeline_versions`. */
export const seal = Effect.fnUntraced(function*(
  box: Box,
  kind: SettingsKind,
  id: string,
  document: JsonObject,
  version?: number
): Effect.fn.Return<JsonObject, EncryptionKeyMissing> {
  const changes: Array<readonly [Secret, string]> = []
  for (const secret of secretsIn(kind, document)) {
    changes.push([secret, yield* box.seal(secret.value, placeOf(kind, id, version, secret))])
  }
  return withSecrets(document, changes)
})

/** A text that is not sealed was stored by a release that did not count it among the secrets. */
const opened = (box: Box, text: string, place: SecretPlace) =>
  isSealed(text) ? Effect.result(box.open(text, place)) : Effect.succeed(Result.succeed(text))

/** Opens the secrets of a stored document. Never fails: the document stays usable if a secret does not open. */
export const open = Effect.fnUntraced(function*(
  box: Box,
  kind: SettingsKind,
  id: string,
  document: JsonObject,
  version?: number
) {
  const changes: Array<readonly [Secret, string]> = []
  const unreadable: Array<string> = []
  for (const secret of secretsIn(kind, document)) {
    const text = yield* opened(box, secret.value, placeOf(kind, id, version, secret))
    if (Result.isFailure(text)) unreadable.push(slotText(secret))
    changes.push([secret, Result.isSuccess(text) ? text.success : redacted])
  }
  const result: Opened = { document: withSecrets(document, changes), unreadable }
  return result
})

/** True if a secret in a stored document is not sealed with the current key. */
export const isStale = (box: Box, kind: SettingsKind, document: JsonObject): boolean =>
  secretsIn(kind, document).some(({ value }) => !box.isCurrent(value))

/** The stored document with each secret sealed by the current key. A secret that does not open stays as it is. */
export const reseal = Effect.fnUntraced(function*(
  box: Box,
  kind: SettingsKind,
  id: string,
  document: JsonObject,
  version?: number
) {
  const changes: Array<readonly [Secret, string]> = []
  const unreadable: Array<string> = []
  for (const secret of secretsIn(kind, document)) {
    if (box.isCurrent(secret.value)) continue
    const place = placeOf(kind, id, version, secret)
    const text = yield* opened(box, secret.value, place)
    if (Result.isFailure(text)) unreadable.push(slotText(secret))
    else changes.push([secret, yield* box.seal(text.success, place)])
  }
  return { document: withSecrets(document, changes), sealed: changes.length, unreadable }
})

/** The message for a setting with secrets that do not open. */
export const unreadableText = (members: ReadonlyArray<string>): string =>
  `${members.join(", ")} cannot be opened with the keys of SLUICE_ENCRYPTION_KEY: start with the key that sealed `
  + `${members.length === 1 ? "it" : "them"}, or write the secret again`
