/** The text of a setting that is being edited: its faults, its form beside its JSON, and the editor's shortcuts. */
import { type ReactNode, useRef } from "react"
import type { Fault } from "../../../api/ApiProblem.ts"
import { JsonEditor } from "../../../components/json/JsonEditor.tsx"
import { type Kind, kinds } from "../../../settings/Kinds.ts"
import { renamed } from "../../../settings/Mending.ts"
import { FaultList } from "./FaultList.tsx"
import { FormAndJson } from "./FormAndJson.tsx"
import { useSchema } from "./Schema.ts"

export interface SettingTextProps {
  readonly kind: Kind
  /** The label of the editor. */
  readonly label: string
  readonly text: string
  readonly setText: (text: string) => void
  readonly faults: ReadonlyArray<Fault>
  /** Shown in place of the faults where there are none. */
  readonly failure: ReactNode
  /** Stores the text: called by the editor's key. */
  readonly onSave: (text: string) => void
  /** A third-person verb for the key that stores the text: "saves". */
  readonly saves: string
  /** A further hint. */
  readonly children: ReactNode
}

export const SettingText = (props: SettingTextProps) => {
  const { kind, label, text, setText, faults, failure, onSave, saves, children } = props
  const schema = useSchema(kind)
  const editor = useRef<{ readonly goTo: (path: string) => void }>(null)
  return (
    <>
      {faults.length > 0
        ? (
          <FaultList
            noun={kinds[kind].noun}
            faults={faults}
            goTo={(path) => editor.current?.goTo(path)}
            rename={(path, name) => setText(renamed(text, path, name))}
          />
        )
        : failure}
      <FormAndJson kind={kind} text={text} schema={schema} faults={faults} onChange={setText}>
        <JsonEditor
          label={label}
          text={text}
          schema={schema}
          faults={faults}
          onChange={setText}
          onSave={onSave}
          ref={editor}
        />
      </FormAndJson>
      <p className="muted hint">
        <kbd>Ctrl</kbd> <kbd>Space</kbd> completes, <kbd>Ctrl</kbd> <kbd>S</kbd> {saves}, <kbd>Tab</kbd>{" "}
        leaves the editor. {children}
      </p>
    </>
  )
}
