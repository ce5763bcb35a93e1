/** The marks of an expression inside settings: `{% … %}`. Contract: section 4, "Expressions". */

const marked = /^\{%([\s\S]*)%\}$/

/** The JSONata between the marks, or `undefined` where the string is just a string. */
export const expressionIn = (text: string): string | undefined => marked.exec(text.trim())?.[1]?.trim()

/** The marks in a text that Sluice does not evaluate: `{% %}` inside a longer string, or the `{{ }}` of other systems. */
export const unreadMarks = (text: string): "{% %}" | "{{ }}" | undefined => {
  if (expressionIn(text) !== undefined) return undefined
  if (/\{%[\s\S]*?%\}/.test(text)) return "{% %}"
  return /\{\{[\s\S]*?\}\}/.test(text) ? "{{ }}" : undefined
}
