/**
 * A settings document with its secrets sealed one by one: the rest stays readable in the database, and a secret opens
 * only at its place. Contract: sections 2 and 4.
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { type MemberPath, secretPaths, type SettingsKind, withMember } from "@sluice/domain/settings/SettingsDocument"
import { Effect, JsonPointer } from "effect"
import type { EncryptionKeyMissing, SecretBox, SecretUnreadable } from "../secrets/SecretBox.ts"

type Box = SecretBox["Service"]

export const pointerTo = (path: MemberPath): string =>
  path.map((token) => `/${JsonPointer.escapeToken(String(token))}`).join("")

const memberAt = (document: Json, path: MemberPath): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, token) => Array.isArray(value) ? value[Number(token)] : isObject(value) ? value[token] : undefined,
    document
  )

interface Secret {
  readonly path: MemberPath
  readonly text: string
}

const secretsOf = (kind: SettingsKind, document: JsonObject): ReadonlyArray<Secret> =>
  secretPaths(kind, document).flatMap((path) => {
    const text = memberAt(document, path)
    return typeof text === "string" ? [{ path, text }] : []
  })

/** The texts that are secret in a document that is not sealed. */
export const secretTextsOf = (kind: SettingsKind, document: JsonObject): ReadonlyArray<string> =>
  secretsOf(kind, document).map(({ text }) => text)

const changed = Effect.fnUntraced(function*<E>(
  kind: SettingsKind,
  document: JsonObject,
  change: (text: string, pointer: string) => Effect.Effect<string, E>
) {
  let result: Json = document
  for (const { path, text } of secretsOf(kind, document)) {
    result = withMember(result, path, yield* change(text, pointerTo(path)))
  }
  // Only members inside were replaced.
  return result as JsonObject
})

export const seal = (
  box: Box,
  kind: SettingsKind,
  id: string,
  document: JsonObject
): Effect.Effect<JsonObject, EncryptionKeyMissing> =>
  changed(kind, document, (text, pointer) => box.seal(text, { kind, id, pointer }))

export const open = (
  box: Box,
  kind: SettingsKind,
  id: string,
  document: JsonObject
): Effect.Effect<JsonObject, SecretUnreadable> =>
  changed(kind, document, (text, pointer) => box.open(text, { kind, id, pointer }))
