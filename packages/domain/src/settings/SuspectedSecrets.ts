/**
 * Finds what may be secret in a body that is to become a setting, before it can be read as one: for the messages that
 * refuse it. Contract: section 5.
 */
import { isObject, type Json } from "../json/Json.ts"
import { querySecrets, secretName, userOf, valueTexts } from "../redaction/UrlSecrets.ts"

/** A header's value, and its token alone. */
const tokenOf = (text: string): ReadonlyArray<string> => {
  const token = /^(?:Bearer|Basic|Token) +(.+)$/i.exec(text)?.[1]
  return token === undefined ? [text] : [text, token]
}

/** The texts in quotes of an expression. */
const quoted = (expression: string): ReadonlyArray<string> =>
  Array.from(
    expression.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g),
    ([, double, single]) => double ?? single ?? ""
  )

const ofUrl = (url: string): ReadonlyArray<string> => {
  const { password, user } = userOf(url)
  return [
    ...querySecrets(url).flatMap(({ value }) => valueTexts(value)),
    ...(user === undefined ? [] : [user, password])
  ]
}

const ofNamed = (value: Json | undefined): ReadonlyArray<string> =>
  typeof value === "string" ? [...tokenOf(value), ...quoted(value).flatMap(tokenOf)] : []

/**
 * The values in a setting that are probably secrets, found by names alone: in maps, in lists of `{ Key, Value }`, and
 * in the quoted texts of expressions.
 */
export const suspectedSecrets = (body: Json): ReadonlyArray<string> => {
  if (typeof body === "string") return ofUrl(body)
  if (Array.isArray(body)) return body.flatMap(suspectedSecrets)
  if (!isObject(body)) return []
  const { Key, Value, key = Key, password, username, value = Value } = body
  if (typeof key === "string") return secretName.test(key) ? ofNamed(value) : suspectedSecrets(value ?? null)
  return [
    ...(typeof username === "string" && typeof password === "string" ? [`${username}:${password}`] : []),
    ...Object.entries(body).flatMap(([name, member]) =>
      secretName.test(name) && typeof member === "string" ? ofNamed(member) : suspectedSecrets(member)
    )
  ]
}
