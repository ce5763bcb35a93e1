/** Two versions of a document: beside each other, or as one text where the screen is narrow. Loaded on demand. */
import { MergeView, unifiedMergeView } from "@codemirror/merge"
import { EditorState } from "@codemirror/state"
import { EditorView } from "@codemirror/view"
import { appearance } from "./Appearance.ts"

export interface DiffSide {
  readonly label: string
  readonly text: string
}

/** Unchanged lines around a change that are shown; longer stretches are folded. */
const collapseUnchanged = { margin: 3, minSize: 6 }

const readOnly = EditorState.readOnly.of(true)

/**
 * Shows the differences between two texts in `parent`, side by side or, if it is narrow, in one column. Returns the
 * function that removes them.
 */
export const mountDiff = (parent: HTMLElement, before: DiffSide, after: DiffSide, narrow: boolean): () => void => {
  if (narrow) {
    const merged = unifiedMergeView({ original: before.text, mergeControls: false, collapseUnchanged, gutter: true })
    const view = new EditorView({
      parent,
      doc: after.text,
      extensions: [appearance(`${before.label} and ${after.label}`), readOnly, merged]
    })
    return () => view.destroy()
  }
  const side = ({ label, text }: DiffSide) => ({ doc: text, extensions: [appearance(label), readOnly] })
  const view = new MergeView({ parent, a: side(before), b: side(after), collapseUnchanged, gutter: true })
  return () => view.destroy()
}
