/**
 * The members that a schema knows, read off its encoded side: what a value holds beside them is unknown. Where a part of
 * the schema takes any member (a record, `Schema.Json`), what stands there is data. Contract: section 4, "Nothing is
 * swallowed".
 */
import type { MemberPath } from "@sluice/domain/internal/decode/MemberPath"
import { unknownAmong, type UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import { isObject, type Json } from "@sluice/domain/json/Json"
import { type Schema, SchemaAST } from "effect"

type AST = SchemaAST.AST

/** Unions and suspended schemas, as the schemas that they stand for. */
const flat = (asts: ReadonlyArray<AST>): ReadonlyArray<AST> =>
  asts.flatMap((ast): ReadonlyArray<AST> => {
    switch (ast._tag) {
      case "Union":
        return flat(ast.types)
      case "Suspend":
        return flat([ast.thunk()])
      default:
        return [ast]
    }
  })

/** The schemas by which the values in an object are judged, by member; `undefined` where any member may stand. */
const membersOf = (asts: ReadonlyArray<AST>): ReadonlyMap<string, ReadonlyArray<AST>> | undefined => {
  const members = new Map<string, ReadonlyArray<AST>>()
  for (const ast of asts) {
    switch (ast._tag) {
      case "Objects":
        if (ast.indexSignatures.length > 0 || ast.propertySignatures.length === 0) return undefined
        for (const { name, type } of ast.propertySignatures) {
          if (typeof name === "string") members.set(name, [...members.get(name) ?? [], type])
        }
        break
      case "Unknown":
      case "Any":
      case "ObjectKeyword":
      case "Declaration":
        return undefined
    }
  }
  return members
}

const itemsOf = (asts: ReadonlyArray<AST>): ReadonlyArray<AST> =>
  asts.flatMap((ast) => ast._tag === "Arrays" ? [...ast.elements, ...ast.rest] : [])

const visit = (asts: ReadonlyArray<AST>, value: Json, place: MemberPath): ReadonlyArray<UnknownMember> => {
  const all = flat(asts)
  if (Array.isArray(value)) {
    const items = itemsOf(all)
    return value.flatMap((item: Json, index) => visit(items, item, [...place, index]))
  }
  if (!isObject(value)) return []
  const members = membersOf(all)
  // Nothing here is an object: the schema says so itself.
  if (members === undefined || members.size === 0) return []
  return [
    ...unknownAmong(Object.keys(value), [...members.keys()], place),
    ...[...members].flatMap(([name, types]) => {
      const member = Object.hasOwn(value, name) ? value[name] : undefined
      return member === undefined ? [] : visit(types, member, [...place, name])
    })
  ]
}

const encodedAst = (schema: Schema.ConstraintDecoder<unknown>): AST => SchemaAST.toEncoded(schema.ast)

/** The members of `value`, at `place`, that the schema does not know. */
export const unknownIn = (
  schema: Schema.ConstraintDecoder<unknown>,
  value: Json,
  place: MemberPath
): ReadonlyArray<UnknownMember> => visit([encodedAst(schema)], value, place)

/** The names of the members that the schema knows; `undefined` where it takes any. */
export const knownIn = (schema: Schema.ConstraintDecoder<unknown>): ReadonlyArray<string> | undefined => {
  const members = membersOf(flat([encodedAst(schema)]))
  return members === undefined ? undefined : [...members.keys()]
}
