/** The props of a choice of several values by checkboxes. */

export interface ChoicesProps {
  readonly legend: string
  readonly options: ReadonlyArray<string>
  readonly chosen: ReadonlyArray<string>
  readonly onChange: (chosen: ReadonlyArray<string>) => void
}

export const Choices = ({ legend, options, chosen, onChange }: ChoicesProps) => (
  <fieldset className="choices">
    <legend>{legend}</legend>
    {options.map((one) => (
      <label key={one}>
        <input
          type="checkbox"
          checked={chosen.includes(one)}
          onChange={({ target }) =>
            onChange(target.checked ? [...chosen, one] : chosen.filter((other) => other !== one))}
        />
        {one}
      </label>
    ))}
  </fieldset>
)
