/** The fields that narrow a list. Each writes itself into the address, so that the list can be bookmarked and sent. */
import { X } from "lucide-react"
import { type ReactNode, useEffect, useState } from "react"

interface FieldProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}

export interface SelectProps extends FieldProps {
  /** The options by value; the empty choice is `any`. */
  readonly options: ReadonlyArray<readonly [value: string, label: string]>
  readonly any?: string
}

export const SelectFilter = ({ label, value, onChange, options, any = "any" }: SelectProps) => (
  <label className="field">
    <span>{label}</span>
    <select className="input" value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
      <option value="">{any}</option>
      {value !== undefined && !options.some(([one]) => one === value) && <option value={value}>{value}</option>}
      {options.map(([one, label]) => <option key={one} value={one}>{label}</option>)}
    </select>
  </label>
)

export interface TextProps extends FieldProps {
  readonly placeholder?: string
  readonly wide?: boolean
  readonly suggestions?: ReadonlyArray<string>
}

/** Applies on Enter and on blur, so that a list is not queried for each letter. */
export const TextFilter = ({ label, value, onChange, placeholder, wide = false, suggestions }: TextProps) => {
  const [text, setText] = useState(value ?? "")
  useEffect(() => setText(value ?? ""), [value])
  const apply = () => {
    const wanted = text.trim() === "" ? undefined : text.trim()
    if (wanted !== value) onChange(wanted)
  }
  const list = suggestions === undefined ? undefined : `list-${label.replaceAll(/\W/g, "")}`
  return (
    <label className={`field ${wide ? "wide" : ""}`}>
      <span>{label}</span>
      <input
        className="input"
        type="search"
        value={text}
        placeholder={placeholder}
        list={list}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === "Enter" && apply()}
      />
      {suggestions !== undefined && (
        <datalist id={list}>{suggestions.map((one) => <option key={one} value={one} />)}</datalist>
      )}
    </label>
  )
}

const times: SelectProps["options"] = [
  ["-10m", "last 10 minutes"],
  ["-1h", "last hour"],
  ["-24h", "last 24 hours"],
  ["-7d", "last 7 days"],
  ["-30d", "last 30 days"]
]

export interface TimeProps {
  readonly after: string | undefined
  readonly before: string | undefined
  readonly onChange: (time: { readonly after: string | undefined; readonly before: string | undefined }) => void
}

/** A stretch of time: one of the usual ones, or from and to. */
export const TimeFilter = ({ after, before, onChange }: TimeProps) => {
  const exact = before !== undefined || (after !== undefined && !after.startsWith("-"))
  return exact
    ? (
      <>
        <MomentField label="From" value={after} onChange={(after) => onChange({ after, before })} />
        <MomentField label="To" value={before} onChange={(before) => onChange({ after, before })} />
      </>
    )
    : (
      <SelectFilter
        label="Time"
        any="any time"
        value={after}
        options={[...times, ["exact", "from … to …"]]}
        onChange={(value) =>
          value === "exact" ? onChange({ after: today(), before: undefined }) : onChange({ after: value, before })}
      />
    )
}

const local = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" })
const today = (): string => fromLocal(`${local.format().slice(0, 10)}T00:00`)

// oxlint-disable-next-line eslint/no-restricted-globals -- turns the browser's local time into a moment
const fromLocal = (text: string): string => new Date(text).toISOString()

// oxlint-disable-next-line eslint/no-restricted-globals -- reads a text, not the clock
const toLocal = (iso: string): string => local.format(Date.parse(iso)).replace(" ", "T")

const MomentField = ({ label, value, onChange }: FieldProps) => (
  <label className="field">
    <span>{label}</span>
    <input
      className="input"
      type="datetime-local"
      value={value === undefined || value.startsWith("-") ? "" : toLocal(value)}
      onChange={(event) => onChange(event.target.value === "" ? undefined : fromLocal(event.target.value))}
    />
  </label>
)

export interface FiltersProps {
  readonly label: string
  /** True if any filter is set. */
  readonly active: boolean
  readonly clear: () => void
  readonly children: ReactNode
}

export const Filters = ({ label, active, clear, children }: FiltersProps) => (
  <search className="filters" aria-label={label}>
    {children}
    {active && (
      <button type="button" className="button quiet" onClick={clear}>
        <X className="icon" aria-hidden="true" />
        Clear
      </button>
    )}
  </search>
)
