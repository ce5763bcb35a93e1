/**
 * A JSON text that can be edited, with completion and the server's faults in place. The editor's code is loaded when it
 * is needed.
 */
import { type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react"
import type { Fault } from "../../api/ApiProblem.ts"
import type { EditorHandle } from "../../editor/CodeEditor.ts"
import type { JsonSchema } from "../../settings/JsonSchema.ts"
import { Failure, Loading } from "../feedback/Notice.tsx"

export interface JsonEditorProps {
  readonly label: string
  readonly text: string
  readonly schema: JsonSchema
  readonly faults: ReadonlyArray<Fault>
  readonly onChange: (text: string) => void
  /** Called with the editor's current content; `text` may lag a moment behind it. */
  readonly onSave: (text: string) => void
  readonly ref?: RefObject<{ readonly goTo: (path: string) => void } | null>
}

export const JsonEditor = (props: JsonEditorProps) => {
  const { label, text, faults } = props
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const [editor, setEditor] = useState<EditorHandle | undefined>(undefined)
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    let mounted: EditorHandle | undefined
    let gone = false
    const mount = async () => {
      const { mountEditor } = await import("../../editor/CodeEditor.ts")
      if (gone || place.current === null) return
      mounted = mountEditor(place.current, {
        label,
        text: latest.current.text,
        schema: () => latest.current.schema,
        onChange: (text) => latest.current.onChange(text),
        onSave: (text) => latest.current.onSave(text)
      })
      setEditor(mounted)
    }
    mount().catch(setError)
    return () => {
      gone = true
      mounted?.destroy()
      setEditor(undefined)
    }
  }, [label])
  // Before the next key is heard: later, this would take back what was typed since.
  useLayoutEffect(() => editor?.replace(text), [editor, text])
  useEffect(() => editor?.show(faults), [editor, faults])
  useImperativeHandle(props.ref, () => ({ goTo: (path) => editor?.goTo(path) }), [editor])
  return (
    <div className="json-editor">
      {error !== undefined && <Failure error={error} retry={() => location.reload()} />}
      {editor === undefined && error === undefined && <Loading what="the editor" />}
      <div ref={place} />
    </div>
  )
}
