/** A form beside the JSON of a setting, for the kinds whose members a form can show; pipelines are JSON alone. */
import type { ReactNode } from "react"
import type { Fault } from "../../../api/ApiProblem.ts"
import type { JsonSchema } from "../../../settings/JsonSchema.ts"
import { type Kind, kinds, readDraft } from "../../../settings/Kinds.ts"
import { SettingForm } from "./SettingForm.tsx"

export interface FormAndJsonProps {
  readonly kind: Kind
  readonly text: string
  readonly schema: JsonSchema
  readonly faults: ReadonlyArray<Fault>
  readonly onChange: (text: string) => void
  /** The JSON editor. */
  readonly children: ReactNode
}

export const FormAndJson = ({ kind, text, schema, faults, onChange, children }: FormAndJsonProps) => {
  if (kind === "pipelines") return children
  const draft = readDraft(text)
  return (
    <div className="form-and-json">
      {children}
      {"fault" in draft
        ? <p className="why tone-wait">The form is shown again once the JSON can be read: {draft.fault}</p>
        : (
          <SettingForm
            label={`The ${kinds[kind].noun} as a form`}
            schema={schema}
            document={draft.document}
            faults={faults}
            onChange={(document) => onChange(JSON.stringify(document, null, 2))}
          />
        )}
    </div>
  )
}
