/**
 * A setting as a form, made from its schema. The form and the JSON beside it edit the same document. Members that the
 * form does not show stay as they are.
 */
import { useId, useState } from "react"
import type { Fault } from "../../../api/ApiProblem.ts"
import { sameName } from "../../../settings/JsonOutline.ts"
import type { JsonSchema } from "../../../settings/JsonSchema.ts"
import { Choices } from "./Choices.tsx"

type Members = Readonly<Record<string, unknown>>

export interface SettingFormProps {
  readonly label: string
  readonly schema: JsonSchema
  readonly document: Members
  readonly faults: ReadonlyArray<Fault>
  readonly onChange: (document: Members) => void
  /** The path of the document within the setting: `auth.`; empty at the top. */
  readonly prefix?: string
}

/** The document's own spelling of a member: `Host` where it says `Host`. */
const spelled = (document: Members, name: string): string =>
  Object.keys(document).find((one) => sameName(one, name)) ?? name

const written = (document: Members, name: string, value: unknown): Members => {
  const key = spelled(document, name)
  if (value !== undefined) return { ...document, [key]: value }
  return Object.fromEntries(Object.entries(document).filter(([one]) => one !== key))
}

/** The members of the schema, those of the chosen case included. */
const membersOf = ({ chosenBy, properties = {}, required = [] }: JsonSchema, document: Members) => {
  const said = chosenBy === undefined ? undefined : document[spelled(document, chosenBy.member)]
  const chosen = typeof said === "string" ? chosenBy?.cases[said] : undefined
  const needed = new Set([...required, ...chosen?.required ?? []])
  return Object.entries({ ...properties, ...chosen?.properties })
    .map(([name, schema]) => ({ name, schema, isNeeded: needed.has(name) }))
}

export const SettingForm = (props: SettingFormProps) => {
  const { label, schema, document, faults, onChange, prefix = "" } = props
  const all = membersOf(schema, document)
  const isShown = ({ name, isNeeded }: typeof all[number]) =>
    isNeeded || document[spelled(document, name)] !== undefined || faults.some(({ path }) => path === prefix + name)
  const field = ({ name, schema, isNeeded }: typeof all[number]) => (
    <Field
      key={name}
      name={name}
      schema={schema}
      isNeeded={isNeeded}
      value={document[spelled(document, name)]}
      faults={faults}
      path={prefix + name}
      onChange={(value) => onChange(written(document, name, value))}
    />
  )
  const others = all.filter((one) => !isShown(one))
  return (
    <fieldset className="setting-form">
      <legend>{label}</legend>
      {all.filter(isShown).map(field)}
      {others.length > 0 && (
        <details>
          <summary>{others.length} more that can be set</summary>
          <div className="setting-form">{others.map(field)}</div>
        </details>
      )}
    </fieldset>
  )
}

interface FieldProps {
  readonly name: string
  readonly schema: JsonSchema
  readonly isNeeded: boolean
  readonly value: unknown
  readonly faults: ReadonlyArray<Fault>
  readonly path: string
  readonly onChange: (value: unknown) => void
}

const Field = (props: FieldProps) => {
  const { name, schema, value, faults, path, onChange } = props
  if (schema.properties !== undefined) {
    return (
      <SettingForm
        label={name}
        schema={schema}
        document={typeof value === "object" && value !== null ? value as Members : {}}
        faults={faults}
        prefix={`${path}.`}
        onChange={(next) => onChange(Object.keys(next).length === 0 ? undefined : next)}
      />
    )
  }
  const options = schema.items?.enum
  if (schema.type === "array" && options !== undefined) {
    return (
      <Choices
        legend={`${name}: ${schema.description ?? ""}`}
        options={options.map(String)}
        chosen={Array.isArray(value) ? value.map(String) : []}
        onChange={(chosen) => onChange(chosen.length === 0 ? undefined : chosen)}
      />
    )
  }
  return <Labelled {...props} fault={faults.find((one) => one.path === path)} />
}

const Labelled = (props: FieldProps & { readonly fault: Fault | undefined }) => {
  const { name, schema, isNeeded, fault } = props
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        <strong>{name}</strong>
        {isNeeded ? " (needed)" : ""}
      </label>
      <Control {...props} id={id} />
      {fault === undefined
        ? schema.description !== undefined && <p className="muted hint">{schema.description}</p>
        : <p className="fault" role="alert">{fault.message}</p>}
    </div>
  )
}

/** The members whose text has several lines. */
const isLong = ({ description = "" }: JsonSchema): boolean => description.startsWith("PEM")

/** A value as it stands in a field. */
const textOf = ({ type }: JsonSchema, value: unknown): string =>
  value === undefined
    ? ""
    : Array.isArray(value)
    ? value.join(", ")
    : type === "object" && typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, one]) => `${name}: ${String(one)}`).join("\n")
    : String(value)

/** The value of a field's text; `undefined` where it is empty, or a line has no name. */
const valueOf = ({ items, type }: JsonSchema, text: string): unknown => {
  if (text.trim() === "") return undefined
  if (type === "number") return Number.isFinite(Number(text)) ? Number(text) : text
  if (type === "array") {
    const parts = text.split(",").map((one) => one.trim()).filter((one) => one !== "")
    return items === undefined ? parts.map((one) => Number.isFinite(Number(one)) ? Number(one) : one) : parts
  }
  if (type !== "object") return text
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf(":")
      return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]]
    })
  )
}

const Control = ({ id, schema, value, onChange }: FieldProps & { readonly id: string }) => {
  if (schema.type === "boolean") {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={({ target }) => onChange(target.checked ? true : undefined)}
      />
    )
  }
  if (schema.enum !== undefined) {
    return (
      <select
        id={id}
        className="input"
        value={String(value ?? "")}
        onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
      >
        <option value="">{schema.default === undefined ? "not set" : `not set: ${String(schema.default)}`}</option>
        {schema.enum.map((one) => <option key={String(one)} value={String(one)}>{String(one)}</option>)}
      </select>
    )
  }
  return <TextControl id={id} schema={schema} value={value} onChange={onChange} />
}

const TextControl = ({ id, schema, value, onChange }: Pick<FieldProps, "schema" | "value" | "onChange"> & {
  readonly id: string
}) => {
  // While it is typed, the text stays as it is: half of a list or of a header is not yet what it will be.
  const [typed, setTyped] = useState<string | undefined>(undefined)
  const shared = {
    id,
    value: typed ?? textOf(schema, value),
    spellCheck: false,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => {
      setTyped(target.value)
      onChange(valueOf(schema, target.value))
    },
    onBlur: () => setTyped(undefined)
  }
  return isLong(schema) || schema.type === "object"
    ? <textarea {...shared} className="input mono" placeholder={schema.type === "object" ? "X-Name: value" : ""} />
    : <input {...shared} className="input mono" autoComplete="off" />
}
