/** The editor of a setting's JSON: completion, and faults in place. Loaded when a setting is opened. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
import { jsonParseLinter } from "@codemirror/lang-json"
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language"
import { type Diagnostic, linter, lintGutter, lintKeymap } from "@codemirror/lint"
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search"
import { EditorState, StateEffect } from "@codemirror/state"
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap } from "@codemirror/view"
import type { Fault } from "../api/ApiProblem.ts"
import { placeOf } from "../settings/JsonOutline.ts"
import type { JsonSchema } from "../settings/JsonSchema.ts"
import { appearance } from "./Appearance.ts"
import { schemaCompletion } from "./Completion.ts"

export interface EditorOptions {
  readonly label: string
  readonly text: string
  readonly schema: () => JsonSchema
  readonly onChange: (text: string) => void
  /** Ctrl+S, or ⌘S. */
  readonly onSave: (text: string) => void
}

export interface EditorHandle {
  readonly replace: (text: string) => void
  /** Marks the faults that the server found, each at its place. */
  readonly show: (faults: ReadonlyArray<Fault>) => void
  /** Goes to the place of a fault. */
  readonly goTo: (path: string) => void
  readonly destroy: () => void
}

const shown = StateEffect.define<ReadonlyArray<Fault>>()

const inText = (source: string) => ({ path, message }: Fault): Diagnostic => {
  const { from, to, exact } = placeOf(source, path)
  return { from, to: Math.max(from, to), severity: "error", message: exact ? message : `${path} ${message}` }
}

export const mountEditor = (parent: HTMLElement, options: EditorOptions): EditorHandle => {
  let faults: ReadonlyArray<Fault> = []
  const syntax = jsonParseLinter()
  const check = (view: EditorView): ReadonlyArray<Diagnostic> => {
    const source = view.state.doc.toString()
    return [...syntax(view), ...faults.map(inText(source))]
  }
  const save = ({ state }: EditorView) => {
    options.onSave(state.doc.toString())
    return true
  }
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        appearance(options.label),
        keymap.of([{ key: "Mod-s", run: save, preventDefault: true }]),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        foldGutter(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        autocompletion({ override: [schemaCompletion(options.schema)], icons: false }),
        linter(check, {
          delay: 250,
          needsRefresh: ({ transactions }) => transactions.some(({ effects }) => effects.some((one) => one.is(shown)))
        }),
        // Tab is left to the browser, so that keyboard users can leave the editor.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap
        ]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) options.onChange(state.doc.toString())
        })
      ]
    })
  })
  return {
    replace: (text) => {
      if (text !== view.state.doc.toString()) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
      }
    },
    show: (found) => {
      faults = found
      view.dispatch({ effects: shown.of(found) })
    },
    goTo: (path) => {
      const { from, to } = placeOf(view.state.doc.toString(), path)
      view.dispatch({
        selection: { anchor: from, head: to },
        effects: EditorView.scrollIntoView(from, { y: "center" })
      })
      view.focus()
    },
    destroy: () => view.destroy()
  }
}
