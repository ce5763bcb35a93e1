/** Completes the text at the cursor with the members and values that the schema allows there. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  snippetCompletion
} from "@codemirror/autocomplete"
import { cursorPlace } from "../settings/CursorPlace.ts"
import { draftOf } from "../settings/JsonOutline.ts"
import {
  type JsonSchema,
  membersAt,
  type Suggestion,
  typeText,
  valuesAt,
  valueTemplate
} from "../settings/JsonSchema.ts"

/** A snippet's text in which nothing but its field is special. */
const literal = (text: string): string => text.replaceAll(/[\\{}$#]/g, (one) => `\\${one}`)

const nameOption = ({ name, schema, required }: Suggestion, hasValue: boolean): Completion => {
  const about = {
    label: name,
    detail: `${typeText(schema)}${required ? ", required" : ""}`,
    ...(schema.description === undefined ? {} : { info: schema.description }),
    boost: required ? 1 : 0
  }
  if (hasValue) return { ...about, apply: JSON.stringify(name) }
  const [before = "", after] = valueTemplate(schema).split("#")
  const value = after === undefined ? literal(before) : `${literal(before)}\${}${literal(after)}`
  return snippetCompletion(`${literal(JSON.stringify(name))}: ${value}`, about)
}

export const schemaCompletion =
  (schema: () => JsonSchema): CompletionSource => (context: CompletionContext): CompletionResult | null => {
    const source = context.state.doc.toString()
    const { path, writes, member, from, quoted } = cursorPlace(source, context.pos)
    if (!context.explicit && from === context.pos) return null
    const draft = draftOf(source)
    // The quote that closes what is being written may be there already.
    const closing = quoted && source[context.pos] === "\"" ? 1 : 0
    const range = { from, to: context.pos + closing, filter: false }
    const typed = source.slice(from, context.pos).replace("\"", "").toLowerCase()
    const fitting = ({ label }: Completion) => label.toLowerCase().includes(typed)
    if (writes === "name") {
      const hasValue = /^\s*:/.test(source.slice(range.to))
      const options = membersAt(schema(), path, draft).map((one) => nameOption(one, hasValue)).filter(fitting)
      return options.length === 0 ? null : { ...range, options }
    }
    if (member === undefined) return null
    const options = valuesAt(schema(), [...path, member], draft)
      .map((value): Completion => ({ label: String(value), apply: JSON.stringify(value) }))
      .filter(fitting)
    return options.length === 0 ? null : { ...range, options }
  }
