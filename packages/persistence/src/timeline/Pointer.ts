/** Reads a member by its JSON Pointer (RFC 6901). */
import { isObject, type Json } from "@sluice/domain/json/Json"
import { JsonPointer } from "effect"

/** The member names of a pointer, unescaped; `undefined` where the text is no JSON Pointer. */
export const readPointer = (text: string): ReadonlyArray<string> | undefined =>
  text === "" || (text.startsWith("/") && !/~(?![01])/.test(text))
    ? text.split("/").slice(1).map((name) => JsonPointer.unescapeToken(name))
    : undefined

/** The value at a pointer's names; `undefined` where there is none. Elements of a list are named by their position. */
export const valueAt = (document: Json, names: ReadonlyArray<string>): Json | undefined => {
  let here: Json | undefined = document
  for (const name of names) {
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/.test(name) ? here[Number(name)] : undefined
    else if (isObject(here as Json)) {
      here = Object.hasOwn(here as object, name)
        ? (here as { readonly [name: string]: Json })[name]
        : undefined
    } else return undefined
  }
  return here
}
